import type { Factor } from '../domain/factor.ts';
import { finishLogin } from '../oidc/interaction.ts';
import { troublePage } from '../pages/trouble-page.ts';
import { forgetInteraction } from './browser-interactions.ts';
import { redirect } from './redirect.ts';
import type { RouteContext } from './request-context.ts';
import { answerPage, frameOf, type Site } from './site.ts';

/**
 * Goes on with a sign-in after something was proved in it: back to the client, which gets what the client's list allows.
 * Every way in ends here, by card or otherwise.
 * @param uid of an interaction that the browser of this request started.
 */
export async function goOnWith(ctx: RouteContext, site: Site, uid: string, factor: Factor): Promise<void> {
  const resumeUrl = await finishLogin(site.provider, uid, factor);
  forgetInteraction(ctx, site.context.issuer, uid);
  if (resumeUrl !== undefined) return redirect(ctx, resumeUrl);
  answerPage(ctx, 400, troublePage(frameOf(ctx, site), { trouble: 'sign-in-expired' }));
}
