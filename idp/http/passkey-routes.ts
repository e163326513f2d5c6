import type { Router } from '@koa/router';
import {
  firstPasskeyDonePath,
  firstPasskeyOptionsPath,
  firstPasskeyPath,
  firstPasskeySteps,
  getFirstPasskey,
  getFirstPasskeyDone,
} from './first-passkey.ts';
import {
  getAddPasskey,
  getPasskeys,
  postPasskey,
  postPasskeyName,
  postPasskeyRemoval,
} from './me-passkeys.ts';
import { ownPages } from './own-session.ts';
import { getPasskeySignIn, postPasskeySignIn } from './passkey-sign-in.ts';
import type { Site } from './site.ts';

/** Signing in with passkeys, and looking after one's own. */
export function passkeyRoutes(router: Router, site: Site): void {
  router.get('/interaction/:uid/passkey', getPasskeySignIn(site));
  router.post('/interaction/:uid/passkey', postPasskeySignIn(site));
  router.get(ownPages.passkeys, getPasskeys(site));
  router.post(ownPages.passkeys, postPasskey(site));
  router.get(ownPages['passkeys-add'], getAddPasskey(site));
  router.post(`${ownPages.passkeys}/:id/name`, postPasskeyName(site));
  router.post(`${ownPages.passkeys}/:id/remove`, postPasskeyRemoval(site));
  const first = firstPasskeySteps(site);
  router.get(firstPasskeyPath, getFirstPasskey(site));
  router.get(firstPasskeyDonePath, getFirstPasskeyDone(site));
  router.post(firstPasskeyOptionsPath, first.options);
  router.post(firstPasskeyPath, first.add);
}
