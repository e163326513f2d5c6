import { type Kysely, sql } from 'kysely';

/** Passkeys, the challenges that are open, and codes for somebody's first passkey. */
export const passkeys = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

const statements = [
  `CREATE TABLE passkeys (
    passkey_id TEXT PRIMARY KEY, person_id TEXT NOT NULL REFERENCES people, credential_id TEXT NOT NULL UNIQUE,
    public_key TEXT NOT NULL, counter INTEGER NOT NULL, transports TEXT NOT NULL, aaguid TEXT NOT NULL,
    device_bound INTEGER NOT NULL, backed_up INTEGER NOT NULL, attested INTEGER NOT NULL,
    name TEXT NOT NULL, added_at INTEGER NOT NULL, last_used_at INTEGER
  ) STRICT`,
  `CREATE INDEX passkeys_by_person ON passkeys (person_id)`,
  // One for each place: who asks again and again fills nothing.
  `CREATE TABLE passkey_challenges (
    bound_to TEXT PRIMARY KEY, challenge_hash TEXT NOT NULL, expires_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID`,
  `CREATE INDEX passkey_challenges_by_end ON passkey_challenges (expires_at)`,
  `CREATE TABLE passkey_codes (
    person_id TEXT PRIMARY KEY REFERENCES people, code_hash TEXT NOT NULL, issued_by TEXT NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID`,
];
