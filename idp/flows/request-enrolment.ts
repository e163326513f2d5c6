import type { CardId, CardNumber } from '../domain/card.ts';
import type { WriteBack } from '../domain/device-profile.ts';
import type { ClientId } from '../domain/login-policy.ts';
import { hoursProblem } from '../domain/person-problem.ts';
import {
  actor,
  type RegistrationId,
  type RequestableNumber,
  type RequestedRegistration,
  type RequestRefusal,
} from '../domain/registration.ts';
import type { WritesEvents } from '../ports/audit-trail.ts';
import type { LdapClient } from '../ports/clients.ts';
import type { Tables } from '../ports/system-record.ts';
import type { FlowContext } from './context.ts';
import { queueNotice } from './queue-notice.ts';
import { quotaProblem, standingOf } from './request-rules.ts';
import { stillAdmitted } from './still-admitted.ts';

export interface EnrolmentRequest {
  readonly clientId: ClientId;
  /** Of the person who is bound on the connection. */
  readonly uid: string;
  /** The card that let them in: stopped since then, it asks for no other. */
  readonly cardId?: CardId;
  readonly boundBy: RequestedRegistration['boundBy'];
  readonly number: CardNumber;
  readonly secure: boolean;
}

export type EnrolmentOutcome =
  | {
      readonly outcome: 'requested';
      readonly registrationId: RegistrationId;
      /** The card is, or waits to be, somebody else's: a guess, of which whoever asked hears nothing. */
      readonly isOfAnother: boolean;
    }
  | { readonly outcome: 'refused'; readonly reason: RequestRefusal };

type Context = Pick<FlowContext, 'record' | 'clock' | 'secrets' | 'numbers' | 'clients'> & {
  readonly audit: WritesEvents;
};

/**
 * A device wrote a card number into the entry of the person who is bound there: it becomes a registration that waits for
 * an approver who has person and card before them. A number that somebody else has is taken like any other and refused
 * at the approval, so that nobody finds out numbers by asking for them.
 */
export async function requestEnrolment(
  context: Context,
  request: EnrolmentRequest,
): Promise<EnrolmentOutcome> {
  const asked = askedOf(context, request);
  const outcome =
    'outcome' in asked
      ? asked
      : await context.record.change((tables) => take(context, tables, request, asked));
  if (outcome.outcome === 'refused') await auditRefusal(context, request, outcome.reason);
  return outcome;
}

/** What the device may ask for at all. */
interface Asked {
  readonly device: LdapClient;
  readonly writeBack: WriteBack;
  readonly number: RequestableNumber;
}

function askedOf({ clients }: Context, { clientId, number, secure }: EnrolmentRequest): Asked | Refused {
  const device = clients.find(clientId);
  if (device?.protocol !== 'ldap' || device.policy.clientState !== 'active')
    return refused('device-disabled');
  if (!secure && !device.allowPlaintext) return refused('confidentiality-required');
  const { writeBack } = device.profile;
  if (writeBack === undefined) return refused('write-back-not-allowed');
  if (number.kind === 'jpki') return refused('signature-required');
  return { device, writeBack, number };
}

/** One change: of many requests at once, no more are taken than the day allows. */
async function take(
  context: Context,
  tables: Tables,
  request: EnrolmentRequest,
  { device, writeBack, number }: Asked,
): Promise<EnrolmentOutcome> {
  const now = context.clock.now();
  const [person] = await tables.people.findBy('uid', request.uid, 1);
  const isAdmitted = await stillAdmitted({ record: tables }, device.policy, request);
  if (person === undefined || !isAdmitted || hoursProblem(device.policy, now) !== undefined) {
    return refused('person-not-admitted');
  }
  const cardKey = context.numbers.keyOf(number);
  const standing = await standingOf(tables, cardKey, person);
  if (standing.outcome === 'registered') return refused('card-already-registered');
  // Counted once: a device that slows down while one number is repeated would tell that somebody has it.
  if (standing.outcome === 'waiting') return { ...standing, outcome: 'requested', isOfAnother: false };
  const quota = await quotaProblem(tables, { person, device, writeBack }, now);
  if (quota !== undefined) return refused(quota);
  const registration: RequestedRegistration = {
    origin: 'device',
    registrationId: context.secrets.id() as RegistrationId,
    personId: person.personId,
    organizationId: person.organizationId,
    clientId: request.clientId,
    boundBy: request.boundBy,
    state: 'pending',
    begunAt: now,
    requested: {
      ...{ cardKey, kind: number.kind },
      sealedNumber: context.numbers.seal(new TextEncoder().encode(number.value), cardKey),
    },
  };
  const { isOfAnother } = standing;
  await keep(context, tables, { registration, device, isOfAnother });
  return { outcome: 'requested', registrationId: registration.registrationId, isOfAnother };
}

async function keep(
  context: Context,
  tables: Tables,
  {
    registration,
    device,
    isOfAnother,
  }: { registration: RequestedRegistration; device: LdapClient; isOfAnother: boolean },
): Promise<void> {
  const { registrationId, personId, clientId, boundBy, requested, begunAt } = registration;
  await tables.registrations.add(registration);
  await tables.audit.append({
    at: begunAt,
    type: 'registration.requested',
    actor: actor('client', clientId),
    subject: registrationId,
    details: { person: personId, boundBy, kind: requested.kind, cardOfAnother: isOfAnother },
  });
  const words = { ja: device.name, en: device.name };
  await queueNotice(context, tables, {
    ...{ kind: 'registration-requested', about: registrationId, personId, words },
  });
}

type Refused = Extract<EnrolmentOutcome, { readonly outcome: 'refused' }>;

function refused(reason: RequestRefusal): Refused {
  return { outcome: 'refused', reason };
}

async function auditRefusal(
  { audit, record, clock }: Context,
  { clientId, uid, boundBy }: EnrolmentRequest,
  reason: RequestRefusal,
): Promise<void> {
  const [person] = await record.people.findBy('uid', uid, 1);
  await audit.append({
    at: clock.now(),
    type: 'registration.refused',
    actor: actor('client', clientId),
    ...(person === undefined ? {} : { subject: person.personId }),
    reason,
    details: { asked: 'request', boundBy },
  });
}
