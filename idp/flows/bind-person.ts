import type { CardId } from '../domain/card.ts';
import type { LoginDecision } from '../domain/decide-login.ts';
import {
  decidePersonBind,
  type PersonBindDecision,
  type PersonBindDenial,
} from '../domain/decide-person-bind.ts';
import type { Person } from '../domain/person.ts';
import { actor } from '../domain/registration.ts';
import type { LdapClient } from '../ports/clients.ts';
import { addressAllowed } from './bind-device.ts';
import type { FlowContext } from './context.ts';
import { deviceOfBind } from './device-of-bind.ts';
import type { CardLoginContext } from './log-in-with-card.ts';
import { type OwnCardLogin, waitForOwnCard } from './wait-for-own-card.ts';

/** Somebody binds as `uid=…,ou=people`. */
export interface PersonBindRequest {
  /** As it was typed. */
  readonly uid: string;
  readonly password: string;
  readonly remoteAddress: string;
  readonly secure: boolean;
  /** The device account that bound last on this connection; `disabled` where that one may no longer. */
  readonly boundDevice: LdapClient | 'disabled' | undefined;
  /** Of the TLS client certificate that the handshake proved, in hex. */
  readonly certificateSha256: string | undefined;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/** Why the bind was refused. `too-many-…` is told as busy (51), what is offered to nobody as 53, the rest as 49. */
export type PersonBindRefusal =
  | PersonBindDenial
  | 'plaintext-not-allowed'
  | 'device-unknown'
  | 'device-ambiguous'
  | 'device-disabled'
  | 'no-directory'
  | 'address-not-allowed'
  | 'too-many-tries'
  | 'too-many-waiting';

export type PersonBindOutcome =
  | {
      readonly outcome: 'bound';
      readonly device: LdapClient;
      readonly person: Person;
      /** The card that was held. */
      readonly cardId?: CardId;
    }
  | { readonly outcome: 'refused'; readonly reason: PersonBindRefusal };

type Context = CardLoginContext & Pick<FlowContext, 'record' | 'passwords' | 'tapWaits'>;

/** A bind whose device is found. */
interface Attempt {
  readonly device: LdapClient;
  readonly request: PersonBindRequest;
  readonly person: Person | undefined;
}

/**
 * Lets somebody in as a person, by the rules of the device where it happens, and writes it down before the answer. An
 * unknown person goes the same way as a known one with a wrong password.
 * @throws {Fault} when the directory above, the record or the trail cannot be asked.
 */
export async function bindPerson(context: Context, request: PersonBindRequest): Promise<PersonBindOutcome> {
  const device = admittedDevice(context, request);
  if (typeof device === 'string') {
    const { boundDevice } = request;
    const known = boundDevice === 'disabled' ? undefined : boundDevice;
    return refuse(context, { request, device: known, person: undefined }, device);
  }
  const people = await context.record.people.findBy('uid', request.uid, 2);
  const person = people.length === 1 ? people[0] : undefined;
  const attempt = { device, request, person };
  const early = decide(context, attempt, 'not-asked', 'none');
  if (early.outcome === 'denied' && isOfDevice(early.reason)) {
    return refuse(context, attempt, early.reason);
  }
  if (device.profile.personBind?.password === true && !context.passwords.areOffered) {
    return refuse(context, attempt, 'no-directory');
  }
  const password = await passwordWord(context, attempt);
  if (password === 'stopped') return refuse(context, attempt, 'too-many-tries');
  // Known only to whoever has the password: nobody else may wait, or learn that waiting is what follows.
  const card = password === 'wrong' ? undefined : await ownCard(context, attempt);
  if (card === 'too-many') return refuse(context, attempt, 'too-many-waiting');
  // Whoever was suspended meanwhile is not let in.
  const personNow = person && (await context.record.people.find(person.personId));
  return conclude(context, { ...attempt, person: personNow }, password, card);
}

/** What is so whoever binds: nothing need be asked of anybody. */
function isOfDevice(reason: PersonBindDenial): boolean {
  return ['client-disabled', 'way-not-allowed', 'outside-hours'].includes(reason);
}

function admittedDevice({ clients }: Context, request: PersonBindRequest): LdapClient | PersonBindRefusal {
  // People's passwords: never in clear, whatever was allowed to the device.
  if (!request.secure) return 'plaintext-not-allowed';
  const { boundDevice, certificateSha256, remoteAddress } = request;
  const certifiedDevice =
    certificateSha256 === undefined ? undefined : clients.findByCertificate(certificateSha256);
  const device = deviceOfBind({ boundDevice, certifiedDevice, remoteAddress }, clients.devices());
  if (typeof device === 'string') return device;
  if (!device.profile.ways.includes('person-bind')) return 'way-not-allowed';
  return addressAllowed(device.addresses, remoteAddress) ? device : 'address-not-allowed';
}

async function passwordWord(
  { passwords }: Context,
  { device, request, person }: Attempt,
): Promise<'right' | 'wrong' | 'stopped' | 'not-asked'> {
  if (device.profile.personBind?.password !== true) return 'not-asked';
  const { uid, password, remoteAddress } = request;
  return person === undefined
    ? passwords.checkUnknown(uid, password, remoteAddress)
    : passwords.check(person, password, remoteAddress);
}

async function ownCard(
  context: Context,
  { device, request, person }: Attempt,
): Promise<OwnCardLogin | 'too-many' | undefined> {
  const { personBind, policy } = { ...device, ...device.profile };
  if (personBind?.tap !== true) return undefined;
  const { clientId } = policy;
  const { signal } = request;
  return waitForOwnCard(context, {
    ...{ clientId, personId: person?.personId, seconds: personBind.waitSeconds, signal },
  });
}

function decide(
  { clients, clock }: Context,
  { device, person }: Attempt,
  password: 'right' | 'wrong' | 'not-asked',
  tap: LoginDecision | 'none',
): PersonBindDecision {
  // As it stands at this moment: meanwhile the device may have been stopped.
  const known = clients.find(device.policy.clientId);
  if (known?.protocol !== 'ldap') return { outcome: 'denied', reason: 'client-disabled' };
  const { policy, profile } = known;
  return decidePersonBind({ person, password, tap }, profile.personBind, policy, clock.now());
}

async function conclude(
  context: Context,
  attempt: Attempt,
  password: 'right' | 'wrong' | 'not-asked',
  card: OwnCardLogin | undefined,
): Promise<PersonBindOutcome> {
  const { device, person } = attempt;
  const decision = decide(context, attempt, password, card?.outcome ?? 'none');
  if (decision.outcome === 'denied' || person === undefined) {
    const reason = decision.outcome === 'denied' ? decision.reason : 'person-unknown';
    return refuse(context, attempt, reason);
  }
  const cardId = card?.outcome.outcome === 'granted' ? card.outcome.cardId : undefined;
  const { acr, personId } = decision;
  await context.audit.append({
    at: context.clock.now(),
    type: 'login.granted',
    actor: actor('client', device.policy.clientId),
    subject: cardId ?? personId,
    details: { ...card?.details, acr, amr: decision.amr.join(' '), person: personId, way: 'person-bind' },
  });
  return { outcome: 'bound', device, person, ...(cardId === undefined ? {} : { cardId }) };
}

async function refuse(
  { audit, clock }: Context,
  { request, device, person }: Omit<Attempt, 'device'> & { readonly device: LdapClient | undefined },
  reason: PersonBindRefusal,
): Promise<PersonBindOutcome> {
  await audit.append({
    at: clock.now(),
    type: 'login.denied',
    actor: actor('client', device?.policy.clientId ?? 'unknown'),
    ...(person === undefined ? {} : { subject: person.personId }),
    reason,
    details: { address: request.remoteAddress, way: 'person-bind' },
  });
  return { outcome: 'refused', reason };
}
