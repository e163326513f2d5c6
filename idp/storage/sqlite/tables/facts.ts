import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { CardFacts, CardId, CardKey } from '../../../domain/card.ts';
import type { IssuerKeyId } from '../../../domain/certificate-id.ts';
import type { OrganizationId, PersonId } from '../../../domain/person.ts';
import { cardKinds, cardStates, personStates } from '../../card-facts.ts';
import { octetsOf } from '../../card-key-octets.ts';
import { present, StoredFields } from '../../stored-fields.ts';
import type { RecordSchema } from '../schema.ts';
import { scopeOf } from './cards.ts';

/** Every card under a key with its person and organisation, in the order they were added. */
export function factsQuery(db: Kysely<RecordSchema>, cardKey: CardKey) {
  return db
    .selectFrom('cards')
    .innerJoin('people', 'people.person_id', 'cards.person_id')
    .innerJoin('organizations', 'organizations.organization_id', 'people.organization_id')
    .selectAll('cards')
    .select([
      'people.uid',
      'people.organization_id',
      'people.state as person_state',
      'people.display_name',
      'people.display_name_kana',
      'people.mail',
      'people.employee_number',
      'people.department',
      'people.title',
      'people.groups',
      'people.added_at',
      'people.changed_at',
      'people.unix_number',
      'organizations.name as organization',
      'organizations.verifier_basis',
    ])
    .where('cards.card_key', '=', octetsOf(cardKey))
    .orderBy(sql`cards.rowid`);
}

/** What the index should hold for rows of `factsQuery`. */
export function factsOfRows(rows: readonly object[]): readonly CardFacts[] {
  const cards = rows.map((row) => toFacts(new StoredFields(row, 'cards with people')));
  return cards.filter((card, index) => card.state !== 'retired' || !isReplaced(card, index, cards));
}

/** A retired card counts only while nothing newer of the same certificate exists: it would be taken for two cards. */
function isReplaced(card: CardFacts, index: number, cards: readonly CardFacts[]): boolean {
  return cards.some(
    (other, otherIndex) =>
      other.kind === card.kind &&
      other.issuerKeyId === card.issuerKeyId &&
      (other.state !== 'retired' || otherIndex > index),
  );
}

function toFacts(fields: StoredFields): CardFacts {
  return present({
    cardId: fields.text<CardId>('card_id'),
    kind: fields.oneOf('kind', cardKinds),
    state: fields.oneOf('state', cardStates),
    notBefore: fields.integer('not_before'),
    notAfter: fields.integer('not_after'),
    issuerKeyId: fields.optionalText<IssuerKeyId>('issuer_key_id'),
    provedBySignatureAt: fields.optionalInteger('proved_by_signature_at'),
    revocationScope: scopeOf(fields),
    ocspGoodAt: fields.optionalInteger('ocsp_good_at'),
    retiresAt: fields.optionalInteger('retires_at'),
    person: toPersonFacts(fields),
    organizationId: fields.text<OrganizationId>('organization_id'),
    declaredVerifier: fields.optionalText('verifier_basis') !== undefined,
  });
}

function toPersonFacts(fields: StoredFields): CardFacts['person'] {
  return present({
    personId: fields.text<PersonId>('person_id'),
    state: fields.oneOf('person_state', personStates),
    uid: fields.text('uid'),
    displayName: fields.text('display_name'),
    displayNameKana: fields.optionalText('display_name_kana'),
    mail: fields.optionalText('mail'),
    employeeNumber: fields.optionalText('employee_number'),
    organization: fields.text('organization'),
    department: fields.optionalText('department'),
    title: fields.optionalText('title'),
    groups: fields.texts('groups'),
    addedAt: fields.integer('added_at'),
    changedAt: fields.integer('changed_at'),
    unixNumber: fields.integer('unix_number'),
  });
}
