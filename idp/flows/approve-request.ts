import type { CardId } from '../domain/card.ts';
import type { Actor, RequestedRegistration } from '../domain/registration.ts';
import type { Tables } from '../ports/system-record.ts';
import { type ApprovalRefusal, approvalProblem } from './approval-rules.ts';
import type { FlowContext } from './context.ts';
import { requestedCardOf } from './registered-cards.ts';
import { requireRegistration } from './require.ts';
import { tellOfDecision } from './tell-of-decision.ts';

type Outcome =
  | { readonly outcome: 'approved'; readonly cardId: CardId }
  | { readonly outcome: 'refused'; readonly reason: ApprovalRefusal };

/**
 * Makes a card of what a device asked for, within one change. Nobody can be asked whether the number is this person's
 * card: the approver says that they saw both, and that the person agreed.
 */
export async function approveRequest(
  context: Pick<FlowContext, 'clock' | 'secrets'>,
  tables: Tables,
  {
    id,
    approver,
    faceToFace,
  }: { readonly id: string; readonly approver: Actor; readonly faceToFace: boolean },
): Promise<Outcome> {
  const registration = await requireRegistration(tables, id);
  const problem = await approvalProblem(tables, registration, approver);
  if (problem !== undefined || registration.origin !== 'device') {
    return refused(problem ?? 'registration-not-pending');
  }
  if (!faceToFace) return refused('face-to-face-required');
  const cardId = context.secrets.id() as CardId;
  const at = context.clock.now();
  const decided: RequestedRegistration = {
    ...registration,
    ...{ state: 'approved', faceToFace: true, decidedBy: approver, decidedAt: at, cardId },
  };
  if (!(await tables.registrations.update(decided, 'pending'))) return refused('registration-not-pending');
  await tables.cards.add(requestedCardOf(cardId, registration, registration.requested, at));
  await tables.audit.append({
    at,
    type: 'registration.approved',
    actor: approver,
    subject: id,
    details: { card: cardId, person: registration.personId, client: registration.clientId, faceToFace },
  });
  await tellOfDecision(context, tables, decided);
  return { outcome: 'approved', cardId };
}

function refused(reason: ApprovalRefusal): Outcome {
  return { outcome: 'refused', reason };
}
