import { setImmediate as nextTurnOfTheEventLoop } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import type { AuditEvent } from '../../../domain/audit-event.ts';
import type { Tables } from '../../../ports/system-record.ts';
import { type ChainTail, chain, chainStart, eventText } from '../audit-chain.ts';
import type { RecordSchema } from '../schema.ts';

/** A statement of this many rows is cached like any other, and reads are answered between two. */
const rowsAtOnce = 100;

/** Appends inside the change; the tail is read inside its transaction, so that no remembered tail can be wrong. */
export function auditTable(db: Kysely<RecordSchema>): Tables['audit'] {
  const appendAll = async (events: readonly AuditEvent[]) => {
    const newest = await db
      .selectFrom('audit_events')
      .select(['sequence', 'hash'])
      .orderBy('sequence', 'desc')
      .limit(1)
      .executeTakeFirst();
    let tail: ChainTail = newest ?? chainStart;
    for (let from = 0; from < events.length; from += rowsAtOnce) {
      if (from > 0) await nextTurnOfTheEventLoop();
      const rows = events.slice(from, from + rowsAtOnce).map((event) => {
        const row = chain(tail, [eventText(event)]);
        tail = row;
        return row;
      });
      await db.insertInto('audit_events').values(rows).execute();
    }
  };
  return { append: (event) => appendAll([event]), appendAll };
}
