import type { AuditEventType } from '../domain/audit-event.ts';
import type { AuthenticatorId } from '../domain/factor.ts';
import type { Instant } from '../domain/instant.ts';
import type { ClientId } from '../domain/login-policy.ts';
import type { PersonId } from '../domain/person.ts';

/** Somebody was stopped: what rests on it is to end. */
export interface Stop {
  readonly personId: PersonId;
  /** Only what rests on this card, passkey or code; absent: everything of the person. */
  readonly authenticator?: AuthenticatorId;
  /** The event of the audit trail that says what happened. */
  readonly cause: AuditEventType;
}

/** A stop as the record notes it until everything has ended. */
export interface SessionEnd extends Stop {
  /** In the order in which they were noted. */
  readonly position: number;
  readonly at: Instant;
}

/** A client that must learn that a session is over. @see OpenID Connect Back-Channel Logout 1.0 §2.4 */
export interface LogoutNotice {
  readonly clientId: ClientId;
  readonly sub: PersonId;
  /** Absent: what the client holds outlived the session in which it was given. */
  readonly sid?: string;
}

/** A notice that waits for its client. */
export interface LogoutDelivery extends LogoutNotice {
  readonly deliveryId: number;
  readonly queuedAt: Instant;
  readonly attempts: number;
  readonly nextAttemptAt: Instant;
}

/** What of the OpenID Connect state rests on one stop. */
export interface RestingSessions {
  readonly sessionCount: number;
  /** Sessions, grants, tokens, codes and open interactions, by the names the state gives them. */
  readonly entries: readonly string[];
  /** Every client that has a part in it, whether or not it wants to be told. */
  readonly notices: readonly LogoutNotice[];
}

/**
 * Sign-ins that last: what they are made of is `idp/oidc`'s business.
 * @throws {Fault} `ERR_OIDC_STATE_UNAVAILABLE`.
 */
export interface LoginSessions {
  /** Found before it is ended, because what a session knows of its clients goes with it. */
  restingOn(stop: Stop): Promise<RestingSessions>;
  /** Ends them in few steps, whatever their number. */
  end(found: readonly RestingSessions[]): Promise<void>;
}

/** What a client made of a logout token: took it, answered that it cannot, or does not want any (any more). */
export type NoticeOutcome = 'delivered' | 'refused' | 'not-wanted';

/** Tells clients that a session is over, one try at a time. */
export interface LogoutNotifier {
  /** @throws {Fault} `ERR_CLIENT_UNREACHABLE` when nobody answers, or an answer says that the client is in trouble. */
  notify(notice: LogoutNotice): Promise<NoticeOutcome>;
  /** Breaks off what is under way. */
  close(): void;
}
