import { giveConsent, refuseConsent } from '../flows/give-consent.ts';
import { askedFor, finishConsent } from '../oidc/consent.ts';
import { interactionPath } from '../oidc/provider.ts';
import { consentPage } from '../pages/consent-page.ts';
import { troublePage } from '../pages/trouble-page.ts';
import { forgetInteraction } from './browser-interactions.ts';
import { consentPath } from './interaction-paths.ts';
import { type Opened, opened } from './opened-interaction.ts';
import { formTokenOf, readOwnForm } from './own-form.ts';
import { redirect } from './redirect.ts';
import type { RouteContext, RouteHandler } from './request-context.ts';
import { answerPage, frameOf, type Site } from './site.ts';

/** Asks who is signed in whether this client may have what it asks for. */
export async function showConsent(
  ctx: RouteContext,
  site: Site,
  { interaction, client, uiLocales }: Opened,
): Promise<void> {
  const { uid, signedIn, params } = interaction;
  const person = signedIn === undefined ? undefined : await site.context.record.people.find(signedIn);
  if (person === undefined) {
    return answerPage(ctx, 400, troublePage(frameOf(ctx, site), { trouble: 'sign-in-expired' }));
  }
  const page = consentPage(frameOf(ctx, site, uiLocales), {
    clientName: client.name,
    displayName: person.displayName,
    asked: askedFor(params),
    action: consentPath(uid),
    token: formTokenOf(site, interaction),
  });
  answerPage(ctx, 200, page);
}

/** `POST /interaction/:uid/consent`: what the person decided, by one of the two buttons. */
export function postConsent(site: Site): RouteHandler {
  const { context, provider } = site;
  return opened(site, async (ctx, { interaction, client }) => {
    const { uid, signedIn, prompt, params } = interaction;
    const field = await readOwnForm(ctx, site, interaction);
    if (field === undefined) return;
    if (prompt !== 'consent' || signedIn === undefined) return redirect(ctx, interactionPath(uid));
    const { clientId } = client.policy;
    const decision = { clientId, personId: signedIn, released: askedFor(params) };
    const allowed = field('decision') === 'allow';
    if (allowed) await giveConsent(context, decision);
    else await refuseConsent(context, decision);
    forgetInteraction(ctx, context.issuer, uid);
    redirect(ctx, (await finishConsent(provider, uid, allowed ? 'allowed' : 'refused')) ?? '/');
  });
}
