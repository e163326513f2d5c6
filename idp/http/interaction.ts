import { type DenialReason, denialReasons } from '../domain/decide-login.ts';
import { msPerSecond } from '../domain/instant.ts';
import { openPrompt } from '../flows/open-prompt.ts';
import { leaveStation } from '../flows/sign-in-at-station.ts';
import { cancelLogin } from '../oidc/interaction.ts';
import { interactionPath } from '../oidc/provider.ts';
import { refusedPage } from '../pages/refused-page.ts';
import { signInPage } from '../pages/sign-in-page.ts';
import { presentPath as bridgePath, signChallenge } from '../wire/challenge.ts';
import { forgetInteraction } from './browser-interactions.ts';
import { cancelPath, stationPath } from './interaction-paths.ts';
import { opened } from './opened-interaction.ts';
import { redirect } from './redirect.ts';
import { queryText, type RouteHandler } from './request-context.ts';
import { localeOf } from './request-locale.ts';
import { waysFor } from './sign-in-ways.ts';
import { answerPage, frameOf, type Site } from './site.ts';
import { leadsToStation } from './station-browser.ts';

/** `GET /interaction/:uid`: offers what the client accepts and the request asks for. */
export function getSignIn(site: Site): RouteHandler {
  return opened(site, async (ctx, { interaction, client, uiLocales }) => {
    const { uid } = interaction;
    if (await leadsToStation(ctx, site, { interaction, client })) return redirect(ctx, stationPath(uid));
    const page = signInPage(frameOf(ctx, site, uiLocales), {
      clientName: client.name,
      ways: waysFor(site, { interaction, client }),
      cancelHref: cancelPath(uid),
    });
    answerPage(ctx, 200, page);
  });
}

/**
 * `GET /interaction/:uid/present?demand=`: opens a prompt and sends the browser to the bridge on the same machine.
 * By GET and 303, because `form-action` stops a form that ends at another origin.
 * @see RFC 8252 §7.3 (loopback redirect)
 */
export function getPresent(site: Site): RouteHandler {
  const { context, challengeKeys, bridgeUrl } = site;
  return opened(site, async (ctx, { interaction, client, uiLocales }) => {
    const { uid } = interaction;
    const wanted = queryText(ctx, 'demand');
    const offered = waysFor(site, { interaction, client }).find(({ way }) => way === wanted)?.way;
    const demand = offered === 'tap' || offered === 'pin' ? offered : undefined;
    if (demand === undefined) return redirect(ctx, interactionPath(uid));
    const { clientId } = client.policy;
    const { nonce, expiresAt } = await openPrompt(context, { clientId, demand, interactionUid: uid });
    const now = context.clock.now();
    const uiLocale = localeOf(ctx, uiLocales);
    const challenge = await signChallenge(
      { nonce, purpose: 'login', demand, clientName: client.name, uiLocale },
      challengeKeys.privateKey,
      {
        kid: challengeKeys.kid,
        issuer: context.issuer,
        issuedAt: Math.floor(now / msPerSecond),
        lifetimeSeconds: Math.ceil((expiresAt - now) / msPerSecond),
      },
    );
    redirect(ctx, `${bridgeUrl}${bridgePath}?challenge=${challenge}`);
  });
}

/** `GET /interaction/:uid/refused?reason=`: why the card did not sign in, in the person's language, with a way on. */
export function getRefused(site: Site): RouteHandler {
  return opened(site, async (ctx, { interaction: { uid }, client, uiLocales }) => {
    const denial = denialReasons.find(
      (reason): reason is DenialReason => reason === queryText(ctx, 'reason'),
    );
    if (denial === undefined) return redirect(ctx, interactionPath(uid));
    const page = refusedPage(frameOf(ctx, site, uiLocales), {
      reason: { denial },
      retryHref: interactionPath(uid),
      cancel: { href: cancelPath(uid), clientName: client.name },
    });
    answerPage(ctx, 403, page);
  });
}

/** `GET /interaction/:uid/cancel`: back to the client with `access_denied`. */
export function getCancel(site: Site): RouteHandler {
  return opened(site, async (ctx, { interaction: { uid } }) => {
    // A station that waited for a card is free for the next person at once.
    await leaveStation(site.context, uid);
    forgetInteraction(ctx, site.context.issuer, uid);
    redirect(ctx, (await cancelLogin(site.provider, uid)) ?? '/');
  });
}
