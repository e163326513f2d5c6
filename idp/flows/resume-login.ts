import type { NotRedeemed } from '../ports/taps.ts';
import type { FlowContext } from './context.ts';
import { type CardLoginOutcome, logInWithCard } from './log-in-with-card.ts';

type Context = Pick<
  FlowContext,
  'cardIndex' | 'clients' | 'freshness' | 'taps' | 'clock' | 'audit' | 'record' | 'secrets'
>;

/**
 * Goes on with a browser's sign-in where its return code and its own interaction come together: a challenge lured into
 * another browser, or a code from a history, resumes nothing.
 */
export async function resumeLogin(
  context: Context,
  { returnCode, interactionUid }: { readonly returnCode: string; readonly interactionUid: string },
): Promise<
  CardLoginOutcome | { readonly outcome: 'not-redeemed'; readonly reason: NotRedeemed | 'reader-unknown' }
> {
  const { taps, secrets, clock, record } = context;
  const redeemed = await taps.redeem(secrets.hash(returnCode), secrets.hash(interactionUid), clock.now());
  if (redeemed.outcome !== 'redeemed') return { outcome: 'not-redeemed', reason: redeemed.outcome };
  const { tap, prompt } = redeemed;
  const reader = await record.readers.find(tap.readerId);
  if (reader === undefined) return { outcome: 'not-redeemed', reason: 'reader-unknown' };
  const { cardKey, evidence, readAt, receivedAt } = tap;
  return logInWithCard(context, {
    clientId: prompt.clientId,
    cardKey,
    evidence,
    way: 'oidc',
    presence: { type: 'tap', reader, readAt, receivedAt, used: false, requestedAt: prompt.openedAt },
  });
}
