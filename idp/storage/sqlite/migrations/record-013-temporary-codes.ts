import { type Kysely, sql } from 'kysely';

/** Codes for forgotten cards. */
export const temporaryCodes = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

const statements = [
  `CREATE TABLE temporary_codes (
    code_id TEXT PRIMARY KEY, person_id TEXT NOT NULL REFERENCES people, code_hash TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL, issued_by TEXT NOT NULL, issued_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
    used_at INTEGER
  ) STRICT`,
  `CREATE INDEX temporary_codes_by_person ON temporary_codes (person_id)`,
];
