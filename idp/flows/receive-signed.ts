import { InvalidInput } from '../domain/fault.ts';
import type { Instant } from '../domain/instant.ts';
import { msPerSecond } from '../domain/instant.ts';
import type { Reader, ReaderPublicKey } from '../domain/reader.ts';
import { readerClockAheadSeconds, tapFreshSeconds } from '../domain/tap.ts';
import type { FlowContext } from './context.ts';

/** A message of a bridge whose signature nobody has checked yet. */
export interface Sealed<Claims> {
  readonly claimedReaderId: string;
  /** @throws {InvalidInput} when the key did not sign it for this issuer, or it is malformed. */
  open(publicKey: ReaderPublicKey, issuer: string): Promise<Claims>;
}

/** Why a bridge's message was not even read. */
export type MessageRefusal =
  | 'reader-unknown'
  | 'reader-not-enrolled'
  | 'reader-disabled'
  | 'message-signature-invalid'
  | 'message-malformed'
  | 'message-stale'
  | 'message-from-the-future';

export type Received<Claims> =
  | { readonly outcome: 'received'; readonly reader: Reader; readonly claims: Claims }
  | { readonly outcome: 'refused'; readonly reason: MessageRefusal };

/** Opens a signed message of an enrolled reader and holds its time against our clock (30 s back, 5 s ahead). */
export async function receiveSigned<Claims extends { readonly iat: number }>(
  { record, clock, issuer }: Pick<FlowContext, 'record' | 'clock' | 'issuer'>,
  sealed: Sealed<Claims>,
): Promise<Received<Claims>> {
  const reader = await record.readers.find(sealed.claimedReaderId);
  if (reader === undefined || reader.readerId !== sealed.claimedReaderId) return refused('reader-unknown');
  if (reader.state === 'disabled') return refused('reader-disabled');
  if (reader.publicKey === undefined) return refused('reader-not-enrolled');
  let claims: Claims;
  try {
    claims = await sealed.open(reader.publicKey, issuer);
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    return refused(error.code === 'ERR_TAP_SIGNATURE' ? 'message-signature-invalid' : 'message-malformed');
  }
  const late = timeProblem(claims.iat * msPerSecond, clock.now());
  return late === undefined ? { outcome: 'received', reader, claims } : refused(late);
}

function timeProblem(signedAt: Instant, now: Instant): MessageRefusal | undefined {
  if (signedAt > now + readerClockAheadSeconds * msPerSecond) return 'message-from-the-future';
  // `iat` is whole seconds: the second in which it was signed counts as its beginning.
  if (now - signedAt > (tapFreshSeconds + 1) * msPerSecond) return 'message-stale';
  return undefined;
}

function refused(reason: MessageRefusal): Received<never> {
  return { outcome: 'refused', reason };
}
