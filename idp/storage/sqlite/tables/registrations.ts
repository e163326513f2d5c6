import type { Kysely } from 'kysely';
import type { CardId, CardKey } from '../../../domain/card.ts';
import type { IssuerKeyId } from '../../../domain/certificate-id.ts';
import type { OrganizationId, PersonId } from '../../../domain/person.ts';
import type { ReaderId } from '../../../domain/reader.ts';
import type {
  Actor,
  ProvedCard,
  Registration,
  RegistrationId,
  RegistrationState,
  SealedEvidence,
} from '../../../domain/registration.ts';
import type { Tables } from '../../../ports/system-record.ts';
import { cardKinds, toRevocationScope } from '../../card-facts.ts';
import { octetsOf } from '../../card-key-octets.ts';
import { present, StoredFields } from '../../stored-fields.ts';
import type { RecordSchema, RegistrationRow } from '../schema.ts';

const states: readonly RegistrationState[] = ['begun', 'pending', 'approved', 'rejected'];

export function registrationTable(db: Kysely<RecordSchema>): Tables['registrations'] {
  const all = db.selectFrom('registrations').selectAll();
  return {
    async find(id) {
      const row = await all.where('registration_id', '=', id).executeTakeFirst();
      return row && toRegistration(row);
    },
    async list(state) {
      const wanted = state === undefined ? all : all.where('state', '=', state);
      return (await wanted.orderBy('begun_at').execute()).map(toRegistration);
    },
    async findPendingByCardKey(cardKey) {
      const rows = await all
        .where('proof_card_key', '=', octetsOf(cardKey))
        .where('state', '=', 'pending')
        .execute();
      return rows.map(toRegistration);
    },
    async findByCard(cardId) {
      const row = await all.where('card_id', '=', cardId).executeTakeFirst();
      return row && toRegistration(row);
    },
    async findByPerson(personId) {
      const rows = await all.where('person_id', '=', personId).orderBy('begun_at').execute();
      return rows.map(toRegistration);
    },
    async add(registration) {
      await db.insertInto('registrations').values(toRow(registration)).execute();
    },
    async update(registration, from) {
      const { numUpdatedRows } = await db
        .updateTable('registrations')
        .set(toRow(registration))
        .where('registration_id', '=', registration.registrationId)
        .where('state', '=', from)
        .executeTakeFirstOrThrow();
      return numUpdatedRows > 0n;
    },
    async removeOf(personId) {
      await db.deleteFrom('registrations').where('person_id', '=', personId).execute();
    },
  };
}

function toRegistration(row: RegistrationRow): Registration {
  const fields = new StoredFields(row, 'registrations');
  const proof = fields.optionalFields('proof');
  return present({
    registrationId: fields.text<RegistrationId>('registration_id'),
    personId: fields.text<PersonId>('person_id'),
    organizationId: fields.text<OrganizationId>('organization_id'),
    readerId: fields.text<ReaderId>('reader_id'),
    inviter: fields.text<Actor>('inviter'),
    invitationHash: fields.text('invitation_hash'),
    state: fields.oneOf('state', states),
    nonce: fields.text('nonce'),
    begunAt: fields.integer('begun_at'),
    consentSha256: fields.text('consent_sha256'),
    consentVersion: fields.text('consent_version'),
    proof: proof && toProvedCard(proof),
    revokedAt: fields.optionalInteger('revoked_at'),
    approvalEvidence: toEvidence(fields.optionalFields('approval_evidence')),
    decidedBy: fields.optionalText<Actor>('decided_by'),
    decidedAt: fields.optionalInteger('decided_at'),
    cardId: fields.optionalText<CardId>('card_id'),
  });
}

function toProvedCard(fields: StoredFields): ProvedCard {
  return present({
    cardKey: fields.text<CardKey>('cardKey'),
    sealedNumber: fields.text('sealedNumber'),
    kind: fields.oneOf('kind', cardKinds),
    issuerKeyId: fields.text<IssuerKeyId>('issuerKeyId'),
    notBefore: fields.integer('notBefore'),
    notAfter: fields.integer('notAfter'),
    revocationScope: toRevocationScope(fields.optionalFields('revocationScope')),
    provedAt: fields.integer('provedAt'),
    ocspGoodAt: fields.integer('ocspGoodAt'),
    sealedCertificate: fields.text('sealedCertificate'),
    profile: fields.text('profile'),
    ocspEvidence: toEvidence(fields.optionalFields('ocspEvidence')),
  });
}

function toEvidence(fields: StoredFields | undefined): SealedEvidence | undefined {
  return (
    fields && {
      responder: fields.text('responder'),
      producedAt: fields.integer('producedAt'),
      sha256: fields.text('sha256'),
      sealed: fields.text('sealed'),
    }
  );
}

function toRow(registration: Registration): RegistrationRow {
  const { proof } = registration;
  return {
    registration_id: registration.registrationId,
    person_id: registration.personId,
    organization_id: registration.organizationId,
    reader_id: registration.readerId,
    inviter: registration.inviter,
    invitation_hash: registration.invitationHash,
    state: registration.state,
    nonce: registration.nonce,
    begun_at: registration.begunAt,
    consent_sha256: registration.consentSha256,
    consent_version: registration.consentVersion,
    proof: proof === undefined ? null : JSON.stringify(proof),
    proof_card_key: proof === undefined ? null : octetsOf(proof.cardKey),
    scope_issuer_key_id: proof?.revocationScope?.issuerKeyId ?? null,
    scope_distribution_point: proof?.revocationScope?.distributionPoint ?? null,
    revoked_at: registration.revokedAt ?? null,
    approval_evidence:
      registration.approvalEvidence === undefined ? null : JSON.stringify(registration.approvalEvidence),
    decided_by: registration.decidedBy ?? null,
    decided_at: registration.decidedAt ?? null,
    card_id: registration.cardId ?? null,
  };
}
