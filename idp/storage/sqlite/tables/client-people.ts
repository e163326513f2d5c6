import type { Kysely } from 'kysely';
import type { ClientId } from '../../../domain/login-policy.ts';
import type { PersonId } from '../../../domain/person.ts';
import type { Tables } from '../../../ports/system-record.ts';
import { StoredFields } from '../../stored-fields.ts';
import type { RecordSchema } from '../schema.ts';

export function clientPeopleTables(
  db: Kysely<RecordSchema>,
): Pick<Tables, 'clientIdentifiers' | 'clientConsents'> {
  return { clientIdentifiers: identifierTable(db), clientConsents: consentTable(db) };
}

function identifierTable(db: Kysely<RecordSchema>): Tables['clientIdentifiers'] {
  const all = db.selectFrom('client_identifiers').selectAll();
  return {
    async find(clientId, personId) {
      const row = await all
        .where('client_id', '=', clientId)
        .where('person_id', '=', personId)
        .executeTakeFirst();
      return row && fieldsOf(row).text('identifier');
    },
    async findHolder(clientId, identifier) {
      const row = await all
        .where('client_id', '=', clientId)
        .where('identifier', '=', identifier)
        .executeTakeFirst();
      return row && fieldsOf(row).text<PersonId>('person_id');
    },
    async list(clientId) {
      const rows = await all.where('client_id', '=', clientId).orderBy('identifier').execute();
      return rows.map((row) => {
        const fields = fieldsOf(row);
        return {
          clientId: fields.text<ClientId>('client_id'),
          personId: fields.text<PersonId>('person_id'),
          identifier: fields.text('identifier'),
          linkedAt: fields.integer('linked_at'),
        };
      });
    },
    async put({ clientId, personId, identifier, linkedAt }) {
      const holder = await this.findHolder(clientId, identifier);
      if (holder !== undefined && holder !== personId) return false;
      const link = { identifier, linked_at: linkedAt };
      await db
        .insertInto('client_identifiers')
        .values({ client_id: clientId, person_id: personId, ...link })
        .onConflict((conflict) => conflict.columns(['client_id', 'person_id']).doUpdateSet(link))
        .execute();
      return true;
    },
    async remove(clientId, personId) {
      const { numDeletedRows } = await db
        .deleteFrom('client_identifiers')
        .where('client_id', '=', clientId)
        .where('person_id', '=', personId)
        .executeTakeFirstOrThrow();
      return numDeletedRows > 0n;
    },
    async removeOf(personId) {
      await db.deleteFrom('client_identifiers').where('person_id', '=', personId).execute();
    },
  };
}

function consentTable(db: Kysely<RecordSchema>): Tables['clientConsents'] {
  return {
    async find(clientId, personId) {
      const row = await db
        .selectFrom('client_consents')
        .selectAll()
        .where('client_id', '=', clientId)
        .where('person_id', '=', personId)
        .executeTakeFirst();
      if (row === undefined) return undefined;
      const fields = new StoredFields(row, 'client_consents');
      return { clientId, personId, released: fields.texts('released'), givenAt: fields.integer('given_at') };
    },
    async put({ clientId, personId, released, givenAt }) {
      const given = { released: JSON.stringify(released), given_at: givenAt };
      await db
        .insertInto('client_consents')
        .values({ client_id: clientId, person_id: personId, ...given })
        .onConflict((conflict) => conflict.columns(['client_id', 'person_id']).doUpdateSet(given))
        .execute();
    },
    async removeOf(personId) {
      await db.deleteFrom('client_consents').where('person_id', '=', personId).execute();
    },
  };
}

function fieldsOf(row: object): StoredFields {
  return new StoredFields(row, 'client_identifiers');
}
