import type { AuthenticatorId, PasskeyId } from '../domain/factor.ts';
import type { Instant } from '../domain/instant.ts';
import type { PersonId } from '../domain/person.ts';
import type { SystemRecord } from '../ports/system-record.ts';

/** Where authenticators and their holders are found. */
export interface Holders {
  readonly cards: Pick<SystemRecord['cards'], 'find'>;
  readonly passkeys: Pick<SystemRecord['passkeys'], 'find'>;
  readonly people: Pick<SystemRecord['people'], 'find'>;
}

/** A card, passkey or code as far as a grant rests on it. */
export interface Authenticator {
  readonly personId: PersonId;
  readonly isActive: boolean;
  /** Its last moment; absent: it has none. */
  readonly notAfter?: Instant;
}

/** Finds what a grant rests on, whatever it is. */
export async function findAuthenticator(
  record: Holders,
  id: AuthenticatorId,
): Promise<Authenticator | undefined> {
  const card = await record.cards.find(id as Parameters<Holders['cards']['find']>[0]);
  if (card === undefined) {
    const passkey = await record.passkeys.find(id as PasskeyId);
    // Removed, there is none.
    return passkey && { personId: passkey.personId, isActive: true };
  }
  return { personId: card.personId, isActive: card.state === 'active', notAfter: card.notAfter };
}
