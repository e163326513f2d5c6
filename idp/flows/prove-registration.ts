import { msPerSecond } from '../domain/instant.ts';
import { proofMessage } from '../domain/proof-message.ts';
import type { Reader } from '../domain/reader.ts';
import {
  actor,
  type InvitedRegistration,
  type ProvedCard,
  type RegistrationId,
  registrationProofSeconds,
} from '../domain/registration.ts';
import type { CertificateRefusal, OcspAnswer, VerifiedCertificate } from '../ports/jpki.ts';
import type { ClaimedTap } from './accept-tap.ts';
import { after, type FlowContext } from './context.ts';
import type { StopContext } from './publish-cards.ts';
import { type EvidenceRefusal, readEvidence } from './read-evidence.ts';
import { type MessageRefusal, receiveSigned, type Sealed } from './receive-signed.ts';
import { bindingOf } from './registered-cards.ts';
import { revokeRegisteredByOcsp } from './revoke-by-ocsp.ts';
import { evidenceDetails, sealEvidence } from './seal-evidence.ts';

/** Why a proof does not make a registration pending. */
export type ProofRefusal =
  | MessageRefusal
  | EvidenceRefusal
  | 'registration-unknown'
  | 'registration-of-another-reader'
  | 'registration-expired'
  | 'registration-already-proved'
  | 'nonce-mismatch'
  | 'signature-required'
  | 'invitation-used'
  | 'person-not-active'
  | 'card-revoked'
  | 'card-on-hold'
  | 'card-unknown-to-issuer'
  | 'card-already-registered'
  | 'card-already-pending';

export type ProveRegistrationOutcome =
  | { readonly outcome: 'pending'; readonly registrationId: RegistrationId }
  | {
      readonly outcome: 'refused';
      readonly reason: ProofRefusal;
      readonly certificateReason?: CertificateRefusal;
    };

type Context = StopContext &
  Pick<FlowContext, 'issuer' | 'secrets' | 'audit' | 'certificates' | 'ocsp' | 'numbers'>;

/**
 * Takes the card's signature over the registration: then it waits for an approver.
 * @throws {Fault} when the responder or the record cannot be asked; nothing was changed and the proof may be sent again.
 */
export async function proveRegistration(
  context: Context,
  { registrationId, sealed }: { readonly registrationId: string; readonly sealed: Sealed<ClaimedTap> },
): Promise<ProveRegistrationOutcome> {
  const received = await receiveSigned(context, sealed);
  if (received.outcome === 'refused') {
    // As with a tap: of nobody we know the trail keeps nothing.
    if (received.reason === 'reader-unknown') return received;
    return refuse(context, registrationId, sealed.claimedReaderId, received);
  }
  const { reader, claims } = received;
  const outcome = await prove(context, reader, claims, registrationId);
  return outcome.outcome === 'pending' ? outcome : refuse(context, registrationId, reader.readerId, outcome);
}

type Refusal = ProveRegistrationOutcome & { outcome: 'refused' };

async function prove(
  context: Context,
  reader: Reader,
  claims: ClaimedTap,
  registrationId: string,
): Promise<ProveRegistrationOutcome> {
  const registration = await context.record.registrations.find(registrationId as RegistrationId);
  // What a device asked for is nothing that a card signs.
  if (registration?.origin !== 'invitation') return refusal('registration-unknown');
  const problem = stateProblem(registration, reader, claims, context.clock.now());
  if (problem !== undefined) return refusal(problem);
  const verdict = readEvidence(
    context,
    claims.evidence,
    registrationMessage(context, registration, claims.iat),
  );
  if (verdict.outcome === 'refused') return verdict;
  const { certificate } = verdict;
  if (certificate === undefined) return refusal('signature-required');
  const answer = await context.ocsp.status(certificate, context.clock.now());
  if (answer.status === 'revoked') {
    const by = actor('reader', reader.readerId);
    await revokeRegisteredByOcsp(context, { certificate, answer, actor: by });
    return refusal(answer.reason === 'certificateHold' ? 'card-on-hold' : 'card-revoked');
  }
  if (answer.status === 'unknown') return refusal('card-unknown-to-issuer');
  const proof = provedCard(context, certificate, claims.iat, answer);
  return makePending(context, registration, proof);
}

function stateProblem(
  registration: InvitedRegistration,
  reader: Reader,
  claims: ClaimedTap,
  now: number,
): ProofRefusal | undefined {
  if (registration.readerId !== reader.readerId) return 'registration-of-another-reader';
  if (registration.state !== 'begun') return 'registration-already-proved';
  if (now >= after(registration.begunAt, registrationProofSeconds)) return 'registration-expired';
  if (claims.nonce !== registration.nonce) return 'nonce-mismatch';
  return claims.evidence.type === 'signature' ? undefined : 'signature-required';
}

function registrationMessage(
  { issuer }: Context,
  registration: InvitedRegistration,
  issuedAtSeconds: number,
): Uint8Array {
  const { registrationId, personId, consentSha256, readerId, nonce } = registration;
  return proofMessage({
    purpose: 'registration',
    issuer,
    readerId,
    nonce,
    issuedAtSeconds,
    registration: { registrationId, personId, consentSha256 },
  });
}

function provedCard(
  { numbers }: Context,
  certificate: VerifiedCertificate,
  signedAtSeconds: number,
  { thisUpdate, evidence }: OcspAnswer & { status: 'good' },
): ProvedCard {
  const cardKey = numbers.keyOf({ kind: 'jpki', value: certificate.serialNumber });
  return {
    cardKey,
    kind: 'jpki',
    sealedNumber: numbers.seal(new TextEncoder().encode(certificate.serialNumber), cardKey),
    sealedCertificate: numbers.seal(certificate.der, cardKey),
    profile: certificate.profile,
    issuerKeyId: certificate.issuerKeyId,
    notBefore: certificate.notBefore,
    notAfter: certificate.notAfter,
    ...(certificate.revocationScope === undefined ? {} : { revocationScope: certificate.revocationScope }),
    provedAt: signedAtSeconds * msPerSecond,
    ocspGoodAt: thisUpdate,
    ocspEvidence: sealEvidence(numbers, evidence, cardKey),
  };
}

/** One transaction: of two cards proved on one invitation, or one card for two people, one becomes pending. */
function makePending(
  { record, clock }: Context,
  registration: InvitedRegistration,
  proof: ProvedCard,
): Promise<ProveRegistrationOutcome> {
  const now = clock.now();
  return record
    .change<ProveRegistrationOutcome>(async (tables) => {
      const person = await tables.people.find(registration.personId);
      if (person?.state !== 'active') return refusal('person-not-active');
      // It may have been stopped while the responder was asked.
      const reader = await tables.readers.find(registration.readerId);
      if (reader?.state !== 'active') return refusal('reader-disabled');
      const bound = await bindingOf(tables, proof);
      if (bound !== undefined) {
        return refusal(bound.by === 'card' ? 'card-already-registered' : 'card-already-pending');
      }
      const invitation = await tables.invitations.find(registration.invitationHash);
      if (invitation?.usedAt !== undefined) return refusal('invitation-used');
      if (!(await tables.registrations.update({ ...registration, state: 'pending', proof }, 'begun'))) {
        return refusal('registration-already-proved');
      }
      if (!(await tables.invitations.use(registration.invitationHash, now))) throw new InvitationGone();
      await tables.audit.append({
        at: now,
        type: 'registration.proved',
        actor: actor('reader', registration.readerId),
        subject: registration.registrationId,
        details: {
          person: registration.personId,
          signature: 'verified',
          ocsp: 'good',
          ...(proof.ocspEvidence && evidenceDetails(proof.ocspEvidence)),
        },
      });
      return { outcome: 'pending', registrationId: registration.registrationId };
    })
    .catch((error: unknown) => {
      if (error instanceof InvitationGone) return refusal('invitation-used');
      throw error;
    });
}

/** Rolls the change back: the invitation expired or was used between the question and the write. */
class InvitationGone extends Error {}

function refusal(reason: ProofRefusal): Refusal {
  return { outcome: 'refused', reason };
}

async function refuse(
  { audit, clock }: Context,
  registrationId: string,
  readerId: string,
  outcome: { readonly reason: ProofRefusal; readonly certificateReason?: CertificateRefusal },
): Promise<Refusal> {
  const { reason, certificateReason } = outcome;
  const certificate = certificateReason === undefined ? {} : { certificate: certificateReason };
  // It may come from anybody, and the trail keeps for ever what it is given: an id, or nothing.
  const subject = /^[\w-]{1,64}$/.test(registrationId) ? { subject: registrationId } : {};
  await audit.append({
    at: clock.now(),
    type: 'registration.refused',
    actor: actor('reader', readerId),
    ...subject,
    reason,
    details: certificate,
  });
  return { outcome: 'refused', reason, ...(certificateReason === undefined ? {} : { certificateReason }) };
}
