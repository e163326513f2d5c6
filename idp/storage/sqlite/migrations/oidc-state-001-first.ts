import { type Kysely, sql } from 'kysely';

/** Short-lived state in a file of its own: losing it costs a sign-in, never a decision. */
export const first = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

const statements = [
  `CREATE TABLE entries (
    name TEXT PRIMARY KEY, sealed BLOB NOT NULL, expires_at INTEGER, consumed_at INTEGER,
    uid TEXT, user_code TEXT, grant_name TEXT, account TEXT
  ) STRICT, WITHOUT ROWID`,
  `CREATE INDEX entries_by_uid ON entries (uid) WHERE uid IS NOT NULL`,
  `CREATE INDEX entries_by_user_code ON entries (user_code) WHERE user_code IS NOT NULL`,
  `CREATE INDEX entries_by_grant ON entries (grant_name) WHERE grant_name IS NOT NULL`,
  `CREATE INDEX entries_by_account ON entries (account) WHERE account IS NOT NULL`,
  `CREATE INDEX entries_by_expiry ON entries (expires_at) WHERE expires_at IS NOT NULL`,
];
