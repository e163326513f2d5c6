import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { CardId, CardKey, RevocationScope } from '../../../domain/card.ts';
import type { IssuerKeyId } from '../../../domain/certificate-id.ts';
import { type Instant, msPerSecond } from '../../../domain/instant.ts';
import type { RegistrationId } from '../../../domain/registration.ts';
import { StoredFields } from '../../stored-fields.ts';
import type { RecordSchema } from '../schema.ts';

const pageSize = 1_000;

type Interest = { readonly cardKey: CardKey; readonly sealedNumber: string } & (
  | { readonly cardId: CardId }
  | { readonly registrationId: RegistrationId }
);

/** Every scope that a card in use or a pending registration names. */
export async function revocationScopes(db: Kysely<RecordSchema>): Promise<readonly RevocationScope[]> {
  const ofCards = await scopesOf(db, sql`cards`, cardInUse);
  const ofRegistrations = await scopesOf(db, sql`registrations`, registrationPending);
  const known = new Set(ofCards.map(({ issuerKeyId, distributionPoint }) => issuerKeyId + distributionPoint));
  return [
    ...ofCards,
    ...ofRegistrations.filter((scope) => !known.has(scope.issuerKeyId + scope.distributionPoint)),
  ];
}

/** From each scope to the next one in the index: looking at every entry would hold up the others for a million cards. */
async function scopesOf(
  db: Kysely<RecordSchema>,
  table: RawBuilder<unknown>,
  counted: RawBuilder<boolean>,
): Promise<readonly RevocationScope[]> {
  const { rows } = await sql<object>`
    WITH RECURSIVE found (row, key_id, point) AS (
      SELECT * FROM (
        SELECT rowid, scope_issuer_key_id, scope_distribution_point FROM ${table}
        WHERE ${counted} AND scope_issuer_key_id > ''
        ORDER BY scope_issuer_key_id, scope_distribution_point LIMIT 1
      )
      UNION ALL
      SELECT next.rowid, next.scope_issuer_key_id, next.scope_distribution_point
      FROM found JOIN ${table} AS next ON next.rowid = (
        SELECT rowid FROM ${table}
        WHERE ${counted} AND (scope_issuer_key_id, scope_distribution_point) > (key_id, point)
        ORDER BY scope_issuer_key_id, scope_distribution_point LIMIT 1
      )
    )
    SELECT key_id, point FROM found`.execute(db);
  return rows.map((row) => {
    const fields = new StoredFields(row, 'revocation scopes');
    return { issuerKeyId: fields.text<IssuerKeyId>('key_id'), distributionPoint: fields.text('point') };
  });
}

/**
 * Cards in use and pending registrations of one scope, page by page: a million of them neither fills the memory nor
 * keeps other readers waiting. Registrations first, cards in the order they were added: what is approved meanwhile
 * moves behind the page being read, so that it is seen at least once.
 */
export async function* inScope(
  db: Kysely<RecordSchema>,
  scope: RevocationScope,
  provedSince: Instant = everBefore,
): AsyncGenerator<Interest> {
  const pending = pendingOf(db, scope, provedSince).select([
    'registration_id',
    'proof',
    'proof_card_key',
    position.as('position'),
  ]);
  for await (const row of pages((after) => pending.where(position, '>', after))) {
    const fields = new StoredFields(row, 'registrations');
    const proof = fields.fields('proof');
    yield {
      registrationId: fields.text<RegistrationId>('registration_id'),
      cardKey: fields.hex<CardKey>('proof_card_key'),
      sealedNumber: proof.text('sealedNumber'),
    };
  }
  const cards = cardsOf(db, scope, provedSince).select([
    'card_id',
    'card_key',
    'sealed_number',
    position.as('position'),
  ]);
  for await (const row of pages((after) => cards.where(position, '>', after))) {
    const fields = new StoredFields(row, 'cards');
    yield {
      cardId: fields.text<CardId>('card_id'),
      cardKey: fields.hex<CardKey>('card_key'),
      sealedNumber: fields.text('sealed_number'),
    };
  }
}

/** How many `inScope` gives. */
export async function countInScope(
  db: Kysely<RecordSchema>,
  scope: RevocationScope,
  provedSince: Instant = everBefore,
): Promise<number> {
  const count = sql<number>`count(*)`.as('count');
  const cards = await cardsOf(db, scope, provedSince).select(count).executeTakeFirstOrThrow();
  const pending = await pendingOf(db, scope, provedSince).select(count).executeTakeFirstOrThrow();
  return cards.count + pending.count;
}

/** A page of a query, whichever table it asks. */
interface PageQuery<T> {
  orderBy(position: RowPosition): { limit(rows: number): { execute(): Promise<T[]> } };
}

const everBefore = Number.NEGATIVE_INFINITY;
// As literals, so that SQLite uses the partial indexes made for exactly these conditions.
const cardInUse = sql<boolean>`state IN ('active', 'suspended')`;
const registrationPending = sql<boolean>`state = 'pending'`;
const position = sql<number>`rowid`;
type RowPosition = typeof position;

function pendingOf(db: Kysely<RecordSchema>, scope: RevocationScope, provedSince: Instant) {
  const pending = db
    .selectFrom('registrations')
    .where('scope_issuer_key_id', '=', scope.issuerKeyId)
    .where('scope_distribution_point', '=', scope.distributionPoint)
    .where(registrationPending);
  return provedSince === everBefore
    ? pending
    : pending.where(sql<number>`json_extract(proof, '$.provedAt')`, '>=', provedSince);
}

function cardsOf(db: Kysely<RecordSchema>, scope: RevocationScope, provedSince: Instant) {
  const cards = db
    .selectFrom('cards')
    .where('scope_issuer_key_id', '=', scope.issuerKeyId)
    .where('scope_distribution_point', '=', scope.distributionPoint)
    .where(cardInUse);
  // Kept in whole seconds, as the card signed them; unknown is not long ago.
  const second = Math.floor(provedSince / msPerSecond) * msPerSecond;
  return provedSince === everBefore
    ? cards
    : cards.where(sql<number>`coalesce(proved_by_signature_at, ${second})`, '>=', second);
}

async function* pages<T extends { position: number }>(
  pageAfter: (position: number) => PageQuery<T>,
): AsyncGenerator<T> {
  for (let after = 0; ; ) {
    const page = await pageAfter(after).orderBy(position).limit(pageSize).execute();
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) return;
    after = last.position;
  }
}
