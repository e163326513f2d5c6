import type { Instant } from '../domain/instant.ts';
import type { ClientId } from '../domain/login-policy.ts';
import type { ReaderId } from '../domain/reader.ts';
import type { PairingId, StationRefusal } from '../domain/station.ts';
import type { Tap } from '../domain/tap.ts';

/** A station's request for a tap: one sign-in, in the browser that showed its key. */
export interface StationRequest {
  /** Hash of the interaction that it is for. */
  readonly interactionHash: string;
  readonly pairingId: PairingId;
  readonly readerId: ReaderId;
  readonly clientId: ClientId;
  /** A tap that came before serves it not. */
  readonly openedAt: Instant;
  /** Until then a tap is waited for, or the one that came can be confirmed. */
  readonly expiresAt: Instant;
}

/** What a station signs, once. */
export interface StationChallenge {
  readonly interactionHash: string;
  readonly pairingId: PairingId;
  readonly challengeHash: string;
  readonly expiresAt: Instant;
}

/** Where a request stands. */
export type StationStanding =
  | { readonly state: 'none' }
  | { readonly state: 'waiting'; readonly request: StationRequest }
  | { readonly state: 'shown'; readonly request: StationRequest; readonly tap: Tap }
  | { readonly state: 'refused'; readonly reason: StationRefusal };

/** Why a tap was not taken. */
export type NotTaken = Extract<
  StationRefusal,
  'confirmation-unknown' | 'two-cards' | 'station-busy' | 'time-over'
>;

/**
 * Requests of stations, kept beside the taps that answer them: every step is one transaction, so that of a hundred at
 * once one succeeds, also across a restart.
 * @throws {Fault} `ERR_RECORD_UNAVAILABLE`.
 */
export interface StationRequests {
  /** Takes the place of the interaction's challenge before. */
  challenge(challenge: StationChallenge): Promise<void>;
  /**
   * Uses up the challenge and opens the request. Where another one is open at the same reader, both are refused: nobody
   * could say whose tap comes next. The same interaction opens again, whatever became of it before.
   */
  open(request: StationRequest, challengeHash: string): Promise<'opened' | StationRefusal>;
  /**
   * Where the request stands now. The first tap of its reader since it was opened becomes the one that is shown, for
   * `shownUntil`; the taps of the same card go with it, a tap of another card ends the request.
   */
  look(interactionHash: string, now: Instant, shownUntil: Instant): Promise<StationStanding>;
  /** Notes what the page with the name must bring back; takes the place of the one before. */
  noteConfirmation(interactionHash: string, confirmationHash: string): Promise<boolean>;
  /** Takes the tap that is shown, once. @param confirmationHash absent where nobody is asked. */
  take(
    interactionHash: string,
    now: Instant,
    confirmationHash?: string,
  ): Promise<
    | { readonly outcome: 'taken'; readonly request: StationRequest; readonly tap: Tap }
    | { readonly outcome: NotTaken }
  >;
  /** Nobody waits any more; what is done stays done. */
  close(interactionHash: string, reason: StationRefusal): Promise<void>;
  /** Forgets what ended before then. */
  sweep(before: Instant): Promise<void>;
}
