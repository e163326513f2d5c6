import { type Kysely, sql } from 'kysely';

/** Prompts and taps in a file of their own: their many small commits never wait for a change of the record. */
export const first = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

const statements = [
  `CREATE TABLE prompts (
    nonce TEXT PRIMARY KEY, client_id TEXT NOT NULL, demand TEXT NOT NULL, interaction_hash TEXT NOT NULL,
    opened_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, answered INTEGER NOT NULL DEFAULT 0
  ) STRICT, WITHOUT ROWID`,
  `CREATE INDEX prompts_by_expiry ON prompts (expires_at)`,

  `CREATE TABLE taps (
    tap_id TEXT PRIMARY KEY, reader_id TEXT NOT NULL, card_key BLOB NOT NULL, evidence TEXT NOT NULL,
    read_at INTEGER NOT NULL, received_at INTEGER NOT NULL, nonce TEXT, return_code_hash TEXT UNIQUE,
    used INTEGER NOT NULL DEFAULT 0
  ) STRICT, WITHOUT ROWID`,
  `CREATE INDEX unprompted_taps ON taps (card_key, received_at) WHERE nonce IS NULL AND used = 0`,
  `CREATE INDEX taps_by_age ON taps (received_at)`,

  // Never swept: a counter that was forgotten could be counted up again.
  `CREATE TABLE reader_counters (reader_id TEXT PRIMARY KEY, counter INTEGER NOT NULL) STRICT, WITHOUT ROWID`,

  `CREATE TABLE pin_proofs (
    card_id TEXT NOT NULL, reader_group TEXT NOT NULL, proved_at INTEGER NOT NULL,
    PRIMARY KEY (card_id, reader_group)
  ) STRICT, WITHOUT ROWID`,
];
