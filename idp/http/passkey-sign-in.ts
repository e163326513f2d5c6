import { denialReasons } from '../domain/decide-login.ts';
import { AccountGuesses } from '../flows/account-guesses.ts';
import { logInWithPasskey, type PasskeyDenial, requestAssertion } from '../flows/log-in-with-passkey.ts';
import { interactionPath } from '../oidc/provider.ts';
import { passkeySignInPage } from '../pages/add-passkey-page.ts';
import type { Locale } from '../pages/locale.ts';
import type { Explained } from '../pages/texts/catalogue.ts';
import { textsOf } from '../pages/texts/of-locale.ts';
import { answerFailure } from './fault-to-status.ts';
import { goOnWith } from './go-on.ts';
import { passkeyPath, refusedPath } from './interaction-paths.ts';
import { answeredTooManyAttempts, noteWrongCode } from './limited.ts';
import { opened } from './opened-interaction.ts';
import { isFromOwnPage } from './own-session.ts';
import { readJson } from './read-body.ts';
import { redirect } from './redirect.ts';
import { clientAddressOf, type RouteContext, type RouteHandler } from './request-context.ts';
import { localeOf } from './request-locale.ts';
import { waysFor } from './sign-in-ways.ts';
import { answerPage, frameOf, type Site } from './site.ts';

const maxBytes = 16_384;

/** `GET /interaction/:uid/passkey`: has the browser ask for a passkey, whosever it is. */
export function getPasskeySignIn(site: Site): RouteHandler {
  return opened(site, async (ctx, { interaction, client, uiLocales }) => {
    const { uid } = interaction;
    const isOffered = waysFor(site, { interaction, client }).some(({ way }) => way === 'passkey');
    if (!isOffered) return redirect(ctx, interactionPath(uid));
    const options = await requestAssertion(site.context, { interactionUid: uid });
    const page = passkeySignInPage(frameOf(ctx, site, uiLocales), {
      ...{ clientName: client.name, action: passkeyPath(uid), options },
      otherWayHref: interactionPath(uid),
    });
    answerPage(ctx, 200, page);
  });
}

function answerTooMany(ctx: RouteContext, locale: Locale): void {
  ctx.status = 429;
  ctx.body = { error: 'too_many_attempts', ...textsOf(locale).passkeys.tooManyAnswers };
}

/** A script cannot follow where a redirect leads out of our own pages: it is told, and has the browser go there. */
function answerLocation(ctx: RouteContext, otherwise: string): void {
  const location = ctx.response.get('Location');
  ctx.remove('Location');
  ctx.status = 200;
  ctx.body = { location: location === '' ? otherwise : location };
}

/** `POST /interaction/:uid/passkey`: what the authenticator signed, as JSON; answers where the browser goes on. */
export function postPasskeySignIn(site: Site): RouteHandler {
  const guesses = new AccountGuesses(site.context.clock);
  return opened(site, async (ctx, { interaction: { uid }, client, uiLocales }) => {
    if (!isFromOwnPage(ctx, site)) {
      return answerFailure(ctx, site, { status: 403, trouble: 'cross-site', error: 'cross_site' });
    }
    if (answeredTooManyAttempts(ctx, site)) return;
    const { response } = await readJson(ctx, maxBytes);
    const account = site.context.webauthn.credentialIdOf(response) ?? '';
    const address = clientAddressOf(ctx);
    if (guesses.areStopped(account, address)) return answerTooMany(ctx, localeOf(ctx, uiLocales));
    const login = { client, interactionUid: uid, response, remoteAddress: address };
    const outcome = await logInWithPasskey(site.context, login);
    if (outcome.outcome === 'granted') {
      await goOnWith(ctx, site, uid, outcome.factor);
      return answerLocation(ctx, interactionPath(uid));
    }
    const { reason } = outcome;
    if (reason === 'passkey-invalid' || reason === 'passkey-unknown') noteWrongCode(ctx, site);
    if (reason === 'passkey-invalid') guesses.note(account, address);
    const denial = denialReasons.find((known) => known === reason);
    if (denial !== undefined) {
      ctx.body = { location: refusedPath(uid, denial) };
      return;
    }
    const explanations: Partial<Explained<PasskeyDenial>> = textsOf(localeOf(ctx, uiLocales)).passkeys.denial;
    // To try again with: the challenge of before may be taken.
    const options = await requestAssertion(site.context, { interactionUid: uid });
    ctx.status = 403;
    ctx.body = { error: reason, ...explanations[reason], options };
  });
}
