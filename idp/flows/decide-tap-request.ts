import { type Acr, assurancesOf } from '../domain/assurance.ts';
import type { DenialReason } from '../domain/decide-login.ts';
import type { Instant } from '../domain/instant.ts';
import { actor } from '../domain/registration.ts';
import type { AnsweredRequest } from './accept-tap.ts';
import type { FlowContext } from './context.ts';
import { type CardLoginContext, type CardLoginOutcome, logInWithCard } from './log-in-with-card.ts';

type Context = CardLoginContext & Pick<FlowContext, 'cardIndex' | 'audit' | 'clock'>;

/** What a tap means for the request that it answered. */
export type TapRequestDecision =
  | (CardLoginOutcome & { readonly outcome: 'granted'; readonly tappedAt: Instant })
  | { readonly outcome: 'denied'; readonly reason: DenialReason | 'another-person' };

/**
 * Decides the tap that answered a request, by the client's policy as any sign-in. Where a person was named, anybody
 * else's tap is a no: the request is answered, and nobody is signed in who was not meant.
 * @param demanded the assurances that the request leaves of those that the client accepts.
 */
export async function decideTapRequest(
  context: Context,
  { request, tap, reader }: AnsweredRequest,
  demanded: readonly Acr[],
): Promise<TapRequestDecision> {
  const { clientId, way, personId, openedAt } = request;
  const { cardKey, evidence, readAt, receivedAt } = tap;
  if (personId !== undefined && !(await isCardOf(context, tap, personId))) {
    return refused(context, request, 'another-person');
  }
  if (!assurancesOf(evidence, true).some(({ acr }) => demanded.includes(acr))) {
    return refused(context, request, 'assurance-not-accepted');
  }
  const decision = await logInWithCard(context, {
    ...{ clientId, cardKey, evidence, way },
    presence: { type: 'tap', reader, readAt, receivedAt, used: false, requestedAt: openedAt },
  });
  if (decision.outcome === 'denied') return decision;
  if (!demanded.includes(decision.acr)) return { outcome: 'denied', reason: 'assurance-not-accepted' };
  return { ...decision, tappedAt: receivedAt };
}

/** An unknown card is left to the decision: it has the better reason. */
async function isCardOf(
  { cardIndex }: Pick<Context, 'cardIndex'>,
  { cardKey, evidence }: AnsweredRequest['tap'],
  personId: string,
): Promise<boolean> {
  const cards = await cardIndex.find(cardKey);
  const { issuerKeyId } = evidence;
  const shown = cards.filter((card) => issuerKeyId === undefined || card.issuerKeyId === issuerKeyId);
  return shown.every(({ person }) => person.personId === personId);
}

async function refused(
  { audit, clock }: Pick<Context, 'audit' | 'clock'>,
  { clientId, way }: AnsweredRequest['request'],
  reason: DenialReason | 'another-person',
): Promise<TapRequestDecision> {
  const at = clock.now();
  await audit.append({
    ...{ at, type: 'login.denied', actor: actor('client', clientId) },
    ...{ reason, details: { way } },
  });
  return { outcome: 'denied', reason };
}
