import { type Kysely, type SqlBool, sql } from 'kysely';
import type { Tables } from '../../../ports/system-record.ts';
import { octetsOf } from '../../card-key-octets.ts';
import type { RecordSchema } from '../schema.ts';
import { toRegistration, toRow } from './registration-rows.ts';

export function registrationTable(db: Kysely<RecordSchema>): Tables['registrations'] {
  const all = db.selectFrom('registrations').selectAll();
  return {
    async find(id) {
      const row = await all.where('registration_id', '=', id).executeTakeFirst();
      return row && toRegistration(row);
    },
    async list(state) {
      const wanted = state === undefined ? all : all.where('state', '=', state);
      return (await wanted.orderBy('begun_at').execute()).map(toRegistration);
    },
    async findPendingByCardKey(cardKey) {
      const rows = await all
        .where('proof_card_key', '=', octetsOf(cardKey))
        .where('state', '=', 'pending')
        .execute();
      return rows.map(toRegistration);
    },
    async findByCard(cardId) {
      const row = await all.where('card_id', '=', cardId).executeTakeFirst();
      return row && toRegistration(row);
    },
    async findByPerson(personId) {
      const rows = await all.where('person_id', '=', personId).orderBy('begun_at').execute();
      return rows.map(toRegistration);
    },
    async countRequests({ clientId, personId }, since) {
      const counted = db
        .selectFrom('registrations')
        .select((eb) => eb.fn.countAll<number>().as('count'))
        // As a literal: SQLite uses a partial index only where it sees its very condition.
        .where(sql<SqlBool>`origin = 'device'`)
        .where('begun_at', '>=', since);
      const ofClient = clientId === undefined ? counted : counted.where('client_id', '=', clientId);
      const of = personId === undefined ? ofClient : ofClient.where('person_id', '=', personId);
      return Number((await of.executeTakeFirstOrThrow()).count);
    },
    async add(registration) {
      await db.insertInto('registrations').values(toRow(registration)).execute();
    },
    async update(registration, from) {
      const { numUpdatedRows } = await db
        .updateTable('registrations')
        .set(toRow(registration))
        .where('registration_id', '=', registration.registrationId)
        .where('state', '=', from)
        .executeTakeFirstOrThrow();
      return numUpdatedRows > 0n;
    },
    async removeOf(personId) {
      await db.deleteFrom('registrations').where('person_id', '=', personId).execute();
    },
  };
}
