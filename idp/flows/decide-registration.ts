import type { CardId } from '../domain/card.ts';
import { msPerSecond } from '../domain/instant.ts';
import { type Actor, actor, type ProvedCard, type Registration } from '../domain/registration.ts';
import type { CertificateRefusal } from '../ports/jpki.ts';
import type { Card, Tables } from '../ports/system-record.ts';
import type { FlowContext } from './context.ts';
import { changeAndPublish } from './publish-cards.ts';
import { alreadyBound } from './registered-cards.ts';
import { requireRegistration } from './require.ts';

/** Why an approval does not stand: everything is looked at again at that moment. */
export type ApprovalRefusal =
  | 'registration-not-pending'
  | 'approver-is-holder'
  | 'person-not-active'
  | 'certificate-refused'
  | 'card-revoked'
  | 'card-unknown-to-issuer'
  | 'card-already-registered'
  | 'card-already-pending';

export type ApprovalOutcome =
  | { readonly outcome: 'approved'; readonly cardId: CardId }
  | {
      readonly outcome: 'refused';
      readonly reason: ApprovalRefusal;
      readonly certificateReason?: CertificateRefusal;
    };

type Context = Pick<
  FlowContext,
  'record' | 'cardIndex' | 'clock' | 'secrets' | 'certificates' | 'ocsp' | 'numbers' | 'audit'
>;

/**
 * Makes a proved registration a card. Certificate and OCSP are asked anew; the change is compare-and-set.
 * @throws {InvalidInput} `ERR_REGISTRATION_UNKNOWN`. @throws {Fault} when the responder cannot be asked: try again.
 */
export async function approveRegistration(
  context: Context,
  { registration: id, approver }: { readonly registration: string; readonly approver: Actor },
): Promise<ApprovalOutcome> {
  const registration = await requireRegistration(context.record, id);
  const checked = await recheck(context, registration, approver);
  if (checked.outcome === 'refused') {
    const { clock, audit } = context;
    const { reason } = checked;
    await audit.append({
      at: clock.now(),
      type: 'registration.refused',
      actor: approver,
      subject: id,
      reason,
    });
    return checked;
  }
  return changeAndPublish(context, (tables) =>
    approve(context, tables, registration, checked.proof, approver),
  );
}

async function recheck(
  { clock, certificates, ocsp, numbers }: Context,
  { state, proof, personId, revokedAt }: Registration,
  approver: Actor,
): Promise<
  { readonly outcome: 'good'; readonly proof: ProvedCard } | (ApprovalOutcome & { outcome: 'refused' })
> {
  if (state !== 'pending' || proof === undefined) return refused('registration-not-pending');
  if (approver === actor('person', personId)) return refused('approver-is-holder');
  if (revokedAt !== undefined) return refused('card-revoked');
  const verdict = certificates.verify(numbers.open(proof.sealedCertificate, proof.cardKey), clock.now());
  if (verdict.outcome === 'refused') {
    return { outcome: 'refused', reason: 'certificate-refused', certificateReason: verdict.reason };
  }
  const answer = await ocsp.status(verdict.certificate, clock.now());
  if (answer.status === 'revoked') return refused('card-revoked');
  if (answer.status === 'unknown') return refused('card-unknown-to-issuer');
  return { outcome: 'good', proof: { ...proof, ocspGoodAt: answer.thisUpdate } };
}

async function approve(
  { clock, secrets }: Context,
  tables: Tables,
  before: Registration,
  proof: ProvedCard,
  approver: Actor,
): Promise<ApprovalOutcome> {
  const registration = await requireRegistration(tables, before.registrationId);
  if (registration.state !== 'pending') return refused('registration-not-pending');
  if (registration.revokedAt !== undefined) return refused('card-revoked');
  const person = await tables.people.find(registration.personId);
  if (person?.state !== 'active') return refused('person-not-active');
  const bound = await alreadyBound(tables, proof, registration.registrationId);
  if (bound !== undefined) return refused(bound);
  const cardId = secrets.id() as CardId;
  const now = clock.now();
  const decided: Registration = {
    ...registration,
    state: 'approved',
    decidedBy: approver,
    decidedAt: now,
    cardId,
  };
  if (!(await tables.registrations.update(decided, 'pending'))) return refused('registration-not-pending');
  await tables.cards.add(newCard(cardId, registration, proof));
  await tables.audit.append({
    at: now,
    type: 'registration.approved',
    actor: approver,
    subject: registration.registrationId,
    details: { card: cardId, person: registration.personId, ocsp: 'good' },
  });
  return { outcome: 'approved', cardId };
}

function newCard(cardId: CardId, { personId }: Registration, proof: ProvedCard): Card {
  const {
    cardKey,
    sealedNumber,
    kind,
    profile,
    issuerKeyId,
    notBefore,
    notAfter,
    revocationScope,
    provedAt,
    ocspGoodAt,
  } = proof;
  return {
    cardId,
    cardKey,
    sealedNumber,
    kind,
    personId,
    state: 'active',
    profile,
    notBefore,
    notAfter,
    issuerKeyId,
    // Whole seconds, as the card signed them.
    provedBySignatureAt: Math.floor(provedAt / msPerSecond) * msPerSecond,
    ...(revocationScope === undefined ? {} : { revocationScope }),
    ocspGoodAt,
  };
}

/** Refuses a registration; the person is free to begin another. @throws {InvalidInput} `ERR_REGISTRATION_UNKNOWN` */
export async function rejectRegistration(
  { record, clock }: Pick<FlowContext, 'record' | 'clock'>,
  { registration: id, approver, reason }: { registration: string; approver: Actor; reason?: string },
): Promise<
  { readonly outcome: 'rejected' } | { readonly outcome: 'refused'; readonly reason: ApprovalRefusal }
> {
  return record.change(async (tables) => {
    const registration = await requireRegistration(tables, id);
    const now = clock.now();
    const decided: Registration = { ...registration, state: 'rejected', decidedBy: approver, decidedAt: now };
    if (!(await tables.registrations.update(decided, 'pending'))) return refused('registration-not-pending');
    const said = reason === undefined ? {} : { reason };
    await tables.audit.append({
      at: now,
      type: 'registration.rejected',
      actor: approver,
      subject: id,
      ...said,
    });
    return { outcome: 'rejected' as const };
  });
}

function refused(reason: ApprovalRefusal): { readonly outcome: 'refused'; readonly reason: ApprovalRefusal } {
  return { outcome: 'refused', reason };
}
