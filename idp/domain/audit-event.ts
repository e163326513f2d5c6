import type { DenialReason } from './decide-login.ts';
import type { Instant } from './instant.ts';
import type { Actor } from './registration.ts';

/** What happened, by name: an event's `subject` and `details` never hold a number, a PIN, a secret or a certificate. */
export type AuditEventType =
  | 'login.granted'
  | 'login.denied'
  | 'tap.accepted'
  | 'tap.refused'
  | 'organization.added'
  | 'organization.declared-verifier'
  | 'person.imported'
  | 'person.suspended'
  | 'person.restored'
  | 'person.invited'
  | 'person.code-issued'
  | 'person.code-revoked'
  | 'person.role-given'
  | 'person.left'
  | 'person.forgotten'
  | 'person.notified'
  | 'notice.given-up'
  | 'registration.begun'
  | 'registration.requested'
  | 'registration.refused'
  | 'registration.proved'
  | 'registration.approved'
  | 'registration.rejected'
  | 'registration.revoked-by-list'
  | 'registration.revoked-by-ocsp'
  | 'registration.evidence-opened'
  | 'card.suspended'
  | 'card.restored'
  | 'card.revoked'
  | 'card.revoked-by-list'
  | 'card.revoked-by-ocsp'
  | 'card.replaced'
  | 'card.retired'
  | 'passkey.code-issued'
  | 'passkey.added'
  | 'passkey.renamed'
  | 'passkey.removed'
  | 'passkey.counter-not-risen'
  | 'reader.added'
  | 'reader.code-renewed'
  | 'reader.enrolled'
  | 'reader.disabled'
  | 'station.code-made'
  | 'station.paired'
  | 'station.unpaired'
  | 'station.refused'
  | 'client.added'
  | 'client.secret-rotated'
  | 'client.policy-changed'
  | 'client.settings-changed'
  | 'client.token-reused'
  | 'client.identifiers-linked'
  | 'client.consent-given'
  | 'client.consent-refused'
  | 'client.certificate-added'
  | 'client.certificate-removed'
  | 'client.profile-changed'
  | 'client.logout-changed'
  | 'client.logout-delivered'
  | 'client.logout-undelivered'
  | 'sessions.end-asked'
  | 'sessions.ended'
  | 'client.bound'
  | 'client.bind-refused'
  | 'client.slowed'
  | 'client.stopped'
  | 'client.resumed'
  | 'directory.searched'
  | 'directory.explained'
  | 'crl.applied'
  | 'crl.refused'
  | 'crl.accepted'
  | 'crl.alarm'
  | 'anchor.added'
  | 'anchor.removed'
  | 'signing-key.made'
  | 'signing-key.signs'
  | 'signing-key.retired'
  | 'signing-key.removed'
  | 'signing-key.withdrawn'
  | 'setup.administrator-made';

/** One line of the audit trail before it is chained. */
export interface AuditEvent {
  readonly at: Instant;
  readonly type: AuditEventType;
  readonly actor: Actor;
  /** The person, card, reader, client or list it is about: an internal id. */
  readonly subject?: string;
  readonly reason?: DenialReason | string;
  readonly details?: { readonly [name: string]: string | number | boolean };
}

/** One line of the trail; those that were written together share a row, and each row holds the hash of the one before, so that a missing or changed line shows. */
export interface ChainedAuditEvent extends AuditEvent {
  readonly sequence: number;
  /** Of its row: SHA-256 in hex over the hash before, the number of its last event and its canonical lines. */
  readonly hash: string;
  /** Of the row before. */
  readonly previousHash: string;
}
