import type { CardFacts, CardId, CardKind, CardState, RevocationScope } from '../domain/card.ts';
import type { IssuerKeyId } from '../domain/certificate-id.ts';
import { Fault } from '../domain/fault.ts';
import { msPerSecond } from '../domain/instant.ts';
import type { OrganizationId, PersonId, PersonState, ReleasedPerson } from '../domain/person.ts';
import { present, StoredFields } from './stored-fields.ts';

export const cardKinds: readonly CardKind[] = ['jpki', 'felica', 'uid'];
export const cardStates: readonly CardState[] = ['active', 'suspended', 'revoked', 'retired'];
export const personStates: readonly PersonState[] = ['active', 'suspended', 'left'];
const code = 'ERR_CARD_INDEX_UNAVAILABLE';

/** What an index keeps under one card key. */
export function cardFactsToText(cards: readonly CardFacts[]): string {
  return JSON.stringify(cards.map((card) => ({ ...card, person: personToFields(card.person) })));
}

/** A million times: three numbers in a list instead of three names and milliseconds. */
function personToFields(person: CardFacts['person']): object {
  const { addedAt, changedAt, unixNumber, ...rest } = person;
  if (addedAt === undefined || changedAt === undefined || unixNumber === undefined) return rest;
  return { ...rest, kept: [addedAt / msPerSecond, changedAt / msPerSecond, unixNumber] };
}

/** @throws {Fault} `ERR_CARD_INDEX_UNAVAILABLE` when it is not what we wrote; never "unknown card". */
export function parseCardFacts(text: string): readonly CardFacts[] {
  let cards: unknown;
  try {
    cards = JSON.parse(text);
  } catch (error) {
    throw new Fault(code, 'The card index holds something that cannot be read.', error);
  }
  if (!Array.isArray(cards))
    throw new Fault(code, 'The card index holds something that is no list of cards.');
  return cards.map((card: object) => toCardFacts(new StoredFields(card ?? {}, 'card index', code)));
}

function toCardFacts(fields: StoredFields): CardFacts {
  return present({
    cardId: fields.text<CardId>('cardId'),
    kind: fields.oneOf('kind', cardKinds),
    state: fields.oneOf('state', cardStates),
    notBefore: fields.integer('notBefore'),
    notAfter: fields.integer('notAfter'),
    issuerKeyId: fields.optionalText<IssuerKeyId>('issuerKeyId'),
    provedBySignatureAt: fields.optionalInteger('provedBySignatureAt'),
    revocationScope: toRevocationScope(fields.optionalFields('revocationScope')),
    ocspGoodAt: fields.optionalInteger('ocspGoodAt'),
    retiresAt: fields.optionalInteger('retiresAt'),
    person: toPersonFacts(fields.fields('person')),
    organizationId: fields.text<OrganizationId>('organizationId'),
    declaredVerifier: fields.flag('declaredVerifier'),
  });
}

function toPersonFacts(fields: StoredFields): CardFacts['person'] {
  return present({
    personId: fields.text<PersonId>('personId'),
    state: fields.oneOf('state', personStates),
    uid: fields.text('uid'),
    displayName: fields.text('displayName'),
    displayNameKana: fields.optionalText('displayNameKana'),
    mail: fields.optionalText('mail'),
    employeeNumber: fields.optionalText('employeeNumber'),
    organization: fields.text('organization'),
    department: fields.optionalText('department'),
    title: fields.optionalText('title'),
    groups: fields.texts('groups'),
    ...keptOf(fields),
  });
}

function keptOf(fields: StoredFields): Pick<ReleasedPerson, 'addedAt' | 'changedAt' | 'unixNumber'> {
  const kept = fields.optionalIntegers('kept');
  if (kept === undefined) return {};
  const [added = 0, changed = 0, unixNumber = 0] = kept;
  return { addedAt: added * msPerSecond, changedAt: changed * msPerSecond, unixNumber };
}

export function toRevocationScope(fields: StoredFields | undefined): RevocationScope | undefined {
  return (
    fields && {
      issuerKeyId: fields.text<IssuerKeyId>('issuerKeyId'),
      distributionPoint: fields.text('distributionPoint'),
    }
  );
}
