import { type Kysely, sql } from 'kysely';

/** Revocation in full: reasons, replaced cards, lists that are doubted, runs, and the evidence behind registrations. */
export const revocation = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

const statements = [
  `ALTER TABLE cards ADD COLUMN profile TEXT`,
  `ALTER TABLE cards ADD COLUMN revocation_reason TEXT`,
  `ALTER TABLE cards ADD COLUMN revoked_at INTEGER`,
  `ALTER TABLE cards ADD COLUMN replaces TEXT`,
  `ALTER TABLE cards ADD COLUMN retires_at INTEGER`,
  // The only profile there was.
  `UPDATE cards SET profile = 'my-number-card-2016' WHERE kind = 'jpki'`,
  `CREATE INDEX cards_in_use_by_end ON cards (not_after) WHERE state IN ('active', 'suspended')`,
  `CREATE INDEX cards_to_retire ON cards (retires_at) WHERE state IN ('active', 'suspended') AND retires_at IS NOT NULL`,

  `ALTER TABLE registrations ADD COLUMN consent_version TEXT NOT NULL DEFAULT '2026-11-01'`,
  `ALTER TABLE registrations ADD COLUMN approval_evidence TEXT`,
  `CREATE INDEX registrations_by_card ON registrations (card_id) WHERE card_id IS NOT NULL`,
  `CREATE INDEX registrations_by_person ON registrations (person_id)`,
  `UPDATE registrations SET proof = json_set(proof, '$.profile', 'my-number-card-2016') WHERE proof IS NOT NULL`,

  `ALTER TABLE applied_lists ADD COLUMN sha256 TEXT NOT NULL DEFAULT ''`,
  `ALTER TABLE applied_lists ADD COLUMN doubt TEXT`,
  `ALTER TABLE applied_lists ADD COLUMN trusted_this_update INTEGER`,
  `ALTER TABLE applied_lists ADD COLUMN trusted_next_update INTEGER`,
  `ALTER TABLE applied_lists ADD COLUMN trusted_entry_count INTEGER`,
  `UPDATE applied_lists SET trusted_this_update = this_update, trusted_next_update = next_update, trusted_entry_count = entry_count`,

  `CREATE TABLE crl_runs (run_id TEXT PRIMARY KEY, started_at INTEGER NOT NULL, run TEXT NOT NULL) STRICT`,
  `CREATE INDEX crl_runs_by_start ON crl_runs (started_at)`,

  // As it was: nothing stale is let in, OCSP is asked at registration and approval alone.
  `UPDATE clients SET policy = json_set(policy, '$.staleGraceSeconds', 0, '$.ocspOnEveryUse', json('false'))`,
];
