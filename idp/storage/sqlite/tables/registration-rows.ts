import type { CardId, CardKey } from '../../../domain/card.ts';
import type { IssuerKeyId } from '../../../domain/certificate-id.ts';
import type { ClientId } from '../../../domain/login-policy.ts';
import type { OrganizationId, PersonId } from '../../../domain/person.ts';
import type { ReaderId } from '../../../domain/reader.ts';
import type {
  Actor,
  InvitedRegistration,
  ProvedCard,
  Registration,
  RegistrationId,
  RegistrationState,
  RequestedRegistration,
  SealedEvidence,
} from '../../../domain/registration.ts';
import { cardKinds, toRevocationScope } from '../../card-facts.ts';
import { octetsOf } from '../../card-key-octets.ts';
import { present, StoredFields } from '../../stored-fields.ts';
import type { RegistrationRow } from '../schema.ts';

const states: readonly RegistrationState[] = ['begun', 'pending', 'approved', 'rejected'];

const origins: readonly Registration['origin'][] = ['invitation', 'device'];
type Origin<T extends Registration['origin']> = { readonly origin: T };

export function toRegistration(row: RegistrationRow): Registration {
  const fields = new StoredFields(row, 'registrations');
  const common = present({
    registrationId: fields.text<RegistrationId>('registration_id'),
    personId: fields.text<PersonId>('person_id'),
    organizationId: fields.text<OrganizationId>('organization_id'),
    state: fields.oneOf('state', states),
    begunAt: fields.integer('begun_at'),
    decidedBy: fields.optionalText<Actor>('decided_by'),
    decidedAt: fields.optionalInteger('decided_at'),
    cardId: fields.optionalText<CardId>('card_id'),
  });
  return fields.oneOf('origin', origins) === 'device'
    ? { ...common, ...toRequest(fields) }
    : { ...common, ...toInvited(fields) };
}

function toInvited(
  fields: StoredFields,
): Omit<InvitedRegistration, keyof RequestedRegistration> & Origin<'invitation'> {
  const proof = fields.optionalFields('proof');
  return present({
    origin: 'invitation' as const,
    readerId: fields.text<ReaderId>('reader_id'),
    inviter: fields.text<Actor>('inviter'),
    invitationHash: fields.text('invitation_hash'),
    nonce: fields.text('nonce'),
    consentSha256: fields.text('consent_sha256'),
    consentVersion: fields.text('consent_version'),
    proof: proof && toProvedCard(proof),
    revokedAt: fields.optionalInteger('revoked_at'),
    approvalEvidence: toEvidence(fields.optionalFields('approval_evidence')),
  });
}

function toRequest(
  fields: StoredFields,
): Omit<RequestedRegistration, keyof InvitedRegistration> & Origin<'device'> {
  const requested = fields.fields('requested');
  return {
    origin: 'device',
    clientId: fields.text<ClientId>('client_id'),
    boundBy: fields.oneOf('bound_by', ['card-bind', 'person-bind']),
    requested: {
      cardKey: requested.text<CardKey>('cardKey'),
      sealedNumber: requested.text('sealedNumber'),
      kind: requested.oneOf('kind', ['felica', 'uid']),
    },
    ...(fields.optionalInteger('face_to_face') === 1 ? { faceToFace: true } : {}),
  };
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

export function toRow(registration: Registration): RegistrationRow {
  return {
    registration_id: registration.registrationId,
    person_id: registration.personId,
    organization_id: registration.organizationId,
    state: registration.state,
    begun_at: registration.begunAt,
    origin: registration.origin,
    ...nothing,
    ...(registration.origin === 'device' ? requestColumns(registration) : invitedColumns(registration)),
    decided_by: registration.decidedBy ?? null,
    decided_at: registration.decidedAt ?? null,
    card_id: registration.cardId ?? null,
  };
}

const nothing = {
  ...{ reader_id: null, inviter: null, invitation_hash: null, nonce: null },
  ...{ consent_sha256: null, consent_version: null, proof: null },
  ...{ scope_issuer_key_id: null, scope_distribution_point: null, revoked_at: null, approval_evidence: null },
  ...{ client_id: null, bound_by: null, requested: null, face_to_face: null },
};

function invitedColumns(registration: InvitedRegistration) {
  const { proof, approvalEvidence } = registration;
  return {
    reader_id: registration.readerId,
    inviter: registration.inviter,
    invitation_hash: registration.invitationHash,
    nonce: registration.nonce,
    consent_sha256: registration.consentSha256,
    consent_version: registration.consentVersion,
    proof: proof === undefined ? null : JSON.stringify(proof),
    proof_card_key: proof === undefined ? null : octetsOf(proof.cardKey),
    scope_issuer_key_id: proof?.revocationScope?.issuerKeyId ?? null,
    scope_distribution_point: proof?.revocationScope?.distributionPoint ?? null,
    revoked_at: registration.revokedAt ?? null,
    approval_evidence: approvalEvidence === undefined ? null : JSON.stringify(approvalEvidence),
  };
}

function requestColumns({ clientId, boundBy, requested, faceToFace }: RequestedRegistration) {
  return {
    client_id: clientId,
    bound_by: boundBy,
    requested: JSON.stringify(requested),
    face_to_face: faceToFace === true ? 1 : null,
    proof_card_key: octetsOf(requested.cardKey),
  };
}
