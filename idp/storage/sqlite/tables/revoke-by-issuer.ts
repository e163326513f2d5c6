import { setImmediate as nextTurnOfTheEventLoop } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';
import type { CardId, CardKey } from '../../../domain/card.ts';
import type { Instant } from '../../../domain/instant.ts';
import type { PersonId } from '../../../domain/person.ts';
import type { RegistrationId } from '../../../domain/registration.ts';
import { revocationReasons } from '../../../domain/revocation.ts';
import type { IssuerRevocations, RevokedByIssuer } from '../../../ports/issuer-revocations.ts';
import { StoredFields } from '../../stored-fields.ts';
import type { RecordSchema } from '../schema.ts';

/** One statement takes a few milliseconds for so many; reads are answered between two. */
const namedAtOnce = 200;

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] };

/** By statements over many cards at once: ten thousand are revoked in the time of a hundred single changes. */
export async function revokeByIssuer(
  db: Kysely<RecordSchema>,
  { named, ...scope }: IssuerRevocations,
  now: Instant,
): Promise<RevokedByIssuer> {
  const revoked: Mutable<RevokedByIssuer> = { cards: [], registrations: [] };
  for (let from = 0; from < named.length; from += namedAtOnce) {
    if (from > 0) await nextTurnOfTheEventLoop();
    const some = named.slice(from, from + namedAtOnce);
    revoked.cards.push(...(await revokeCards(db, scope, some)));
    revoked.registrations.push(...(await markRegistrations(db, scope, some, now)));
  }
  return revoked;
}

type Scope = Omit<IssuerRevocations, 'named'>;
type Named = IssuerRevocations['named'];

/** The named ones as rows; one parameter, so that the statement is the same for any number of them. */
const rowsOf = (named: Named) => sql`(
  SELECT unhex(value ->> 'cardKey') AS card_key, value ->> 'reason' AS reason, value ->> 'revokedAt' AS revoked_at
  FROM json_each(${JSON.stringify(named)})
)`;

const isInScope = ({ issuerKeyId, distributionPoint }: Scope) =>
  distributionPoint === undefined
    ? sql`scope_issuer_key_id = ${issuerKeyId}`
    : sql`scope_issuer_key_id = ${issuerKeyId} AND scope_distribution_point = ${distributionPoint}`;

// The index is named because the planner would rather walk over every card of the scope for each that is named.
async function revokeCards(
  db: Kysely<RecordSchema>,
  scope: Scope,
  named: Named,
): Promise<RevokedByIssuer['cards']> {
  const { rows } = await sql<object>`
    UPDATE cards INDEXED BY cards_by_key SET state = 'revoked', revoked_by = 'issuer', revocation_reason = named.reason, revoked_at = named.revoked_at
    FROM ${rowsOf(named)} AS named
    WHERE cards.card_key = named.card_key AND state IN ('active', 'suspended') AND ${isInScope(scope)}
    RETURNING card_id, person_id, revocation_reason, hex(card_key) AS card_key`.execute(db);
  if (rows.length > 0) await noteCards(db, rows);
  return rows.map((row) => {
    const fields = new StoredFields(row, 'cards');
    return {
      cardId: fields.text<CardId>('card_id'),
      personId: fields.text<PersonId>('person_id'),
      reason: fields.oneOf('revocation_reason', revocationReasons),
    };
  });
}

/** Their index entries are older than the record now. */
async function noteCards(db: Kysely<RecordSchema>, cards: readonly object[]): Promise<void> {
  const keys = cards.map((row) => new StoredFields(row, 'cards').text('card_key'));
  await sql`
    INSERT INTO index_notes (card_key) SELECT unhex(value) FROM json_each(${JSON.stringify(keys)}) WHERE true
    ON CONFLICT DO NOTHING`.execute(db);
}

async function markRegistrations(
  db: Kysely<RecordSchema>,
  scope: Scope,
  named: Named,
  now: Instant,
): Promise<RevokedByIssuer['registrations']> {
  const { rows } = await sql<object>`
    UPDATE registrations INDEXED BY pending_by_card_key SET revoked_at = ${now}
    FROM ${rowsOf(named)} AS named
    WHERE proof_card_key = named.card_key AND state = 'pending' AND registrations.revoked_at IS NULL AND ${isInScope(scope)}
    RETURNING registration_id, proof_card_key`.execute(db);
  // RETURNING sees the changed table alone, and registrations keep no reason.
  const reasonOf = new Map(named.map(({ cardKey, reason }) => [cardKey, reason]));
  return rows.map((row) => {
    const fields = new StoredFields(row, 'registrations');
    return {
      registrationId: fields.text<RegistrationId>('registration_id'),
      reason: reasonOf.get(fields.hex<CardKey>('proof_card_key')) ?? 'unspecified',
    };
  });
}
