import type { CardId, CardKey, CardState } from '../domain/card.ts';
import type { IssuerKeyId } from '../domain/certificate-id.ts';
import { type Instant, msPerSecond } from '../domain/instant.ts';
import type { PersonId } from '../domain/person.ts';
import {
  type ProvedCard,
  type Registration,
  type RegistrationId,
  type RequestedCard,
  requestedCardYears,
} from '../domain/registration.ts';
import type { Card, ReadTables } from '../ports/system-record.ts';

/** To whom a card is bound already, or waits to be. */
export type Binding =
  | { readonly by: 'card'; readonly state: CardState; readonly personId: PersonId }
  | { readonly by: 'registration'; readonly personId: PersonId };

/** What makes a card this very one: its key, and for a certificate the CA that issued it. */
interface CardIdentity {
  readonly cardKey: CardKey;
  readonly issuerKeyId?: IssuerKeyId;
}

/** What a registration is about; `undefined` while the card was not held yet. */
export function candidateOf(registration: Registration): CardIdentity | undefined {
  return registration.origin === 'invitation' ? registration.proof : registration.requested;
}

/** One card, one person: what this very card is bound by; a registration of its own does not count. */
export async function bindingOf(
  tables: Pick<ReadTables, 'cards' | 'registrations'>,
  { cardKey, issuerKeyId }: CardIdentity,
  except?: RegistrationId,
): Promise<Binding | undefined> {
  const cards = await tables.cards.findByKey(cardKey);
  const card = cards.find((one) => one.issuerKeyId === issuerKeyId && one.state !== 'retired');
  if (card !== undefined) return { by: 'card', state: card.state, personId: card.personId };
  const waiting = await tables.registrations.findPendingByCardKey(cardKey);
  const other = waiting.find(
    (one) => candidateOf(one)?.issuerKeyId === issuerKeyId && one.registrationId !== except,
  );
  return other && { by: 'registration', personId: other.personId };
}

/** The card that an approved registration becomes. */
export function cardOf(
  cardId: CardId,
  { personId }: Pick<Registration, 'personId'>,
  proof: ProvedCard,
): Card {
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

/** The card that an approved request of a device becomes. Nothing but policy says when it ends. */
export function requestedCardOf(
  cardId: CardId,
  { personId }: Pick<Registration, 'personId'>,
  requested: RequestedCard,
  approvedAt: Instant,
): Card {
  const end = new Date(approvedAt);
  end.setUTCFullYear(end.getUTCFullYear() + requestedCardYears);
  return {
    ...{ cardId, ...requested, personId, state: 'active' },
    ...{ notBefore: approvedAt, notAfter: end.getTime() },
  };
}
