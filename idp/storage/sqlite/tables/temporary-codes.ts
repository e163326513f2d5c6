import type { Kysely, Selectable } from 'kysely';
import type { TemporaryCodeId } from '../../../domain/factor.ts';
import type { PersonId } from '../../../domain/person.ts';
import type { Actor } from '../../../domain/registration.ts';
import type { TemporaryCode } from '../../../domain/temporary-code.ts';
import type { Tables } from '../../../ports/system-record.ts';
import { present, StoredFields } from '../../stored-fields.ts';
import type { RecordSchema } from '../schema.ts';

export function temporaryCodeTable(db: Kysely<RecordSchema>): Tables['temporaryCodes'] {
  return {
    async find(codeId) {
      const row = await db
        .selectFrom('temporary_codes')
        .selectAll()
        .where('code_id', '=', codeId)
        .executeTakeFirst();
      return row && toCode(row);
    },
    async add({ codeId, personId, state, issuedBy, issuedAt, expiresAt, usedAt = null }, codeHash) {
      await db
        .insertInto('temporary_codes')
        .values({
          ...{ code_id: codeId, person_id: personId, code_hash: codeHash, state },
          ...{ issued_by: issuedBy, issued_at: issuedAt, expires_at: expiresAt, used_at: usedAt },
        })
        .execute();
    },
    async use(personId, codeHash, now) {
      const row = await db
        .updateTable('temporary_codes')
        .set({ state: 'used', used_at: now })
        .where('code_hash', '=', codeHash)
        .where('person_id', '=', personId)
        .where('state', '=', 'open')
        .where('expires_at', '>', now)
        .returningAll()
        .executeTakeFirst();
      return row && toCode(row);
    },
    async revokeOf(personId) {
      const rows = await db
        .updateTable('temporary_codes')
        .set({ state: 'revoked' })
        .where('person_id', '=', personId)
        .where('state', '!=', 'revoked')
        .returning('code_id')
        .execute();
      return rows.map(({ code_id }) => code_id as TemporaryCodeId);
    },
    async removeOf(personId) {
      await db.deleteFrom('temporary_codes').where('person_id', '=', personId).execute();
    },
    async forget(before) {
      await db.deleteFrom('temporary_codes').where('expires_at', '<', before).execute();
    },
  };
}

function toCode(row: Selectable<RecordSchema['temporary_codes']>): TemporaryCode {
  const fields = new StoredFields(row, 'temporary_codes');
  return present({
    codeId: fields.text<TemporaryCodeId>('code_id'),
    personId: fields.text<PersonId>('person_id'),
    state: fields.text<TemporaryCode['state']>('state'),
    issuedBy: fields.text<Actor>('issued_by'),
    issuedAt: fields.integer('issued_at'),
    expiresAt: fields.integer('expires_at'),
    usedAt: fields.optionalInteger('used_at'),
  });
}
