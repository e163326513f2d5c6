import { join } from 'node:path';
import { Kysely } from 'kysely';
import type { Clock } from '../ports/clock.ts';
import type { ReadTables } from '../ports/system-record.ts';
import { recordFileName } from './file-names.ts';
import { openForReading } from './sqlite/connection.ts';
import { NodeSqliteDialect } from './sqlite/dialect.ts';
import type { RecordSchema } from './sqlite/schema.ts';
import { tablesOver } from './sqlite/tables/tables.ts';

const code = 'ERR_RECORD_UNAVAILABLE';

/** Nothing is written here, so that nothing has a time. */
const noClock: Clock = {
  now() {
    throw new TypeError('A record that is open for reading has no clock.');
  },
};

/**
 * Opens the record of a data directory for reading alone, beside the process or thread that writes it: each read sees what
 * the last finished change left.
 * @throws {Fault} `ERR_RECORD_UNAVAILABLE` when there is none, or it cannot be opened.
 */
export function openRecordForReading(dataDir: string): ReadTables & { close(): void } {
  const connection = openForReading(join(dataDir, recordFileName), code);
  const tables: ReadTables = tablesOver(
    new Kysely<RecordSchema>({ dialect: new NodeSqliteDialect(connection, code) }),
    noClock,
  );
  return { ...tables, close: () => connection.close() };
}
