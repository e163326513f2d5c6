import type { Kysely } from 'kysely';
import type { Tables } from '../../../ports/system-record.ts';
import { chain, chainStart } from '../audit-chain.ts';
import type { RecordSchema } from '../schema.ts';

/** Appends inside the change; the tail is read inside its transaction, so that no remembered tail can be wrong. */
export function auditTable(db: Kysely<RecordSchema>): Tables['audit'] {
  return {
    async append(event) {
      const tail = await db
        .selectFrom('audit_events')
        .select(['sequence', 'hash'])
        .orderBy('sequence', 'desc')
        .limit(1)
        .executeTakeFirst();
      await db
        .insertInto('audit_events')
        .values(chain(tail ?? chainStart, event))
        .execute();
    },
  };
}
