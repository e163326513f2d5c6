import type { ReaderId } from '../domain/reader.ts';
import type { NotRedeemed } from '../ports/taps.ts';
import type { FlowContext } from './context.ts';
import { type CardLoginContext, type CardLoginOutcome, logInWithCard } from './log-in-with-card.ts';

type Context = CardLoginContext & Pick<FlowContext, 'record' | 'secrets'>;

export type ResumeOutcome =
  /** The decision, and which of the browser's interactions it is for. */
  | (CardLoginOutcome & { readonly interactionUid: string; readonly readerId: ReaderId })
  | { readonly outcome: 'not-redeemed'; readonly reason: NotRedeemed | 'reader-unknown' };

/**
 * Goes on with a browser's sign-in where its return code and its own interaction come together: a challenge lured into
 * another browser, or a code from a history, resumes nothing, and the code is worth nothing to anybody afterwards.
 * @param request.interactionUids those that the browser which brings the code has open.
 */
export async function resumeLogin(
  context: Context,
  request: { readonly returnCode: string; readonly interactionUids: readonly string[] },
): Promise<ResumeOutcome> {
  const { taps, secrets, clock, record } = context;
  const uidOf = new Map(request.interactionUids.map((uid) => [secrets.hash(uid), uid]));
  const redeemed = await taps.redeem(secrets.hash(request.returnCode), [...uidOf.keys()], clock.now());
  if (redeemed.outcome !== 'redeemed') return { outcome: 'not-redeemed', reason: redeemed.outcome };
  const { tap, prompt } = redeemed;
  const reader = await record.readers.find(tap.readerId);
  if (reader === undefined) return { outcome: 'not-redeemed', reason: 'reader-unknown' };
  const { cardKey, evidence, readAt, receivedAt } = tap;
  const decision = await logInWithCard(context, {
    clientId: prompt.clientId,
    cardKey,
    evidence,
    way: 'oidc',
    asPart: true,
    presence: { type: 'tap', reader, readAt, receivedAt, used: false, requestedAt: prompt.openedAt },
  });
  return { ...decision, readerId: reader.readerId, interactionUid: uidOf.get(prompt.interactionHash) ?? '' };
}
