import { type Kysely, sql } from 'kysely';

/**
 * Registrations that a device asked for: without reader, invitation, nonce and consent. SQLite cannot make a column
 * optional, so the table is made anew; nothing refers to it.
 */
export const deviceRequests = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

const kept = `registration_id, person_id, organization_id, reader_id, inviter, state, nonce, begun_at, consent_sha256,
  invitation_hash, proof, proof_card_key, scope_issuer_key_id, scope_distribution_point, revoked_at, decided_by,
  decided_at, card_id, consent_version, approval_evidence`;

const statements = [
  `CREATE TABLE registrations_of_all_origins (
    registration_id TEXT PRIMARY KEY, person_id TEXT NOT NULL REFERENCES people,
    organization_id TEXT NOT NULL REFERENCES organizations, state TEXT NOT NULL, begun_at INTEGER NOT NULL,
    origin TEXT NOT NULL DEFAULT 'invitation',
    reader_id TEXT, inviter TEXT, nonce TEXT UNIQUE, consent_sha256 TEXT, consent_version TEXT, invitation_hash TEXT,
    client_id TEXT, bound_by TEXT, requested TEXT, face_to_face INTEGER,
    proof TEXT, proof_card_key BLOB, scope_issuer_key_id TEXT, scope_distribution_point TEXT,
    revoked_at INTEGER, approval_evidence TEXT, decided_by TEXT, decided_at INTEGER, card_id TEXT,
    CHECK (CASE origin
      WHEN 'invitation' THEN reader_id IS NOT NULL AND inviter IS NOT NULL AND nonce IS NOT NULL
        AND consent_sha256 IS NOT NULL AND consent_version IS NOT NULL AND invitation_hash IS NOT NULL
      WHEN 'device' THEN client_id IS NOT NULL AND bound_by IS NOT NULL AND requested IS NOT NULL
        AND proof_card_key IS NOT NULL AND proof IS NULL
      ELSE FALSE END)
  ) STRICT`,
  `INSERT INTO registrations_of_all_origins (${kept}) SELECT ${kept} FROM registrations ORDER BY rowid`,
  `DROP TABLE registrations`,
  `ALTER TABLE registrations_of_all_origins RENAME TO registrations`,
  `CREATE INDEX registrations_by_state ON registrations (state)`,
  `CREATE INDEX pending_by_card_key ON registrations (proof_card_key) WHERE state = 'pending'`,
  `CREATE INDEX pending_by_scope ON registrations (scope_issuer_key_id, scope_distribution_point) WHERE state = 'pending'`,
  `CREATE INDEX registrations_by_card ON registrations (card_id) WHERE card_id IS NOT NULL`,
  `CREATE INDEX registrations_by_person ON registrations (person_id)`,
  // How many a device asked for since midnight.
  `CREATE INDEX requests_by_client ON registrations (client_id, begun_at) WHERE origin = 'device'`,
];
