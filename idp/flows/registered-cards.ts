import type { CardId, CardKey, CardState } from '../domain/card.ts';
import type { IssuerKeyId } from '../domain/certificate-id.ts';
import { msPerSecond } from '../domain/instant.ts';
import type { PersonId } from '../domain/person.ts';
import type { ProvedCard, Registration, RegistrationId } from '../domain/registration.ts';
import type { Card, ReadTables } from '../ports/system-record.ts';

/** To whom a certificate is bound already, or waits to be. */
export type Binding =
  | { readonly by: 'card'; readonly state: CardState; readonly personId: PersonId }
  | { readonly by: 'registration'; readonly personId: PersonId };

/** One card, one person: what this very certificate is bound by; a registration of its own does not count. */
export async function bindingOf(
  tables: Pick<ReadTables, 'cards' | 'registrations'>,
  { cardKey, issuerKeyId }: { readonly cardKey: CardKey; readonly issuerKeyId: IssuerKeyId },
  except?: RegistrationId,
): Promise<Binding | undefined> {
  const cards = await tables.cards.findByKey(cardKey);
  const card = cards.find((one) => one.issuerKeyId === issuerKeyId && one.state !== 'retired');
  if (card !== undefined) return { by: 'card', state: card.state, personId: card.personId };
  const waiting = await tables.registrations.findPendingByCardKey(cardKey);
  const other = waiting.find(
    ({ registrationId, proof }) => proof?.issuerKeyId === issuerKeyId && registrationId !== except,
  );
  return other && { by: 'registration', personId: other.personId };
}

/** The card that an approved registration becomes. */
export function cardOf(cardId: CardId, { personId }: Registration, proof: ProvedCard): Card {
  const { cardKey, sealedNumber, kind, profile, issuerKeyId, notBefore, notAfter } = proof;
  const { revocationScope, provedAt, ocspGoodAt } = proof;
  return {
    ...{ cardId, cardKey, sealedNumber, kind, personId, profile, notBefore, notAfter, issuerKeyId },
    state: 'active',
    // Whole seconds, as the card signed them.
    provedBySignatureAt: Math.floor(provedAt / msPerSecond) * msPerSecond,
    ...(revocationScope === undefined ? {} : { revocationScope }),
    ocspGoodAt,
  };
}
