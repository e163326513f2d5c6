import { hash } from 'node:crypto';
import type { CardId, CardKey } from '../domain/card.ts';
import { Fault } from '../domain/fault.ts';
import type { Instant } from '../domain/instant.ts';
import type { PersonId } from '../domain/person.ts';
import type { Actor, Registration, RegistrationId, SealedEvidence } from '../domain/registration.ts';
import type { FlowContext } from './context.ts';
import { requireRegistration } from './require.ts';

/** A responder's answer that stood behind a registration. Only "good" ever does. */
export interface KeptAnswer {
  readonly step: 'proof' | 'approval';
  /** When the card was held, or the registration approved. */
  readonly at: Instant;
  readonly responder: string;
  readonly answer: 'good';
  readonly producedAt: Instant;
  /** Of the response, in hex: the same stands in the audit trail. */
  readonly sha256: string;
  /** The OCSPResponse in DER, where it was asked for. @see RFC 6960 §4.2.1 */
  readonly response?: Uint8Array;
}

export interface RegistrationEvidence {
  readonly registrationId: RegistrationId;
  readonly personId: PersonId;
  readonly state: Registration['state'];
  readonly cardId?: CardId;
  readonly answers: readonly KeptAnswer[];
}

/**
 * What the issuer's responder said of a card when it was proved and when it was approved. To open the answers themselves
 * is told in the trail before they are handed out, and only if they can be: they name the certificate's serial number.
 * @param request.id of a registration, or of the card that it became
 * @throws {InvalidInput} `ERR_REGISTRATION_UNKNOWN`
 * @throws {Fault} `ERR_KEYS_UNAVAILABLE`, `ERR_RECORD_UNAVAILABLE` when an answer is not what was kept.
 */
export async function showEvidence(
  context: Pick<FlowContext, 'record' | 'numbers' | 'audit' | 'clock'>,
  request: { readonly id: string; readonly open: boolean; readonly actor: Actor },
): Promise<RegistrationEvidence> {
  const { record, audit, clock } = context;
  const registration =
    (await record.registrations.findByCard(request.id as CardId)) ??
    (await requireRegistration(record, request.id));
  const { registrationId, personId, state, cardId } = registration;
  const kept = keptIn(registration);
  const answers = kept.map(({ step, at, evidence, cardKey }) => ({
    ...{ step, at, answer: 'good' as const },
    ...described(evidence),
    ...(request.open ? { response: opened(context, evidence, cardKey) } : {}),
  }));
  // Not before all of them can be handed out, and before any of them is.
  if (request.open && kept.length > 0) {
    await audit.append({
      at: clock.now(),
      type: 'registration.evidence-opened',
      actor: request.actor,
      subject: registrationId,
      details: { answers: kept.length },
    });
  }
  return {
    ...{ registrationId, personId, state },
    ...(cardId === undefined ? {} : { cardId }),
    answers,
  };
}

interface Kept extends Pick<KeptAnswer, 'step' | 'at'> {
  readonly evidence: SealedEvidence;
  readonly cardKey: CardKey;
}

function keptIn(registration: Registration): readonly Kept[] {
  if (registration.origin !== 'invitation' || registration.proof === undefined) return [];
  const { proof, approvalEvidence, decidedAt } = registration;
  const { cardKey, provedAt, ocspEvidence } = proof;
  return [
    ...(ocspEvidence ? [{ step: 'proof' as const, at: provedAt, evidence: ocspEvidence, cardKey }] : []),
    ...(approvalEvidence
      ? [{ step: 'approval' as const, at: decidedAt ?? 0, evidence: approvalEvidence, cardKey }]
      : []),
  ];
}

function described({ responder, producedAt, sha256 }: SealedEvidence): Omit<SealedEvidence, 'sealed'> {
  return { responder, producedAt, sha256 };
}

function opened(
  { numbers }: Pick<FlowContext, 'numbers'>,
  { sealed, sha256 }: SealedEvidence,
  cardKey: CardKey,
): Uint8Array {
  const response = numbers.open(sealed, cardKey);
  if (hash('sha256', response, 'hex') === sha256) return response;
  throw new Fault('ERR_RECORD_UNAVAILABLE', 'A kept answer is not the one whose hash was kept with it.');
}
