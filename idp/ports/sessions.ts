import type { AuditEventType } from '../domain/audit-event.ts';
import type { AuthenticatorId } from '../domain/factor.ts';
import type { Instant } from '../domain/instant.ts';
import type { ClientId } from '../domain/login-policy.ts';
import type { PersonId } from '../domain/person.ts';
import type { ReaderId } from '../domain/reader.ts';

/** One sign-in that lasts, by a name that is good for nothing else: no session or grant can be had with it. */
export type SignInId = string & { readonly __brand: 'SignInId' };

/** Somebody was stopped: what rests on it is to end. */
export interface Stop {
  readonly personId: PersonId;
  /** Only what rests on this card, passkey or code; absent: everything of the person. */
  readonly authenticator?: AuthenticatorId;
  /** Only this sign-in, whole: a session with everything in it, or what outlived its session. */
  readonly signIn?: SignInId;
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

/** A sign-in that lasts, as its person is shown it. */
export interface LastingSignIn {
  readonly signInId: SignInId;
  /** `grant`: there is no browser in it (any more); a client holds something that it can renew. */
  readonly kind: 'session' | 'grant';
  readonly clientIds: readonly ClientId[];
  readonly signedInAt: Instant;
  readonly lastUsedAt: Instant;
  /** Absent: the client keeps nothing that says so. */
  readonly acr?: string;
}

/** A sign-in that was made at a reader, which may turn out to be somebody else's. */
export interface SignInAtReader {
  readonly personId: PersonId;
  readonly signIn: SignInId;
  readonly at: Instant;
}

/**
 * Sign-ins that last: what they are made of is `idp/oidc`'s business.
 * @throws {Fault} `ERR_OIDC_STATE_UNAVAILABLE`.
 */
export interface LoginSessions {
  /** Found before it is ended, because what a session knows of its clients goes with it. */
  restingOn(stop: Stop): Promise<RestingSessions>;
  /** The newest first. */
  list(personId: PersonId): Promise<readonly LastingSignIn[]>;
  /** Those that were made at a reader at or after `since`, of everybody. */
  atReader(readerId: ReaderId, since: Instant): Promise<readonly SignInAtReader[]>;
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
