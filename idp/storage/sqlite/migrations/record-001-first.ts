import { type Kysely, sql } from 'kysely';

/** The record as it first was. STRICT: SQLite would otherwise store any type in any column. */
export const first = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

const statements = [
  `CREATE TABLE organizations (
    organization_id TEXT PRIMARY KEY, name TEXT NOT NULL COLLATE NOCASE UNIQUE, verifier_basis TEXT
  ) STRICT`,

  // uid is compared without case, as directories do: two people may not differ in case only.
  `CREATE TABLE people (
    person_id TEXT PRIMARY KEY, uid TEXT NOT NULL COLLATE NOCASE UNIQUE,
    organization_id TEXT NOT NULL REFERENCES organizations, state TEXT NOT NULL,
    display_name TEXT NOT NULL COLLATE NOCASE, display_name_kana TEXT, mail TEXT COLLATE NOCASE,
    employee_number TEXT COLLATE NOCASE, department TEXT, title TEXT,
    groups TEXT NOT NULL, roles TEXT NOT NULL
  ) STRICT`,
  `CREATE INDEX people_by_organization ON people (organization_id)`,
  `CREATE INDEX people_by_display_name ON people (display_name)`,
  `CREATE INDEX people_by_mail ON people (mail)`,
  `CREATE INDEX people_by_employee_number ON people (employee_number)`,

  `CREATE TABLE invitations (
    code_hash TEXT PRIMARY KEY, person_id TEXT NOT NULL REFERENCES people,
    inviter TEXT NOT NULL, expires_at INTEGER NOT NULL, used_at INTEGER
  ) STRICT`,

  `CREATE TABLE registrations (
    registration_id TEXT PRIMARY KEY, person_id TEXT NOT NULL REFERENCES people,
    organization_id TEXT NOT NULL REFERENCES organizations, reader_id TEXT NOT NULL, inviter TEXT NOT NULL,
    state TEXT NOT NULL, nonce TEXT NOT NULL UNIQUE, begun_at INTEGER NOT NULL, consent_sha256 TEXT NOT NULL, invitation_hash TEXT NOT NULL,
    proof TEXT, proof_card_key BLOB, scope_issuer_key_id TEXT, scope_distribution_point TEXT,
    revoked_at INTEGER, decided_by TEXT, decided_at INTEGER, card_id TEXT
  ) STRICT`,
  `CREATE INDEX registrations_by_state ON registrations (state)`,
  `CREATE INDEX pending_by_card_key ON registrations (proof_card_key) WHERE state = 'pending'`,
  `CREATE INDEX pending_by_scope ON registrations (scope_issuer_key_id, scope_distribution_point) WHERE state = 'pending'`,

  `CREATE TABLE cards (
    card_id TEXT PRIMARY KEY, card_key BLOB NOT NULL, sealed_number TEXT NOT NULL, kind TEXT NOT NULL,
    person_id TEXT NOT NULL REFERENCES people, state TEXT NOT NULL, revoked_by TEXT,
    not_before INTEGER NOT NULL, not_after INTEGER NOT NULL, issuer_key_id TEXT, proved_by_signature_at INTEGER,
    scope_issuer_key_id TEXT, scope_distribution_point TEXT, ocsp_good_at INTEGER
  ) STRICT`,
  `CREATE INDEX cards_by_key ON cards (card_key)`,
  `CREATE INDEX cards_by_person ON cards (person_id)`,
  `CREATE INDEX cards_by_scope ON cards (scope_issuer_key_id, scope_distribution_point) WHERE state IN ('active', 'suspended')`,
  // One card, one person: held by the database, whatever two approvers do at once.
  `CREATE UNIQUE INDEX card_in_use_once ON cards (card_key, kind, coalesce(issuer_key_id, '')) WHERE state <> 'retired'`,

  `CREATE TABLE readers (
    reader_id TEXT PRIMARY KEY, name TEXT NOT NULL COLLATE NOCASE UNIQUE, kind TEXT NOT NULL, state TEXT NOT NULL,
    evidence TEXT NOT NULL, reader_group TEXT NOT NULL, client_ids TEXT NOT NULL, public_key TEXT,
    taps_void_before INTEGER, enrolment_code_hash TEXT UNIQUE, enrolment_expires_at INTEGER
  ) STRICT`,

  `CREATE TABLE clients (
    client_id TEXT PRIMARY KEY, name TEXT NOT NULL COLLATE NOCASE UNIQUE, protocol TEXT NOT NULL,
    secret TEXT NOT NULL, policy TEXT NOT NULL, settings TEXT NOT NULL, added_at INTEGER NOT NULL
  ) STRICT`,

  `CREATE TABLE applied_lists (
    issuer_key_id TEXT NOT NULL, distribution_point TEXT NOT NULL, crl_number TEXT NOT NULL,
    this_update INTEGER NOT NULL, next_update INTEGER NOT NULL, entry_count INTEGER NOT NULL,
    applied_at INTEGER NOT NULL, PRIMARY KEY (issuer_key_id, distribution_point)
  ) STRICT, WITHOUT ROWID`,

  `CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID`,

  // A note says: the index entry of this key may be older than the record.
  `CREATE TABLE index_notes (card_key BLOB PRIMARY KEY) STRICT, WITHOUT ROWID`,
  `CREATE TABLE card_index (card_key BLOB PRIMARY KEY, facts TEXT NOT NULL) STRICT, WITHOUT ROWID`,

  `CREATE TABLE audit_events (sequence INTEGER PRIMARY KEY, line TEXT NOT NULL, hash TEXT NOT NULL) STRICT`,
];
