import type { ErrorOut, KoaContextWithOIDC } from 'oidc-provider';
import type { ProviderPages } from '../oidc/provider.ts';
import { loggedOutPage, logOutPage } from '../pages/log-out-page.ts';
import type { Trouble } from '../pages/texts/catalogue.ts';
import { troublePage } from '../pages/trouble-page.ts';
import type { RequestContext } from './request-context.ts';
import { answerPage, frameOf, type Site } from './site.ts';

const troubleOf: { readonly [error: string]: Trouble } = {
  access_denied: 'sign-in-not-possible',
  invalid_client: 'application-unknown',
  invalid_redirect_uri: 'redirect-unknown',
  unmet_authentication_requirements: 'sign-in-not-possible',
};

/** The library's pages in our words. */
export function providerPages(site: Pick<Site, 'demoBanner'>): ProviderPages {
  return {
    error: (ctx, out, error) => {
      const trouble =
        error.name === 'SessionNotFound' ? 'sign-in-expired' : (troubleOf[out.error] ?? 'request-invalid');
      const page = troublePage(frameOf(asRequest(ctx), site), { trouble, reference: referenceOf(out) });
      answerPage(asRequest(ctx), ctx.status, page);
    },
    logOut: (ctx) => {
      const form = {
        action: ctx.oidc.urlFor('end_session_confirm'),
        xsrf: String(ctx.oidc.session?.state?.secret),
      };
      answerPage(asRequest(ctx), 200, logOutPage(frameOf(asRequest(ctx), site), form));
    },
    loggedOut: (ctx) => answerPage(asRequest(ctx), 200, loggedOutPage(frameOf(asRequest(ctx), site))),
  };
}

/** The library's context is Koa's with more on it. */
function asRequest(ctx: KoaContextWithOIDC): RequestContext {
  return ctx as unknown as RequestContext;
}

/** What the integrator needs to correct a request. @see RFC 6749 §4.1.2.1 */
function referenceOf({ error, error_description: description }: ErrorOut): string {
  return description === undefined ? error : `${error}: ${description}`;
}
