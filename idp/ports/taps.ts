import type { CardId, CardKey } from '../domain/card.ts';
import type { Instant } from '../domain/instant.ts';
import type { ClientId } from '../domain/login-policy.ts';
import type { ReaderId } from '../domain/reader.ts';
import type { Tap, TapId } from '../domain/tap.ts';
import type { StationRequests } from './station-requests.ts';

/** A request for a tap, opened by a sign-in in one browser. */
export interface Prompt {
  readonly nonce: string;
  readonly clientId: ClientId;
  readonly demand: 'tap' | 'pin';
  /** Hash of the interaction that opened it; only that browser can go on. */
  readonly interactionHash: string;
  readonly openedAt: Instant;
  readonly expiresAt: Instant;
}

/** Why a tap was not kept; each is told to the bridge by its own name. */
export type NotKept =
  | 'tap-replayed'
  | 'counter-not-risen'
  | 'prompt-unknown'
  | 'prompt-answered'
  | 'prompt-expired';

/** Why a return code resumed nothing. */
export type NotRedeemed =
  | 'return-code-unknown'
  | 'return-code-used'
  | 'return-code-expired'
  | 'return-code-of-another-browser';

/**
 * Prompts and the taps that answer them: each kept once, briefly, and used once, also under concurrency and across a restart.
 * @throws {Fault} `ERR_RECORD_UNAVAILABLE`.
 */
export interface Taps {
  /** What stations ask of the taps of their readers. */
  readonly stations: StationRequests;
  open(prompt: Prompt): Promise<void>;
  findPrompt(nonce: string): Promise<Prompt | undefined>;
  /**
   * Keeps a tap that answers a prompt (with the hash of the return code that leads on) or that raises its reader's counter.
   * All checks and the write are one step: of a hundred equal taps at once, one is kept. `usedAtOnce`: whoever brings it
   * uses it, and nobody else ever does.
   */
  keep(
    tap: Tap,
    how: { readonly returnCodeHash: string } | { readonly counter: number; readonly usedAtOnce?: true },
  ): Promise<'kept' | NotKept>;
  /**
   * Takes the tap behind a return code, once, and only for the interaction that opened its prompt.
   * A code that comes without that interaction was lured here or read off a screen: that uses it up.
   * @param interactionHashes those of the browser that brings the code.
   */
  redeem(
    returnCodeHash: string,
    interactionHashes: readonly string[],
    now: Instant,
  ): Promise<
    | { readonly outcome: 'redeemed'; readonly tap: Tap; readonly prompt: Prompt }
    | { readonly outcome: NotRedeemed }
  >;
  /**
   * Takes one use of the newest unprompted tap of a card at any of these readers that was received at or after `since`.
   * @param uses how many one tap has in all: of a hundred takers at once so many get it.
   */
  takeUnprompted(
    cardKey: CardKey,
    readerIds: readonly ReaderId[],
    since: Instant,
    uses: number,
  ): Promise<Tap | undefined>;
  /** The tap that `takeUnprompted` would take at this moment; it stays there. */
  findUnprompted(
    cardKey: CardKey,
    readerIds: readonly ReaderId[],
    since: Instant,
    uses: number,
  ): Promise<Tap | undefined>;
  /** Remembers a PIN signature for the PIN window. */
  notePinProof(cardId: CardId, readerGroup: string, provedAt: Instant): Promise<void>;
  /** PIN signatures made in this group at or after `since` open no window any more. */
  voidPinProofs(readerGroup: string, since: Instant): Promise<void>;
  /** Ends every PIN window of these cards. */
  endPinWindows(cardIds: readonly CardId[]): Promise<void>;
  findPinProof(cardId: CardId, readerGroup: string): Promise<Instant | undefined>;
  /** Forgets what nobody can use any more. */
  sweep(before: Instant): Promise<number>;
  /** Forgets every tap and PIN signature of these cards. */
  forget(cards: readonly { readonly cardId: CardId; readonly cardKey: CardKey }[]): Promise<void>;
  /** Kept as used or void: for tests and for an administrator's question "where did this tap go". */
  find(tapId: TapId): Promise<Tap | undefined>;
}
