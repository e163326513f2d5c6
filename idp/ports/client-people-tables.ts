import type { Instant } from '../domain/instant.ts';
import type { ClientId } from '../domain/login-policy.ts';
import type { PersonId } from '../domain/person.ts';

/** The number under which one connected system knows a person: a library number, a code for attendance. */
export interface ClientIdentifier {
  readonly clientId: ClientId;
  readonly personId: PersonId;
  readonly identifier: string;
  readonly linkedAt: Instant;
}

/** Identifiers of connected systems, as everybody may read them. */
export interface ReadClientIdentifiers {
  find(clientId: ClientId, personId: PersonId): Promise<string | undefined>;
  /** Whose it is at this client. */
  findHolder(clientId: ClientId, identifier: string): Promise<PersonId | undefined>;
  list(clientId: ClientId): Promise<readonly ClientIdentifier[]>;
}

/** What a change may do to them. */
export interface WriteClientIdentifiers {
  /** In place of the person's one before; `false`: it is somebody else's at this client, and nothing was changed. */
  put(link: ClientIdentifier): Promise<boolean>;
  remove(clientId: ClientId, personId: PersonId): Promise<boolean>;
  removeOf(personId: PersonId): Promise<void>;
}

/** What a person let a client have. */
export interface ClientConsent {
  readonly clientId: ClientId;
  readonly personId: PersonId;
  /** Scopes and single claims, by name. */
  readonly released: readonly string[];
  readonly givenAt: Instant;
}

export interface ReadClientConsents {
  find(clientId: ClientId, personId: PersonId): Promise<ClientConsent | undefined>;
}

export interface WriteClientConsents {
  /** In place of what was given to this client before. */
  put(consent: ClientConsent): Promise<void>;
  removeOf(personId: PersonId): Promise<void>;
}
