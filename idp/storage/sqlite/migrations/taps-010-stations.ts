import { type Kysely, sql } from 'kysely';

/** Requests of stations for a tap, beside the taps, so that one step takes both. */
export const stations = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

const statements = [
  `CREATE TABLE station_challenges (
    interaction_hash TEXT PRIMARY KEY, pairing_id TEXT NOT NULL, challenge_hash TEXT NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE station_requests (
    interaction_hash TEXT PRIMARY KEY, pairing_id TEXT NOT NULL, reader_id TEXT NOT NULL, client_id TEXT NOT NULL,
    opened_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
    state TEXT NOT NULL, reason TEXT, tap_id TEXT, confirmation_hash TEXT
  ) STRICT, WITHOUT ROWID`,
  `CREATE INDEX station_requests_open ON station_requests (reader_id) WHERE state IN ('waiting', 'shown')`,
  `CREATE INDEX taps_by_reader ON taps (reader_id, received_at) WHERE nonce IS NULL`,
];
