import type { Instant } from '../domain/instant.ts';
import type { ClientId } from '../domain/login-policy.ts';
import type { LogoutDelivery, LogoutNotice, SessionEnd, Stop } from './sessions.ts';

/** Stops whose sessions have not ended yet, as everybody may read them. */
export interface ReadSessionEnds {
  /** The oldest first, from behind `position`. */
  list(position: number, limit: number): Promise<readonly SessionEnd[]>;
}

/** What a change may do to them. */
export interface WriteSessionEnds {
  add(stops: readonly Stop[], at: Instant): Promise<void>;
  remove(positions: readonly number[]): Promise<void>;
}

/** Clients that still have to learn of an end, as everybody may read them. */
export interface ReadLogoutDeliveries {
  clientsDue(now: Instant): Promise<readonly ClientId[]>;
  /** The oldest first. */
  due(clientId: ClientId, now: Instant, limit: number): Promise<readonly LogoutDelivery[]>;
  queuedBefore(clientId: ClientId, moment: Instant): Promise<readonly LogoutDelivery[]>;
  /** Everything that waits, the oldest first. */
  list(limit: number): Promise<readonly LogoutDelivery[]>;
}

/** What a change may do to them. */
export interface WriteLogoutDeliveries {
  /** A notice that waits already is not queued twice. */
  add(notices: readonly LogoutNotice[], now: Instant): Promise<void>;
  tried(delivery: Pick<LogoutDelivery, 'deliveryId' | 'attempts' | 'nextAttemptAt'>): Promise<void>;
  /** All of them are due: at a start, whoever was out of reach may be there again. */
  hasten(now: Instant): Promise<void>;
  /** None of this client before then. */
  postpone(clientId: ClientId, until: Instant): Promise<void>;
  remove(deliveryIds: readonly number[]): Promise<void>;
}
