import { type Kysely, sql } from 'kysely';

/** Browsers that are paired with readers, and the one-time codes that pair them. */
export const stations = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

const statements = [
  `CREATE TABLE stations (
    pairing_id TEXT PRIMARY KEY, reader_id TEXT NOT NULL REFERENCES readers, public_key TEXT NOT NULL,
    paired_at INTEGER NOT NULL, ended_at INTEGER
  ) STRICT`,
  // One browser at a reader, whatever runs at once.
  `CREATE UNIQUE INDEX station_of_reader ON stations (reader_id) WHERE ended_at IS NULL`,

  `CREATE TABLE station_codes (
    reader_id TEXT PRIMARY KEY REFERENCES readers, code_hash TEXT NOT NULL UNIQUE, expires_at INTEGER NOT NULL
  ) STRICT`,
];
