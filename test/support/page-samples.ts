import type { PasskeyId } from '../../idp/domain/factor.ts';
import { wayNames } from '../../idp/domain/way.ts';
import {
  addPasskeyPage,
  firstPasskeyDonePage,
  firstPasskeyPage,
  passkeySignInPage,
} from '../../idp/pages/add-passkey-page.ts';
import { consentPage } from '../../idp/pages/consent-page.ts';
import { deviceCodePage, deviceConfirmPage, deviceDonePage } from '../../idp/pages/device-page.ts';
import { homePage } from '../../idp/pages/home-page.ts';
import type { Frame } from '../../idp/pages/layout.ts';
import { loggedOutPage, logOutPage } from '../../idp/pages/log-out-page.ts';
import { passkeysPage } from '../../idp/pages/passkeys-page.ts';
import { refusedPage } from '../../idp/pages/refused-page.ts';
import { secretPage } from '../../idp/pages/secret-page.ts';
import { sessionsPage } from '../../idp/pages/sessions-page.ts';
import { setupDonePage, setupPage } from '../../idp/pages/setup-page.ts';
import { signInPage } from '../../idp/pages/sign-in-page.ts';
import { stationConfirmPage, stationRefusedPage, stationWaitPage } from '../../idp/pages/station-page.ts';
import { stationPairPage } from '../../idp/pages/station-pair-page.ts';
import { textsOf } from '../../idp/pages/texts/of-locale.ts';
import { explanationPage, troublePage } from '../../idp/pages/trouble-page.ts';
import type { SignInId } from '../../idp/ports/sessions.ts';

/** What comes from outside into a page. */
export interface Words {
  readonly name: string;
  readonly href: string;
}

export const usualWords: Words = { name: '勤怠システム Kintai', href: '/interaction/x' };

/** Every page in its states; the name before a colon is that of the function which makes it. */
export function pageSamples({ name, href }: Words): { readonly [sample: string]: (frame: Frame) => string } {
  const station = { clientName: name, stationHref: href, otherWaysHref: href, cancelHref: href };
  const signIn = { clientName: name, cancelHref: href };
  const secret = { clientName: name, action: href, token: name, otherWaysHref: href, cancelHref: href };
  const soFar = { displayName: name, step: 'one-more', switchHref: href } as const;
  const continueAs = { displayName: name, action: href, token: name };
  const consent = { clientName: name, displayName: name, action: href, token: name };
  const passkey = { passkeyId: 'p1' as PasskeyId, name, deviceBound: true, addedAt: 0 };
  const signedIn = (isHere: boolean) => ({
    ...{ signInId: 's1' as SignInId, kind: 'session' as const, isHere, signedInAt: 0, lastUsedAt: 0 },
    ...{ clientIds: [], clientNames: [name, name], acr: 'urn:kazasu:acr:certificate+password' },
  });
  return {
    homePage: (frame) => homePage(frame, { issuer: name }),
    'signInPage: every way': (frame) =>
      signInPage(frame, { ...signIn, ways: wayNames.map((way) => ({ way, href })) }),
    'signInPage: one way': (frame) => signInPage(frame, { ...signIn, ways: [{ way: 'tap', href }] }),
    'signInPage: no way': (frame) => signInPage(frame, { ...signIn, ways: [] }),
    'signInPage: one more step': (frame) =>
      signInPage(frame, { ...signIn, soFar, ways: [{ way: 'password', href }] }),
    'signInPage: a choice of person': (frame) =>
      signInPage(frame, { ...signIn, continueAs, ways: [{ way: 'tap', href }] }),
    'secretPage: password': (frame) => secretPage(frame, { ...secret, kind: 'password', uid: '' }),
    'secretPage: a code that was refused': (frame) => {
      const refusal = textsOf(frame.locale).reasons.code['code-wrong'];
      return secretPage(frame, { ...secret, kind: 'code', uid: name, refusal });
    },
    'refusedPage: another person': (frame) =>
      refusedPage(frame, { reason: { signIn: 'another-person-signed-in' }, switchHref: href }),
    'consentPage: much': (frame) =>
      consentPage(frame, { ...consent, asked: ['email', 'employee', 'offline_access', 'profile'] }),
    'consentPage: little': (frame) => consentPage(frame, { ...consent, asked: [] }),
    'refusedPage: a card': (frame) =>
      refusedPage(frame, {
        reason: { denial: 'card-suspended' },
        retryHref: href,
        cancel: { href, clientName: name },
      }),
    'refusedPage: a return': (frame) =>
      refusedPage(frame, { reason: { returned: 'return-code-of-another-browser' } }),
    troublePage: (frame) =>
      troublePage(frame, { trouble: 'request-invalid', code: `invalid_request: ${name}` }),
    'troublePage: ours': (frame) => troublePage(frame, { trouble: 'internal-error' }),
    explanationPage: (frame) =>
      explanationPage(frame, textsOf(frame.locale).reasons.setup['setup-token-wrong'], name),
    logOutPage: (frame) => logOutPage(frame, { action: href, xsrf: name }),
    loggedOutPage: (frame) => loggedOutPage(frame),
    setupPage: (frame) => setupPage(frame, { token: name, values: {} }),
    'setupPage: not taken': (frame) =>
      setupPage(frame, { token: name, values: { uid: name, displayName: name }, wrong: 'uid' }),
    setupDonePage: (frame) =>
      setupDonePage(frame, { displayName: name, inviteCode: name, inviteExpiresAt: 0 }),
    stationPairPage: (frame) => stationPairPage(frame),
    stationWaitPage: (frame) => stationWaitPage(frame, { ...station, uid: name, issuer: href }),
    stationConfirmPage: (frame) => stationConfirmPage(frame, { ...station, name, confirmation: name }),
    stationRefusedPage: (frame) => stationRefusedPage(frame, { ...station, reason: 'two-cards' }),
    'stationRefusedPage: unknown card': (frame) =>
      stationRefusedPage(frame, { ...station, reason: 'unknown-card' }),
    passkeysPage: (frame) => passkeysPage(frame, { passkeys: [passkey], path: href, addPath: href }),
    'passkeysPage: none': (frame) => passkeysPage(frame, { passkeys: [], path: href, addPath: href }),
    sessionsPage: (frame) =>
      sessionsPage(frame, { signIns: [signedIn(true), signedIn(false)], path: href, logOutPath: href }),
    'sessionsPage: here alone': (frame) =>
      sessionsPage(frame, { signIns: [signedIn(true)], path: href, logOutPath: href }),
    addPasskeyPage: (frame) => addPasskeyPage(frame, { action: href, options: { name } }),
    firstPasskeyPage: (frame) => firstPasskeyPage(frame, { action: href, optionsPath: href }),
    firstPasskeyDonePage: (frame) => firstPasskeyDonePage(frame, { passkeysPath: href }),
    passkeySignInPage: (frame) =>
      passkeySignInPage(frame, { clientName: name, action: href, options: { name }, otherWayHref: href }),
    'passkeySignInPage: refused': (frame) =>
      passkeySignInPage(frame, {
        ...{ clientName: name, action: href, options: { name }, otherWayHref: href },
        refusal: textsOf(frame.locale).reasons.trouble['too-many-attempts'],
      }),
    deviceCodePage: (frame) => deviceCodePage(frame, { action: href, xsrf: name }),
    'deviceCodePage: unknown': (frame) =>
      deviceCodePage(frame, { action: href, xsrf: name, userCode: name, problem: 'unknown-code' }),
    deviceConfirmPage: (frame) =>
      deviceConfirmPage(frame, { action: href, xsrf: name, userCode: name, clientName: name }),
    deviceDonePage: (frame) => deviceDonePage(frame, name),
  };
}
