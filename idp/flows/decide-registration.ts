import type { CardId } from '../domain/card.ts';
import type {
  Actor,
  InvitedRegistration,
  ProvedCard,
  Registration,
  SealedEvidence,
} from '../domain/registration.ts';
import type { CertificateRefusal, OcspAnswer, VerifiedCertificate } from '../ports/jpki.ts';
import type { Tables } from '../ports/system-record.ts';
import {
  type ApprovalRefusal,
  answerProblem,
  approvalProblem,
  entitlementProblem,
} from './approval-rules.ts';
import { approveRequest } from './approve-request.ts';
import type { FlowContext } from './context.ts';
import { changeAndPublish } from './publish-cards.ts';
import { cardOf } from './registered-cards.ts';
import { replaceOlderCards } from './replace-card.ts';
import { requireRegistration } from './require.ts';
import { evidenceDetails, sealEvidence } from './seal-evidence.ts';
import { tellOfDecision } from './tell-of-decision.ts';

type Refused = {
  readonly outcome: 'refused';
  readonly reason: ApprovalRefusal;
  readonly certificateReason?: CertificateRefusal;
};

export type ApprovalOutcome = { readonly outcome: 'approved'; readonly cardId: CardId } | Refused;

type Context = Pick<
  FlowContext,
  | 'record'
  | 'cardIndex'
  | 'clock'
  | 'secrets'
  | 'certificates'
  | 'ocsp'
  | 'numbers'
  | 'audit'
  | 'cardOverlapSeconds'
>;

/** What the issuer said of a card just now: the card as it will be kept, and the answer itself. */
interface Confirmed {
  readonly proof: ProvedCard;
  readonly evidence: SealedEvidence;
}

/**
 * Makes a registration a card. Of a proved one, certificate and OCSP are asked anew; the change is compare-and-set, on
 * everything that may have happened since the registration was proved and while the responder was asked.
 * @param request.faceToFace the approver has the person and the card before them: what a device asked for needs that.
 * @throws {InvalidInput} `ERR_REGISTRATION_UNKNOWN`. @throws {Fault} when the responder cannot be asked: try again.
 */
export async function approveRegistration(
  context: Context,
  request: { readonly registration: string; readonly approver: Actor; readonly faceToFace?: boolean },
): Promise<ApprovalOutcome> {
  const { registration: id, approver, faceToFace = false } = request;
  const registration = await requireRegistration(context.record, id);
  const outcome =
    registration.origin === 'invitation'
      ? await approveProved(context, registration, approver)
      : await changeAndPublish(context, (tables) =>
          approveRequest(context, tables, { id, approver, faceToFace }),
        );
  if (outcome.outcome === 'refused') await auditRefusal(context, 'approve', id, approver, outcome);
  return outcome;
}

async function approveProved(
  context: Context,
  registration: InvitedRegistration,
  approver: Actor,
): Promise<ApprovalOutcome> {
  const confirmed = await confirm(context, registration, approver);
  if ('outcome' in confirmed) return confirmed;
  const { registrationId } = registration;
  return changeAndPublish(context, (tables) => approve(context, tables, registrationId, confirmed, approver));
}

async function confirm(
  context: Context,
  registration: InvitedRegistration,
  approver: Actor,
): Promise<Confirmed | Refused> {
  const { record, ocsp, numbers, clock } = context;
  const { proof } = registration;
  const problem = await approvalProblem(record, registration, approver);
  if (problem !== undefined || proof === undefined) return refused(problem ?? 'registration-not-pending');
  const certificate = certificateOf(context, proof);
  if ('outcome' in certificate) return certificate;
  const answer = await ocsp.status(certificate, clock.now());
  const saidNo = answerProblem(answer, proof.provedAt);
  if (answer.status === 'revoked') await noteRevoked(context, registration, answer, approver);
  if (saidNo !== undefined || answer.status !== 'good') return refused(saidNo ?? 'card-unknown-to-issuer');
  return {
    proof: { ...proof, ocspGoodAt: answer.thisUpdate },
    evidence: sealEvidence(numbers, answer.evidence, proof.cardKey),
  };
}

/** What the issuer said once holds, also where another of its responders lags behind: with its answer, as by a list. */
async function noteRevoked(
  { record, numbers, clock }: Context,
  { registrationId, proof }: InvitedRegistration,
  {
    evidence,
    reason = 'unspecified',
    revocationTime: revokedAt,
  }: OcspAnswer & { readonly status: 'revoked' },
  approver: Actor,
): Promise<void> {
  await record.change(async (tables) => {
    const now = await tables.registrations.find(registrationId);
    if (now?.origin !== 'invitation' || now.state !== 'pending') return;
    if (now.revokedAt !== undefined || proof === undefined) return;
    const approvalEvidence = sealEvidence(numbers, evidence, proof.cardKey);
    await tables.registrations.update({ ...now, revokedAt, approvalEvidence }, 'pending');
    await tables.audit.append({
      at: clock.now(),
      type: 'registration.revoked-by-ocsp',
      actor: approver,
      subject: registrationId,
      reason,
      details: evidenceDetails(approvalEvidence),
    });
  });
}

/** The certificate, held against the anchors and the date of this moment. */
function certificateOf(
  { certificates, numbers, clock }: Context,
  { sealedCertificate, cardKey }: ProvedCard,
): VerifiedCertificate | Refused {
  const verdict = certificates.verify(numbers.open(sealedCertificate, cardKey), clock.now());
  if (verdict.outcome === 'verified') return verdict.certificate;
  return { outcome: 'refused', reason: 'certificate-refused', certificateReason: verdict.reason };
}

async function approve(
  context: Context,
  tables: Tables,
  id: string,
  { proof, evidence }: Confirmed,
  approver: Actor,
): Promise<ApprovalOutcome> {
  const registration = await requireRegistration(tables, id);
  const problem = await approvalProblem(tables, registration, approver);
  if (problem !== undefined || registration.origin !== 'invitation') {
    return refused(problem ?? 'registration-not-pending');
  }
  const certificate = certificateOf(context, proof);
  if ('outcome' in certificate) return certificate;
  const cardId = context.secrets.id() as CardId;
  const now = context.clock.now();
  const decided: InvitedRegistration = {
    ...registration,
    state: 'approved',
    approvalEvidence: evidence,
    decidedBy: approver,
    decidedAt: now,
    cardId,
  };
  if (!(await tables.registrations.update(decided, 'pending'))) return refused('registration-not-pending');
  const card = cardOf(cardId, registration, proof);
  await tables.cards.add(card);
  await tables.audit.append({
    at: now,
    type: 'registration.approved',
    actor: approver,
    subject: registration.registrationId,
    details: { card: cardId, person: registration.personId, ocsp: 'good', ...evidenceDetails(evidence) },
  });
  await replaceOlderCards(context, tables, card, approver);
  await tellOfDecision(context, tables, decided);
  return { outcome: 'approved', cardId };
}

/** Refuses a registration; the person is free to begin another. @throws {InvalidInput} `ERR_REGISTRATION_UNKNOWN` */
export async function rejectRegistration(
  context: Pick<FlowContext, 'record' | 'clock' | 'audit' | 'secrets'>,
  { registration: id, approver, reason }: { registration: string; approver: Actor; reason?: string },
): Promise<{ readonly outcome: 'rejected' } | Refused> {
  const outcome = await context.record.change(async (tables) => {
    const registration = await requireRegistration(tables, id);
    const problem = await entitlementProblem(tables, registration, approver);
    if (problem !== undefined) return refused(problem);
    const now = context.clock.now();
    const decided: Registration = { ...registration, state: 'rejected', decidedBy: approver, decidedAt: now };
    if (!(await tables.registrations.update(decided, 'pending'))) return refused('registration-not-pending');
    await tables.audit.append({
      at: now,
      type: 'registration.rejected',
      actor: approver,
      subject: id,
      // The words are for the person alone: what people write may name people, and the trail is for ever.
      details: { reasonGiven: reason !== undefined },
    });
    await tellOfDecision(context, tables, decided, reason);
    return { outcome: 'rejected' as const };
  });
  if (outcome.outcome === 'refused') await auditRefusal(context, 'reject', id, approver, outcome);
  return outcome;
}

function refused(reason: ApprovalRefusal): Refused {
  return { outcome: 'refused', reason };
}

async function auditRefusal(
  { audit, clock }: Pick<FlowContext, 'audit' | 'clock'>,
  asked: 'approve' | 'reject',
  subject: string,
  approver: Actor,
  { reason, certificateReason }: Refused,
): Promise<void> {
  const certificate = certificateReason === undefined ? {} : { certificate: certificateReason };
  await audit.append({
    at: clock.now(),
    type: 'registration.refused',
    actor: approver,
    subject,
    reason,
    details: { asked, ...certificate },
  });
}
