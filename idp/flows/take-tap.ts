import type { CardKey } from '../domain/card.ts';
import type { Presence } from '../domain/decide-login.ts';
import type { LoginPolicy } from '../domain/login-policy.ts';
import type { Reader } from '../domain/reader.ts';
import type { Evidence } from '../domain/tap.ts';
import type { FlowContext } from './context.ts';
import { freshSince } from './log-in-with-card.ts';

/** A tap that serves a sign-in from now on: what was shown of the card, and where. */
export interface TakenTap {
  readonly evidence: Evidence;
  readonly presence: Presence & { readonly type: 'tap' };
}

/** The readers whose taps serve a client. */
export async function readersOf(
  { record }: Pick<FlowContext, 'record'>,
  { clientId }: Pick<LoginPolicy, 'clientId'>,
): Promise<readonly Reader[]> {
  return (await record.readers.list()).filter(({ clientIds }) => clientIds.includes(clientId));
}

/** Takes one use of the newest tap of a card at one of these readers that is fresh by the client's policy. */
export async function takeTap(
  { taps, clock }: Pick<FlowContext, 'taps' | 'clock'>,
  { tapFreshSeconds, tapUses }: Pick<LoginPolicy, 'tapFreshSeconds' | 'tapUses'>,
  readers: readonly Reader[],
  cardKey: CardKey,
): Promise<TakenTap | undefined> {
  const ids = readers.map(({ readerId }) => readerId);
  const since = freshSince(clock.now(), tapFreshSeconds);
  const tap = await taps.takeUnprompted(cardKey, ids, since, tapUses);
  const reader = readers.find(({ readerId }) => readerId === tap?.readerId);
  if (tap === undefined || reader === undefined) return undefined;
  const { readAt, receivedAt, evidence } = tap;
  return {
    evidence,
    presence: { type: 'tap', reader, readAt, receivedAt, used: false, requestedAt: 'device' },
  };
}
