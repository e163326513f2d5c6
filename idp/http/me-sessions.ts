import type { Router } from '@koa/router';
import { InvalidInput } from '../domain/fault.ts';
import { actor } from '../domain/registration.ts';
import { endSignIns, listSignIns } from '../flows/my-sessions.ts';
import { signInIdOf } from '../oidc/sign-in-id.ts';
import { sessionsPage } from '../pages/sessions-page.ts';
import type { SignInId } from '../ports/sessions.ts';
import { type OwnSession, ownForm, ownPage, ownPages } from './own-session.ts';
import { redirect } from './redirect.ts';
import type { RouteHandler } from './request-context.ts';
import { answerPage, frameOf, type Site } from './site.ts';

const path = ownPages.sessions;

/** Where somebody is signed in, and the end of it. */
export function sessionRoutes(router: Router, site: Site): void {
  router.get(path, getSessions(site));
  router.post(`${path}/end-others`, postEndOthers(site));
  router.post(`${path}/:id/end`, postEnd(site));
}

/** `GET /me/sessions`: somebody's own. */
function getSessions(site: Site): RouteHandler {
  return ownPage(site, 'sessions', async (ctx, { personId, sessionUid }) => {
    const here = signInIdOf(sessionUid);
    const signIns = (await listSignIns(site.context, personId)).map((signIn) => ({
      ...signIn,
      isHere: signIn.signInId === here,
    }));
    answerPage(ctx, 200, sessionsPage(frameOf(ctx, site), { signIns, path, logOutPath: '/logout' }));
  });
}

/** `POST /me/sessions/:id/end` */
function postEnd(site: Site): RouteHandler {
  return ownForm(site, 'sessions', async (ctx, own) => {
    await end(site, own, [(ctx.params.id ?? '') as SignInId]);
    redirect(ctx, path);
  });
}

/** `POST /me/sessions/end-others`: all but the one of this browser. */
function postEndOthers(site: Site): RouteHandler {
  return ownForm(site, 'sessions', async (ctx, own) => {
    const here = signInIdOf(own.sessionUid);
    const lasting = await listSignIns(site.context, own.personId);
    for (const { signInId } of lasting) if (signInId !== here) await end(site, own, [signInId]);
    redirect(ctx, path);
  });
}

/** The list shows what there is: what has ended meanwhile needs no ending. */
async function end({ context }: Site, { personId }: OwnSession, signIns: readonly SignInId[]): Promise<void> {
  try {
    await endSignIns(context, { person: personId, signIns, actor: actor('person', personId) });
  } catch (error) {
    if (!(error instanceof InvalidInput && error.code === 'ERR_SIGN_IN_UNKNOWN')) throw error;
  }
}
