import type { Generated } from 'kysely';

/** The record's tables as SQLite holds them; `tables/*` turn rows into the domain's types, one file a table. */
export interface TemporaryCodeRow {
  code_id: string;
  person_id: string;
  code_hash: string;
  state: string;
  issued_by: string;
  issued_at: number;
  expires_at: number;
  used_at: number | null;
}

export interface RecordSchema {
  organizations: OrganizationRow;
  people: PersonRow;
  counters: { name: string; last: number };
  group_names: { group_number: Generated<number>; name: string; name_key: string };
  person_groups: { group_number: number; uid: string };
  invitations: InvitationRow;
  registrations: RegistrationRow;
  cards: CardRow;
  readers: ReaderRow;
  stations: StationRow;
  station_codes: { reader_id: string; code_hash: string; expires_at: number };
  clients: ClientRow;
  applied_lists: AppliedListRow;
  crl_runs: { run_id: string; started_at: number; run: string };
  session_ends: SessionEndRow;
  logout_deliveries: LogoutDeliveryRow;
  notices: NoticeRow;
  consents: { sha256: string; version: string; ja: string; en: string; first_used_at: number };
  passkeys: PasskeyRow;
  client_identifiers: { client_id: string; person_id: string; identifier: string; linked_at: number };
  client_consents: { client_id: string; person_id: string; released: string; given_at: number };
  passkey_challenges: { bound_to: string; challenge_hash: string; expires_at: number };
  passkey_codes: { person_id: string; code_hash: string; issued_by: string; expires_at: number };
  temporary_codes: TemporaryCodeRow;
  settings: { name: string; value: string };
  index_notes: { card_key: Uint8Array };
  card_index: { card_key: Uint8Array; facts: string };
  audit_events: AuditEventRow;
}

interface OrganizationRow {
  organization_id: string;
  name: string;
  verifier_basis: string | null;
}

export interface PersonRow {
  person_id: string;
  uid: string;
  organization_id: string;
  state: string;
  display_name: string;
  display_name_kana: string | null;
  mail: string | null;
  employee_number: string | null;
  department: string | null;
  title: string | null;
  /** JSON list of texts, like `roles`. */
  groups: string;
  roles: string;
  added_at: number;
  changed_at: number;
  unix_number: number;
  /** Folded by `foldText`, like the other keys. */
  uid_key: string | null;
  display_name_key: string | null;
  mail_key: string | null;
  employee_number_key: string | null;
}

interface InvitationRow {
  code_hash: string;
  person_id: string;
  inviter: string;
  expires_at: number;
  used_at: number | null;
}

export interface RegistrationRow {
  registration_id: string;
  person_id: string;
  organization_id: string;
  state: string;
  begun_at: number;
  /** `invitation`: with the columns up to `consent_version`. `device`: with `client_id`, `bound_by` and `requested`. */
  origin: string;
  reader_id: string | null;
  inviter: string | null;
  invitation_hash: string | null;
  nonce: string | null;
  consent_sha256: string | null;
  consent_version: string | null;
  client_id: string | null;
  bound_by: string | null;
  /** JSON of the card that a device asked for. */
  requested: string | null;
  face_to_face: number | null;
  /** JSON of the whole proof; the columns after it repeat what is searched for. */
  proof: string | null;
  /** Of the proved or the requested card. */
  proof_card_key: Uint8Array | null;
  scope_issuer_key_id: string | null;
  scope_distribution_point: string | null;
  revoked_at: number | null;
  /** JSON of the sealed answer. */
  approval_evidence: string | null;
  decided_by: string | null;
  decided_at: number | null;
  card_id: string | null;
}

export interface CardRow {
  card_id: string;
  card_key: Uint8Array;
  sealed_number: string;
  kind: string;
  person_id: string;
  state: string;
  revoked_by: string | null;
  not_before: number;
  not_after: number;
  issuer_key_id: string | null;
  proved_by_signature_at: number | null;
  scope_issuer_key_id: string | null;
  scope_distribution_point: string | null;
  ocsp_good_at: number | null;
  profile: string | null;
  revocation_reason: string | null;
  revoked_at: number | null;
  replaces: string | null;
  retires_at: number | null;
}

export interface ReaderRow {
  reader_id: string;
  name: string;
  kind: string;
  state: string;
  evidence: string;
  reader_group: string;
  /** JSON list of ids. */
  client_ids: string;
  /** JSON Web Key. */
  public_key: string | null;
  taps_void_before: number | null;
  enrolment_code_hash: string | null;
  enrolment_expires_at: number | null;
}

export interface StationRow {
  pairing_id: string;
  reader_id: string;
  /** JSON Web Key. */
  public_key: string;
  paired_at: number;
  ended_at: number | null;
}

export interface ClientRow {
  client_id: string;
  name: string;
  protocol: string;
  /** Sealed for `oidc`, a hash for `ldap`. */
  secret: string;
  /** JSON of the policy without the client's id. */
  policy: string;
  /** JSON of what only this protocol has. */
  settings: string;
  added_at: number;
}

interface AppliedListRow {
  issuer_key_id: string;
  distribution_point: string;
  crl_number: string;
  this_update: number;
  next_update: number;
  entry_count: number;
  applied_at: number;
  sha256: string;
  doubt: string | null;
  trusted_this_update: number | null;
  trusted_next_update: number | null;
  trusted_entry_count: number | null;
}

interface SessionEndRow {
  position: Generated<number>;
  person_id: string;
  card_id: string | null;
  sign_in: string | null;
  cause: string;
  at: number;
}

interface LogoutDeliveryRow {
  delivery_id: Generated<number>;
  client_id: string;
  sub: string;
  sid: string;
  queued_at: number;
  attempts: number;
  next_attempt_at: number;
}

export interface NoticeRow {
  notice_id: string;
  kind: string;
  about: string;
  person_id: string | null;
  /** JSON of the words in both languages. */
  words: string | null;
  state: string;
  queued_at: number;
  attempts: number;
  next_attempt_at: number;
  settled_at: number | null;
  failure: string | null;
}

interface PasskeyRow {
  passkey_id: string;
  person_id: string;
  credential_id: string;
  public_key: string;
  counter: number;
  /** JSON list of texts. */
  transports: string;
  aaguid: string;
  device_bound: number;
  backed_up: number;
  attested: number;
  name: string;
  added_at: number;
  last_used_at: number | null;
}

export interface AuditEventRow {
  /** Of the last event in it. */
  sequence: number;
  /** Events in canonical JSON, exactly as they were hashed, one a line: those that were moved in together. */
  line: string;
  /** SHA-256 in hex of the hash before, a line feed, the sequence, a line feed and the line: `sha256sum` can check it. */
  hash: string;
}
