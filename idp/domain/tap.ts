import type { CardKey, CardKind } from './card.ts';
import type { IssuerKeyId } from './certificate-id.ts';
import type { Instant } from './instant.ts';
import type { ReaderId } from './reader.ts';

export type TapId = string & { readonly __brand: 'TapId' };

/** What stands behind a card number, after everything that can be checked about it was checked. */
export type Evidence =
  /** A bare number: IDm, UID, or the first bytes of a certificate. Anyone who saw it can copy it. */
  | { readonly type: 'identifier'; readonly kind: CardKind; readonly issuerKeyId?: IssuerKeyId }
  /** The whole certificate, its CA's signature verified. It can still be copied. */
  | { readonly type: 'certificate'; readonly kind: 'jpki'; readonly issuerKeyId: IssuerKeyId }
  /** A PIN-unlocked signature by the card's key over our challenge: only this authenticates. */
  | { readonly type: 'signature'; readonly kind: 'jpki'; readonly issuerKeyId: IssuerKeyId };

/** One presentation of a card at a reader, verified and kept once, briefly. */
export interface Tap {
  readonly tapId: TapId;
  readonly readerId: ReaderId;
  readonly cardKey: CardKey;
  readonly evidence: Evidence;
  /** By the reader's clock, at most the allowed skew ahead of ours. */
  readonly readAt: Instant;
  /** By our clock. */
  readonly receivedAt: Instant;
  /** The prompt it answers; a device reader's unprompted tap has none. */
  readonly nonce?: string;
}

/** How long a tap is fresh by our clock, and how far a reader's clock may run ahead (design: taps). */
export const tapFreshSeconds = 30;
export const readerClockAheadSeconds = 5;
/** A prompted tap bears our nonce and cannot be older than the prompt: a slow clock may make it look so by this much. */
export const readerClockBehindSeconds = 5;
