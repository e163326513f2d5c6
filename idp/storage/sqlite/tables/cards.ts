import { type Kysely, type SqlBool, sql } from 'kysely';
import type { CardId, CardKey, RevocationScope } from '../../../domain/card.ts';
import type { IssuerKeyId } from '../../../domain/certificate-id.ts';
import type { PersonId } from '../../../domain/person.ts';
import { revocationReasons } from '../../../domain/revocation.ts';
import type { Card, Tables } from '../../../ports/system-record.ts';
import { cardKinds, cardStates } from '../../card-facts.ts';
import { octetsOf } from '../../card-key-octets.ts';
import { present, StoredFields } from '../../stored-fields.ts';
import type { CardRow, RecordSchema } from '../schema.ts';
import { noteCard, noteCardsOfPeople } from './index-notes.ts';
import { countInScope, inScope, revocationScopes } from './revocation-interest.ts';
import { revokeByIssuer } from './revoke-by-issuer.ts';

export function cardTable(db: Kysely<RecordSchema>): Tables['cards'] {
  const all = db.selectFrom('cards').selectAll();
  return {
    async find(id) {
      const row = await all.where('card_id', '=', id).executeTakeFirst();
      return row && toCard(row);
    },
    async findByKey(cardKey) {
      return (await all.where('card_key', '=', octetsOf(cardKey)).execute()).map(toCard);
    },
    async findByPerson(personId) {
      const rows = await all.where('person_id', '=', personId).orderBy(sql`rowid`).execute();
      return rows.map(toCard);
    },
    async list() {
      return (await all.orderBy(sql`rowid`).execute()).map(toCard);
    },
    async ending(after, until) {
      const rows = await all
        .where(inUse)
        .where('not_after', '>', after)
        .where('not_after', '<=', until)
        .execute();
      return rows.map(toCard);
    },
    async dueToRetire(now, limit) {
      const rows = await all.where(inUse).where('retires_at', '<=', now).limit(limit).execute();
      return rows.map(toCard);
    },
    async countByIssuer() {
      const rows = await db
        .selectFrom('cards')
        .select(['issuer_key_id', (eb) => eb.fn.countAll<number>().as('count')])
        .where('state', 'in', ['active', 'suspended'])
        .where('issuer_key_id', 'is not', null)
        .groupBy('issuer_key_id')
        .execute();
      return new Map(rows.map((row) => [row.issuer_key_id as IssuerKeyId, Number(row.count)]));
    },
    revocationScopes: () => revocationScopes(db),
    countInScope: (scope, provedSince) => countInScope(db, scope, provedSince),
    inScope: (scope, provedSince) => inScope(db, scope, provedSince),
    async removeOf(personId) {
      const own = db.selectFrom('people').select('person_id').where('person_id', '=', personId);
      await noteCardsOfPeople(db, own);
      await db.deleteFrom('cards').where('person_id', '=', personId).execute();
    },
    async add(card) {
      await db.insertInto('cards').values(toRow(card)).execute();
      await noteCard(db, card.cardKey);
    },
    async update(card, from) {
      const { card_key, ...changed } = toRow(card);
      const { numUpdatedRows } = await db
        .updateTable('cards')
        .set(changed)
        .where('card_id', '=', card.cardId)
        .where('card_key', '=', card_key)
        .where('state', '=', from)
        .executeTakeFirstOrThrow();
      if (numUpdatedRows > 0n) await noteCard(db, card.cardKey);
      return numUpdatedRows > 0n;
    },
    revokeByIssuer: (revocations, now) => revokeByIssuer(db, revocations, now),
  };
}

/** Spelt as the partial indexes spell it: SQLite uses one only where it sees its very condition. */
export const inUse = sql<SqlBool>`state IN ('active', 'suspended')`;

export function toCard(row: CardRow): Card {
  const fields = new StoredFields(row, 'cards');
  return present({
    cardId: fields.text<CardId>('card_id'),
    cardKey: fields.hex<CardKey>('card_key'),
    sealedNumber: fields.text('sealed_number'),
    kind: fields.oneOf('kind', cardKinds),
    personId: fields.text<PersonId>('person_id'),
    state: fields.oneOf('state', cardStates),
    profile: fields.optionalText('profile'),
    revokedBy: fields.optionalOneOf('revoked_by', ['operator', 'issuer']),
    revocationReason: fields.optionalOneOf('revocation_reason', revocationReasons),
    revokedAt: fields.optionalInteger('revoked_at'),
    replaces: fields.optionalText<CardId>('replaces'),
    retiresAt: fields.optionalInteger('retires_at'),
    notBefore: fields.integer('not_before'),
    notAfter: fields.integer('not_after'),
    issuerKeyId: fields.optionalText<IssuerKeyId>('issuer_key_id'),
    provedBySignatureAt: fields.optionalInteger('proved_by_signature_at'),
    revocationScope: scopeOf(fields),
    ocspGoodAt: fields.optionalInteger('ocsp_good_at'),
  });
}

/** The scope of a row that may have none: its two columns are filled together. */
export function scopeOf(fields: StoredFields): RevocationScope | undefined {
  const issuerKeyId = fields.optionalText<IssuerKeyId>('scope_issuer_key_id');
  if (issuerKeyId === undefined) return undefined;
  return { issuerKeyId, distributionPoint: fields.text('scope_distribution_point') };
}

function toRow(card: Card): CardRow {
  return {
    card_id: card.cardId,
    card_key: octetsOf(card.cardKey),
    sealed_number: card.sealedNumber,
    kind: card.kind,
    person_id: card.personId,
    state: card.state,
    revoked_by: card.revokedBy ?? null,
    not_before: card.notBefore,
    not_after: card.notAfter,
    issuer_key_id: card.issuerKeyId ?? null,
    proved_by_signature_at: card.provedBySignatureAt ?? null,
    scope_issuer_key_id: card.revocationScope?.issuerKeyId ?? null,
    scope_distribution_point: card.revocationScope?.distributionPoint ?? null,
    ocsp_good_at: card.ocspGoodAt ?? null,
    profile: card.profile ?? null,
    revocation_reason: card.revocationReason ?? null,
    revoked_at: card.revokedAt ?? null,
    replaces: card.replaces ?? null,
    retires_at: card.retiresAt ?? null,
  };
}
