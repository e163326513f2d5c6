import type { Kysely } from 'kysely';
import type { Tables } from '../../../ports/system-record.ts';
import type { RecordSchema } from '../schema.ts';

export function settingTable(db: Kysely<RecordSchema>): Tables['settings'] {
  return {
    async get(name) {
      const row = await db.selectFrom('settings').select('value').where('name', '=', name).executeTakeFirst();
      return row?.value;
    },
    async set(name, value) {
      await db
        .insertInto('settings')
        .values({ name, value })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
        .execute();
    },
  };
}
