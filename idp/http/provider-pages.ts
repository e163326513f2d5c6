import type { ProviderError, ProviderPages } from '../oidc/provider.ts';
import { loggedOutPage, logOutPage } from '../pages/log-out-page.ts';
import type { Trouble } from '../pages/texts/catalogue.ts';
import { troublePage } from '../pages/trouble-page.ts';
import { devicePages } from './device-pages.ts';
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
    error: (ctx, error) => {
      const trouble = error.expired ? 'sign-in-expired' : (troubleOf[error.error] ?? 'request-invalid');
      answerPage(ctx, ctx.status, troublePage(frameOf(ctx, site), { trouble, code: codeOf(error) }), {
        code: codeOf(error),
      });
    },
    logOut: (ctx, form) => answerPage(ctx, 200, logOutPage(frameOf(ctx, site), form)),
    loggedOut: (ctx) => answerPage(ctx, 200, loggedOutPage(frameOf(ctx, site))),
    ...devicePages(site),
  };
}

/** What the integrator needs to correct a request. */
function codeOf({ error, description }: ProviderError): string {
  return description === undefined ? error : `${error}: ${description}`;
}
