import { type Kysely, sql } from 'kysely';
import type { CrlRun, CrlRunList } from '../../../domain/revocation.ts';
import type { Tables } from '../../../ports/system-record.ts';
import { present, StoredFields } from '../../stored-fields.ts';
import type { RecordSchema } from '../schema.ts';

/** Three years of daily runs. */
const kept = 1_000;
const triggers = ['schedule', 'operator', 'import'] as const;
const outcomes = ['applied', 'unchanged', 'refused', 'unavailable'] as const;

export function crlRunTable(db: Kysely<RecordSchema>): Tables['crlRuns'] {
  // In the order in which they were kept: the clock may have been set back since.
  const newestFirst = db.selectFrom('crl_runs').orderBy(sql`rowid`, 'desc');
  return {
    async list(limit) {
      const rows = await newestFirst.select('run').limit(limit).execute();
      return rows.map((row) => toRun(new StoredFields(row, 'crl_runs').fields('run')));
    },
    async add(run) {
      await db
        .insertInto('crl_runs')
        .values({ run_id: run.runId, started_at: run.startedAt, run: JSON.stringify(run) })
        .execute();
      const newest = newestFirst.select('run_id').limit(kept);
      await db.deleteFrom('crl_runs').where('run_id', 'not in', newest).execute();
    },
  };
}

function toRun(fields: StoredFields): CrlRun {
  return {
    runId: fields.text('runId'),
    trigger: fields.oneOf('trigger', triggers),
    startedAt: fields.integer('startedAt'),
    endedAt: fields.integer('endedAt'),
    lists: fields.list('lists').map(toRunList),
  };
}

function toRunList(fields: StoredFields): CrlRunList {
  return present({
    distributionPoint: fields.text('distributionPoint'),
    issuerKeyId: fields.optionalText('issuerKeyId'),
    from: fields.optionalText('from'),
    outcome: fields.oneOf('outcome', outcomes),
    reason: fields.optionalText('reason'),
    crlNumber: fields.optionalText('crlNumber'),
    entryCount: fields.optionalInteger('entryCount'),
    revoked: fields.optionalInteger('revoked'),
    seconds: fields.number('seconds'),
  });
}
