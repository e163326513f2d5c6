import type { PasskeyId } from '../domain/factor.ts';
import type { Instant } from '../domain/instant.ts';
import type { CredentialId, Passkey } from '../domain/passkey.ts';
import type { PersonId } from '../domain/person.ts';
import type { Actor } from '../domain/registration.ts';

/** Passkeys, as everybody may read them. */
export interface ReadPasskeys {
  find(passkeyId: PasskeyId): Promise<Passkey | undefined>;
  findByCredential(credentialId: CredentialId): Promise<Passkey | undefined>;
  /** The oldest first. */
  findByPerson(personId: PersonId): Promise<readonly Passkey[]>;
  /** Everybody's. */
  list(): Promise<readonly Passkey[]>;
}

/** What a change may do to them. */
export interface WritePasskeys {
  /** `false` when the credential is known already, whosever it is. */
  add(passkey: Passkey): Promise<boolean>;
  /** Compare-and-set on the counter, by the rule of `mayFollow`; `false`: it has not risen, or the passkey is gone. */
  use(passkeyId: PasskeyId, use: PasskeyUse): Promise<boolean>;
  rename(passkeyId: PasskeyId, name: string): Promise<boolean>;
  remove(passkeyId: PasskeyId): Promise<boolean>;
  removeOf(personId: PersonId): Promise<void>;
}

export interface PasskeyUse {
  readonly counter: number;
  readonly backedUp: boolean;
  readonly at: Instant;
}

/** A random value that one browser was asked to have signed. */
export interface PasskeyChallenge {
  readonly challengeHash: string;
  /** Hash of what it was opened for: an interaction, a session or a code. It counts for nothing else. */
  readonly boundTo: string;
  readonly expiresAt: Instant;
}

/** Challenges: of one place one is open at a time, and each is taken once. */
export interface PasskeyChallenges {
  /** Takes the place of the one before, and forgets those whose time has come. */
  open(challenge: PasskeyChallenge, now: Instant): Promise<void>;
  /** Once: of a hundred at once one gets `true`. `false`: taken, expired, or opened for something else. */
  take(challenge: Omit<PasskeyChallenge, 'expiresAt'>, now: Instant): Promise<boolean>;
}

/** An approver's code for somebody's first passkey. */
export interface PasskeyCode {
  readonly personId: PersonId;
  readonly codeHash: string;
  readonly issuedBy: Actor;
  readonly expiresAt: Instant;
}

/** Codes: of one person one is good at a time, once. */
export interface PasskeyCodes {
  /** Takes the place of the one before. */
  put(code: PasskeyCode): Promise<void>;
  /** `undefined` where it is another, used or expired. */
  find(personId: PersonId, codeHash: string, now: Instant): Promise<PasskeyCode | undefined>;
  /** Once: of a hundred at once one gets `true`. */
  use(personId: PersonId, codeHash: string, now: Instant): Promise<boolean>;
  removeOf(personId: PersonId): Promise<void>;
}
