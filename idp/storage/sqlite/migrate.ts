import type { DatabaseSync } from 'node:sqlite';
import { Kysely } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { Fault, type FaultCode } from '../../domain/fault.ts';
import { NodeSqliteDialect } from './dialect.ts';
import { faultOf } from './faults.ts';

/** By name, in the order of the names. */
export type Migrations = { readonly [name: string]: Migration };

/**
 * Brings a database to the newest schema, whole or not at all.
 * @throws {Fault} `code`; also when the file was written by a newer version.
 */
export async function migrateToLatest(
  connection: DatabaseSync,
  migrations: Migrations,
  code: FaultCode,
): Promise<void> {
  const db = new Kysely<unknown>({ dialect: new NodeSqliteDialect(connection, code) });
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...migrations }) } });
  const { error } = await migrator.migrateToLatest();
  await db.destroy();
  if (error === undefined) return;
  if (error instanceof Fault) throw error;
  throw new Fault(
    code,
    'The database in the data directory could not be brought to this version; it may be of a newer one.',
    faultOf(error, code),
  );
}
