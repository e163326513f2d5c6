import { type DenialReason, denialReasons } from '../domain/decide-login.ts';
import { msPerSecond } from '../domain/instant.ts';
import { openPrompt } from '../flows/open-prompt.ts';
import { acceptableAcrs } from '../oidc/acceptable-acrs.ts';
import { browsersInteraction, cancelLogin, type OpenInteraction } from '../oidc/interaction.ts';
import { interactionPath } from '../oidc/provider.ts';
import { refusedPage } from '../pages/refused-page.ts';
import { signInPage } from '../pages/sign-in-page.ts';
import { troublePage } from '../pages/trouble-page.ts';
import type { OidcClient } from '../ports/clients.ts';
import { presentPath as bridgePath, signChallenge } from '../wire/challenge.ts';
import { forgetInteraction, interactionsOf } from './browser-interactions.ts';
import { cancelPath, presentPath } from './interaction-paths.ts';
import { queryText, type RouteContext, type RouteHandler } from './request-context.ts';
import { localeOf } from './request-locale.ts';
import { answerPage, frameOf, type Site } from './site.ts';

type Demand = 'tap' | 'pin';

/** What a route of one interaction gets: the browser has shown that it started it. */
interface Opened {
  readonly interaction: OpenInteraction;
  readonly client: OidcClient;
  readonly uiLocales?: string;
}

/** `GET /interaction/:uid`: offers what the client accepts and the request asks for. */
export function getSignIn(site: Site): RouteHandler {
  return opened(site, async (ctx, { interaction, client, uiLocales }) => {
    const { uid } = interaction;
    const demands = demandsOf(interaction, client);
    const page = signInPage(frameOf(ctx, site, uiLocales), {
      clientName: client.name,
      ...(demands.includes('tap') ? { tapHref: presentPath(uid, 'tap') } : {}),
      ...(demands.includes('pin') ? { pinHref: presentPath(uid, 'pin') } : {}),
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
    const demand = demandsOf(interaction, client).find((offered) => offered === queryText(ctx, 'demand'));
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
    forgetInteraction(ctx, site.context.issuer, uid);
    redirect(ctx, (await cancelLogin(site.provider, uid)) ?? '/');
  });
}

/** Runs a route for the browser that started the interaction; any other is told that there is nothing to go on with. */
function opened(site: Site, route: (ctx: RouteContext, opened: Opened) => Promise<void>): RouteHandler {
  return async (ctx) => {
    const interaction = await browsersInteraction(site.provider, ctx.req, ctx.res);
    const client = site.context.clients.find(String(interaction?.params.client_id));
    const { uid = '' } = ctx.params;
    const ownUid = interaction?.uid === uid && interactionsOf(ctx, site.context.issuer).includes(uid);
    if (!ownUid || interaction === undefined || client?.protocol !== 'oidc') {
      return answerPage(ctx, 400, troublePage(frameOf(ctx, site), { trouble: 'sign-in-expired' }));
    }
    const uiLocales = interaction.params.ui_locales;
    await route(ctx, { interaction, client, ...(typeof uiLocales === 'string' ? { uiLocales } : {}) });
  };
}

/** What to ask of the person, so that one of the acceptable assurances can be reached. */
function demandsOf({ params }: OpenInteraction, { policy }: OidcClient): readonly Demand[] {
  const { preferred } = acceptableAcrs(policy.acceptedAcr, params);
  const names = preferred.map((acr) => acr.slice('urn:kazasu:acr:'.length));
  const byTap = names.some((name) =>
    ['idm', 'serial', 'certificate', 'certificate-in-window'].includes(name),
  );
  return [...(byTap ? (['tap'] as const) : []), ...(names.includes('card-pin') ? (['pin'] as const) : [])];
}

/** 303: the next request is a GET, whatever this one was. */
function redirect(ctx: RouteContext, url: string): void {
  ctx.status = 303;
  ctx.redirect(url);
}
