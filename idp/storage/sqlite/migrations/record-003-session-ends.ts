import { type Kysely, sql } from 'kysely';

/** What a stop still has to end, and which clients still have to learn of it. */
export const sessionEnds = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

const statements = [
  // No reference to people or cards: what is deleted must end all the more.
  `CREATE TABLE session_ends (
    position INTEGER PRIMARY KEY AUTOINCREMENT, person_id TEXT NOT NULL, card_id TEXT, cause TEXT NOT NULL, at INTEGER NOT NULL
  ) STRICT`,

  // Once for each session and client, however often a crash lets us come back to it.
  `CREATE TABLE logout_deliveries (
    delivery_id INTEGER PRIMARY KEY AUTOINCREMENT, client_id TEXT NOT NULL, sub TEXT NOT NULL, sid TEXT NOT NULL,
    queued_at INTEGER NOT NULL, attempts INTEGER NOT NULL, next_attempt_at INTEGER NOT NULL, UNIQUE (client_id, sub, sid)
  ) STRICT`,
  `CREATE INDEX logout_deliveries_by_time ON logout_deliveries (client_id, next_attempt_at)`,
];
