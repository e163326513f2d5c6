import type { DenialReason } from '../domain/decide-login.ts';
import type { ReaderId } from '../domain/reader.ts';
import { type ClaimedTap, type TapRefusal, takeIn } from './accept-tap.ts';
import type { FlowContext } from './context.ts';
import { type CardLoginContext, type CardLoginOutcome, logInWithCard } from './log-in-with-card.ts';
import type { Sealed } from './receive-signed.ts';

type Context = CardLoginContext & Parameters<typeof takeIn>[0] & Pick<FlowContext, 'record'>;

/** The decision, the moment of the tap and where it was, or why there was nothing to decide. */
export type OwnTapOutcome =
  | (CardLoginOutcome & {
      readonly outcome: 'granted';
      readonly tappedAt: number;
      readonly readerId: ReaderId;
    })
  | { readonly outcome: 'denied'; readonly reason: DenialReason }
  | { readonly outcome: 'refused'; readonly reason: TapRefusal | 'reader-not-for-client' };

/**
 * A door or punch clock brings a tap that its own reader signed, and wants its person. It is checked as any tap is, and
 * used by that: once, whoever brings it. Somebody else's reader is refused before its tap is touched.
 * @throws {Fault} when it cannot be kept, decided or audited.
 * @see RFC 7523 §3
 */
export async function logInWithOwnTap(
  context: Context,
  { clientId, sealed }: { readonly clientId: string; readonly sealed: Sealed<ClaimedTap> },
): Promise<OwnTapOutcome> {
  const claimed = await context.record.readers.find(sealed.claimedReaderId);
  // By the id alone: a reader may have any name. A workstation's reader answers prompts, nothing else.
  const isOwn =
    claimed?.readerId === sealed.claimedReaderId &&
    claimed.kind === 'device' &&
    claimed.clientIds.some((id) => id === clientId);
  if (!isOwn) return { outcome: 'refused', reason: 'reader-not-for-client' };
  const taken = await takeIn(context, sealed, { atOnce: true });
  if (taken.outcome === 'refused') return { outcome: 'refused', reason: taken.reason };
  const { tap, reader } = taken;
  const { cardKey, evidence, readAt, receivedAt } = tap;
  const decision = await logInWithCard(context, {
    ...{ clientId, cardKey, evidence },
    way: 'tap',
    presence: { type: 'tap', reader, readAt, receivedAt, used: false, requestedAt: 'device' },
  });
  return decision.outcome === 'granted'
    ? { ...decision, tappedAt: receivedAt, readerId: reader.readerId }
    : decision;
}
