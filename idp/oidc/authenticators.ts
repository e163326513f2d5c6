import type { AuthenticatorId, PasskeyId, TemporaryCodeId } from '../domain/factor.ts';
import { type Instant, msPerSecond } from '../domain/instant.ts';
import type { PersonId } from '../domain/person.ts';
import type { SystemRecord } from '../ports/system-record.ts';

/** Where authenticators and their holders are found. */
export interface Holders {
  readonly cards: Pick<SystemRecord['cards'], 'find'>;
  readonly passkeys: Pick<SystemRecord['passkeys'], 'find'>;
  readonly temporaryCodes: Pick<SystemRecord['temporaryCodes'], 'find'>;
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
    if (passkey !== undefined) return { personId: passkey.personId, isActive: true };
    const code = await record.temporaryCodes.find(id as TemporaryCodeId);
    if (code === undefined) return undefined;
    // A card is valid through its last second, and a code up to its end.
    const notAfter = code.expiresAt - msPerSecond;
    return { personId: code.personId, isActive: code.state === 'used', notAfter };
  }
  return { personId: card.personId, isActive: card.state === 'active', notAfter: card.notAfter };
}
