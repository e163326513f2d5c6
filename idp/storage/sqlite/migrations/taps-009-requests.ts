import { type Kysely, sql } from 'kysely';

/** Beside the taps that answer them: a request and its tap are used in one transaction. */
export const requests = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

const statements = [
  `CREATE TABLE tap_requests (
    request_id TEXT PRIMARY KEY, reader_id TEXT NOT NULL, client_id TEXT NOT NULL, way TEXT NOT NULL,
    person_id TEXT, opened_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, answered INTEGER NOT NULL DEFAULT 0
  ) STRICT, WITHOUT ROWID`,
  `CREATE INDEX open_tap_requests ON tap_requests (reader_id) WHERE answered = 0`,
  `CREATE INDEX tap_requests_by_expiry ON tap_requests (expires_at)`,
];
