import type { Instant } from '../domain/instant.ts';
import type { ClientId } from '../domain/login-policy.ts';
import type { PersonId } from '../domain/person.ts';
import type { ReaderId } from '../domain/reader.ts';
import type { Tap } from '../domain/tap.ts';

/** What waits for a tap at one reader: a client that asked for it, or a device that shows a code. */
export interface TapRequest {
  readonly requestId: string;
  readonly readerId: ReaderId;
  readonly clientId: ClientId;
  readonly way: 'ciba' | 'device';
  /** Nobody else's tap will do; absent: whoever taps. */
  readonly personId?: PersonId;
  readonly openedAt: Instant;
  readonly expiresAt: Instant;
}

/**
 * Requests for a tap: one open at a reader at a time, answered by one tap, also under concurrency and across a restart.
 * @throws {Fault} `ERR_RECORD_UNAVAILABLE`.
 */
export interface TapRequests {
  /** Of a hundred at once at one reader one is opened. */
  open(request: TapRequest): Promise<'opened' | 'reader-busy'>;
  /** What is open at a reader at this moment. */
  openAt(readerId: ReaderId, now: Instant): Promise<TapRequest | undefined>;
  /**
   * Takes the request that was open at the reader before this tap was read and received, and uses the tap, in one step:
   * neither serves anything else afterwards. A tap that somebody else took meanwhile answers nothing.
   */
  take(tap: Pick<Tap, 'tapId' | 'readerId' | 'readAt' | 'receivedAt'>): Promise<TapRequest | undefined>;
  /** Nobody waits any more. */
  end(requestId: string): Promise<void>;
}
