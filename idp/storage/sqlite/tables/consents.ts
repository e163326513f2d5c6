import type { Kysely } from 'kysely';
import type { Tables } from '../../../ports/system-record.ts';
import { StoredFields } from '../../stored-fields.ts';
import type { RecordSchema } from '../schema.ts';

export function consentTable(db: Kysely<RecordSchema>): Tables['consents'] {
  return {
    async find(sha256) {
      const row = await db.selectFrom('consents').selectAll().where('sha256', '=', sha256).executeTakeFirst();
      if (row === undefined) return undefined;
      const fields = new StoredFields(row, 'consents');
      return {
        sha256: fields.text('sha256'),
        version: fields.text('version'),
        ja: fields.text('ja'),
        en: fields.text('en'),
        firstUsedAt: fields.integer('first_used_at'),
      };
    },
    async keep({ sha256, version, ja, en, firstUsedAt }) {
      await db
        .insertInto('consents')
        .values({ sha256, version, ja, en, first_used_at: firstUsedAt })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },
  };
}
