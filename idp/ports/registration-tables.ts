import type { CardId, CardKey } from '../domain/card.ts';
import type { Instant } from '../domain/instant.ts';
import type { ClientId } from '../domain/login-policy.ts';
import type { PersonId } from '../domain/person.ts';
import type { Registration, RegistrationId } from '../domain/registration.ts';

/** Registrations, as everybody may read them. */
export interface ReadRegistrations {
  find(id: RegistrationId): Promise<Registration | undefined>;
  list(state?: Registration['state']): Promise<readonly Registration[]>;
  /** How many cards a device, or any device for a person, asked for since then; whatever became of it. */
  countRequests(
    by: { readonly clientId?: ClientId; readonly personId?: PersonId },
    since: Instant,
  ): Promise<number>;
  /** Proved or asked for and waiting, under this card key: the same card may not be registered twice. */
  findPendingByCardKey(cardKey: CardKey): Promise<readonly Registration[]>;
  /** The one that became this card. */
  findByCard(cardId: CardId): Promise<Registration | undefined>;
  findByPerson(personId: PersonId): Promise<readonly Registration[]>;
}

/** What a change may do to them. */
export interface WriteRegistrations {
  add(registration: Registration): Promise<void>;
  /** Compare-and-set on the state. */
  update(registration: Registration, from: Registration['state']): Promise<boolean>;
  removeOf(personId: PersonId): Promise<void>;
}
