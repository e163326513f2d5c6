import type { Kysely, Selectable } from 'kysely';
import type { PersonId } from '../../../domain/person.ts';
import type { Actor, Invitation } from '../../../domain/registration.ts';
import type { Tables } from '../../../ports/system-record.ts';
import { present, StoredFields } from '../../stored-fields.ts';
import type { RecordSchema } from '../schema.ts';

export function invitationTable(db: Kysely<RecordSchema>): Tables['invitations'] {
  return {
    async find(codeHash) {
      const row = await db
        .selectFrom('invitations')
        .selectAll()
        .where('code_hash', '=', codeHash)
        .executeTakeFirst();
      return row && toInvitation(row);
    },
    async add({ codeHash, personId, inviter, expiresAt, usedAt = null }) {
      await db
        .insertInto('invitations')
        .values({
          code_hash: codeHash,
          person_id: personId,
          inviter,
          expires_at: expiresAt,
          used_at: usedAt,
        })
        .execute();
    },
    async use(codeHash, now) {
      const { numUpdatedRows } = await db
        .updateTable('invitations')
        .set({ used_at: now })
        .where('code_hash', '=', codeHash)
        .where('used_at', 'is', null)
        .where('expires_at', '>', now)
        .executeTakeFirstOrThrow();
      return numUpdatedRows > 0n;
    },
    async removeOf(personId) {
      await db.deleteFrom('invitations').where('person_id', '=', personId).execute();
    },
  };
}

function toInvitation(row: Selectable<RecordSchema['invitations']>): Invitation {
  const fields = new StoredFields(row, 'invitations');
  return present({
    codeHash: fields.text('code_hash'),
    personId: fields.text<PersonId>('person_id'),
    inviter: fields.text<Actor>('inviter'),
    expiresAt: fields.integer('expires_at'),
    usedAt: fields.optionalInteger('used_at'),
  });
}
