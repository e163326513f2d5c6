import type { Person } from '../domain/person.ts';
import { type Actor, actor, type InvitedRegistration, type Registration } from '../domain/registration.ts';
import type { OcspAnswer } from '../ports/jpki.ts';
import type { ReadTables } from '../ports/system-record.ts';
import { bindingOf, candidateOf } from './registered-cards.ts';

/** Why an approval does not stand: everything is looked at again at that moment. A closed set. */
export type ApprovalRefusal =
  | EntitlementRefusal
  | 'registration-not-pending'
  | 'approver-is-holder'
  | 'approver-is-inviter'
  | 'person-suspended'
  | 'person-left'
  | 'person-moved'
  | 'certificate-refused'
  | 'card-revoked'
  | 'card-revoked-by-list'
  | 'card-on-hold'
  | 'card-suspended'
  | 'card-unknown-to-issuer'
  | 'ocsp-older-than-proof'
  | 'card-already-registered'
  | 'card-registered-to-another'
  | 'card-already-pending'
  | 'card-pending-for-another'
  | 'face-to-face-required';

/** Why somebody may not decide: neither yes nor no. */
export type EntitlementRefusal = 'approver-not-entitled' | 'approver-of-another-organization';

type Tables = Pick<ReadTables, 'people' | 'cards' | 'registrations'>;

/**
 * Whether a registration may be approved by this actor, as the record stands now: asked before the responder is, and
 * again inside the change, because much can happen in between.
 */
export async function approvalProblem(
  tables: Tables,
  registration: Registration,
  approver: Actor,
): Promise<ApprovalRefusal | undefined> {
  const { state, personId } = registration;
  if (state !== 'pending' || candidateOf(registration) === undefined) return 'registration-not-pending';
  if (approver === actor('person', personId)) return 'approver-is-holder';
  return (
    (registration.origin === 'invitation' ? invitedProblem(registration, approver) : undefined) ??
    (await entitlementProblem(tables, registration, approver)) ??
    personProblem(await tables.people.find(personId), registration) ??
    (await bindingProblem(tables, registration))
  );
}

function invitedProblem(
  { inviter, revokedAt, approvalEvidence }: InvitedRegistration,
  approver: Actor,
): ApprovalRefusal | undefined {
  // On the machine itself one operator may do both: whoever is there could write the record as well.
  if (approver === inviter && approver.startsWith('person:')) return 'approver-is-inviter';
  // An approval that did not stand found it out, and kept the answer.
  if (revokedAt !== undefined && approvalEvidence !== undefined) return 'card-revoked';
  return revokedAt === undefined ? undefined : 'card-revoked-by-list';
}

/** People decide for their own organisation, as approvers or administrators; operators of the machine for all. */
export async function entitlementProblem(
  { people }: Pick<ReadTables, 'people'>,
  { organizationId }: Pick<Registration, 'organizationId'>,
  by: Actor,
): Promise<EntitlementRefusal | undefined> {
  if (by.startsWith('os:')) return undefined;
  const person = by.startsWith('person:') ? await people.find(by.slice('person:'.length)) : undefined;
  // Found by id only: a person's uid may read like somebody else's id.
  if (person === undefined || actor('person', person.personId) !== by) return 'approver-not-entitled';
  const mayDecide = person.roles.some((role) => role === 'approver' || role === 'administrator');
  if (person.state !== 'active' || !mayDecide) return 'approver-not-entitled';
  return person.organizationId === organizationId ? undefined : 'approver-of-another-organization';
}

function personProblem(
  person: Person | undefined,
  { organizationId }: Registration,
): ApprovalRefusal | undefined {
  if (person === undefined || person.state === 'left') return 'person-left';
  if (person.state === 'suspended') return 'person-suspended';
  return person.organizationId === organizationId ? undefined : 'person-moved';
}

async function bindingProblem(
  tables: Tables,
  registration: Registration,
): Promise<ApprovalRefusal | undefined> {
  const { personId, registrationId } = registration;
  const candidate = candidateOf(registration);
  const binding = candidate && (await bindingOf(tables, candidate, registrationId));
  if (binding === undefined) return undefined;
  const isOwn = binding.personId === personId;
  if (binding.by === 'registration') return isOwn ? 'card-already-pending' : 'card-pending-for-another';
  if (!isOwn) return 'card-registered-to-another';
  if (binding.state === 'suspended') return 'card-suspended';
  return binding.state === 'revoked' ? 'card-revoked' : 'card-already-registered';
}

/** What the issuer's answer means for a card that was proved at `provedAt`. */
export function answerProblem(answer: OcspAnswer, provedAt: number): ApprovalRefusal | undefined {
  if (answer.status === 'unknown') return 'card-unknown-to-issuer';
  if (answer.status === 'revoked')
    return answer.reason === 'certificateHold' ? 'card-on-hold' : 'card-revoked';
  const { boreNonce, producedAt } = answer.evidence;
  // Made for many and before the proof, it says nothing of what happened since; with our nonce it was made just now.
  return !boreNonce && producedAt < provedAt ? 'ocsp-older-than-proof' : undefined;
}
