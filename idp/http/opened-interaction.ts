import { sourceOf } from '../oidc/form-target.ts';
import { browsersInteraction, type OpenInteraction } from '../oidc/interaction.ts';
import { troublePage } from '../pages/trouble-page.ts';
import type { OidcClient } from '../ports/clients.ts';
import { interactionsOf } from './browser-interactions.ts';
import type { RequestState, RouteContext, RouteHandler } from './request-context.ts';
import { answerPage, frameOf, type Site } from './site.ts';

/** What a route of one interaction gets: the browser has shown that it started it. */
export interface Opened {
  readonly interaction: OpenInteraction;
  readonly client: OidcClient;
  readonly uiLocales?: string;
}

/** Runs a route for the browser that started the interaction; any other is told that there is nothing to go on with. */
export function opened(
  site: Site,
  route: (ctx: RouteContext, opened: Opened) => Promise<void>,
): RouteHandler {
  return async (ctx) => {
    const interaction = await browsersInteraction(site.provider, ctx.req, ctx.res);
    const client = site.context.clients.find(String(interaction?.params.client_id));
    const { uid = '' } = ctx.params;
    const ownUid = interaction?.uid === uid && interactionsOf(ctx, site.context.issuer).includes(uid);
    if (!ownUid || interaction === undefined || client?.protocol !== 'oidc') {
      return answerPage(ctx, 400, troublePage(frameOf(ctx, site), { trouble: 'sign-in-expired' }), {
        code: 'sign-in-expired',
      });
    }
    const { ui_locales: uiLocales, redirect_uri: redirectUri } = interaction.params;
    const formTarget = sourceOf(redirectUri);
    if (formTarget !== undefined) (ctx.state as RequestState).formTarget = formTarget;
    await route(ctx, { interaction, client, ...(typeof uiLocales === 'string' ? { uiLocales } : {}) });
  };
}
