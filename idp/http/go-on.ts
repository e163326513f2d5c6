import type { Factor } from '../domain/factor.ts';
import type { ClientId } from '../domain/login-policy.ts';
import { actor } from '../domain/registration.ts';
import { progressOf, type SignInRefusal } from '../domain/sign-in-progress.ts';
import { acceptableAcrs } from '../oidc/acceptable-acrs.ts';
import { findInteraction, finishLogin, keepProved } from '../oidc/interaction.ts';
import { personAskedFor } from '../oidc/person-asked-for.ts';
import { interactionPath } from '../oidc/provider.ts';
import { troublePage } from '../pages/trouble-page.ts';
import { forgetInteraction } from './browser-interactions.ts';
import { refusedPath } from './interaction-paths.ts';
import { rememberWay } from './last-way.ts';
import { redirect } from './redirect.ts';
import type { RouteContext } from './request-context.ts';
import { soFarOf } from './sign-in-so-far.ts';
import { answerPage, frameOf, type Site } from './site.ts';

/**
 * Goes on with a sign-in after something was proved in it: to the client where that is enough, otherwise to what is
 * missing. Every way in ends here, by card or otherwise.
 * @param uid of an interaction that the browser of this request started.
 */
export async function goOnWith(ctx: RouteContext, site: Site, uid: string, factor: Factor): Promise<void> {
  const next = await nextAfter(ctx, site, uid, factor);
  return next === undefined ? expired(ctx, site) : redirect(ctx, next);
}

/** The same, for a page whose script goes on itself. @returns where to; `undefined`: the sign-in has expired */
export async function nextAfter(
  ctx: RouteContext,
  site: Site,
  uid: string,
  factor: Factor,
): Promise<string | undefined> {
  const { context, provider } = site;
  const interaction = await findInteraction(provider, uid);
  const policy = context.clients.find(String(interaction?.params.client_id))?.policy;
  if (interaction === undefined || policy === undefined) return undefined;
  const soFar = soFarOf(interaction, context.clock.now());
  const { login_hint: hint } = interaction.isSwitching ? {} : interaction.params;
  const askedFor = await personAskedFor(context.record, hint);
  const acrs = acceptableAcrs(policy.acceptedAcr, interaction.params);
  const progress = progressOf(factor, { ...soFar, ...(askedFor === undefined ? {} : { askedFor }) }, acrs);
  if (progress.step === 'refused') {
    await noteRefusal(site, policy.clientId, factor, progress.reason);
    return refusedPath(uid, progress.reason);
  }
  rememberWay(ctx, factor.acr);
  if (progress.step === 'more') {
    await keepProved(provider, uid, progress.proved);
    return interactionPath(uid);
  }
  const resumeUrl = await finishLogin(provider, uid, progress.factor, progress.factors);
  forgetInteraction(ctx, context.issuer, uid);
  return resumeUrl;
}

/** That what was granted a moment ago led nowhere. */
async function noteRefusal(
  { context: { audit, clock } }: Site,
  clientId: ClientId,
  { personId, authenticator }: Factor,
  reason: SignInRefusal,
): Promise<void> {
  await audit.append({
    ...{ at: clock.now(), type: 'login.denied', actor: actor('client', clientId), reason },
    subject: authenticator ?? personId,
    details: { person: personId, way: 'oidc' },
  });
}

function expired(ctx: RouteContext, site: Site): void {
  answerPage(ctx, 400, troublePage(frameOf(ctx, site), { trouble: 'sign-in-expired' }), {
    code: 'sign-in-expired',
  });
}
