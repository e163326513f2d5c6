import type { AuditEvent } from '../../idp/domain/audit-event.ts';
import { nobodysNumber } from '../../idp/domain/card.ts';
import type { Instant } from '../../idp/domain/instant.ts';
import { whenKnown } from '../../idp/domain/maybe-promise.ts';
import { actor } from '../../idp/domain/registration.ts';
import { type BindOutcome, bindDevice, bindDeviceByCertificate } from '../../idp/flows/bind-device.ts';
import {
  bindPerson,
  type PersonBindOutcome as FlowOutcome,
  type PersonBindRefusal,
} from '../../idp/flows/bind-person.ts';
import type { FlowContext } from '../../idp/flows/context.ts';
import { findGroups, findPeople } from '../../idp/flows/find-people.ts';
import type { KnownClients } from '../../idp/flows/known-clients.ts';
import { logInFromDevice } from '../../idp/flows/log-in-from-device.ts';
import type { CardLoginOutcome } from '../../idp/flows/log-in-with-card.ts';
import { requestEnrolment } from '../../idp/flows/request-enrolment.ts';
import { stillAdmitted } from '../../idp/flows/still-admitted.ts';
import type { LdapClient } from '../../idp/ports/clients.ts';
import { BoundClient } from './bound-client.ts';
import type {
  BoundDevice,
  CardLogInOutcome,
  DeviceBindOutcome,
  DirectoryDecision,
  LdapFlows,
  PersonBindOutcome,
} from './directory-service.ts';

/** The façade's questions, answered by the flows that decide for every protocol. */
export function createLdapFlows(system: FlowContext): LdapFlows {
  const { audit, clients } = system;
  // Nothing waits for its own line: everything of one turn is written before the first of its answers leaves.
  const context = { ...system, audit: { append: (event: AuditEvent) => audit.note(event) } };
  /** Asked for every operation: a disabled device, or a rotated secret, ends connections that are open already. */
  const stillBound = ({ clientId, credential }: BoundDevice) => {
    const client = context.clients.find(clientId);
    if (client?.protocol !== 'ldap' || client.policy.clientState !== 'active') return undefined;
    const proved = client.secretHash === credential || client.certificateSha256s.includes(credential);
    return proved ? client : undefined;
  };
  return {
    settle: () => audit.settle(),
    bindDevice({ name, secret, remoteAddress, channel, way }) {
      const secure = channel === 'tls';
      const request = { name, secret, remoteAddress, secure, forCard: way === 'card-bind' };
      return whenKnown(bindDevice(context, request), (known) =>
        outcomeOf(clients, known, ({ secretHash }) => secretHash),
      );
    },
    bindCertificate(request) {
      const outcome = bindDeviceByCertificate(context, request);
      return whenKnown(outcome, (known) => outcomeOf(clients, known, () => request.certificateSha256));
    },
    logInWithCard({ device, number, way }) {
      if (stillBound(device) === undefined) return deviceDenied;
      const { clientId, profile } = device;
      const sent =
        number === undefined
          ? { number: nobodysNumber(profile.spelling.kind), spelledOtherwise: true as const }
          : { number };
      return whenKnown(logInFromDevice(context, { clientId, ...sent, way }), toldOf);
    },
    noteDecision: (decision) => audit.note(eventOf(decision, system.clock.now())),
    bindPerson({ device, channel, ...request }) {
      const boundDevice = device && (stillBound(device) ?? 'disabled');
      const outcome = bindPerson(context, { ...request, secure: channel === 'tls', boundDevice });
      return outcome.then((known) => personOutcomeOf(known, device));
    },
    async stillAdmits({ device, ...person }) {
      const policy = stillBound(device)?.policy;
      return policy !== undefined && stillAdmitted(context, policy, person);
    },
    async findPeople({ device, ...lookUp }) {
      const policy = stillBound(device)?.policy;
      return policy
        ? { outcome: 'found', ...(await findPeople(context, policy, lookUp)) }
        : { outcome: 'device-denied' };
    },
    async requestEnrolment({ device, channel, ...request }) {
      if (stillBound(device) === undefined) return deviceDenied;
      const asked = { ...request, clientId: device.clientId, secure: channel === 'tls' };
      return requestEnrolment(context, asked);
    },
    async findGroups({ device, ...lookUp }) {
      const policy = stillBound(device)?.policy;
      return policy
        ? { outcome: 'found', ...(await findGroups(context, policy, lookUp)) }
        : { outcome: 'device-denied' };
    },
  };
}

/** What is taken of a bind or a modify leaves an event of its own. */
const eventTypes: { readonly [op in DirectoryDecision['op']]: AuditEvent['type'] } = {
  bind: 'client.bind-refused',
  modify: 'registration.refused',
  search: 'directory.searched',
  compare: 'directory.searched',
};

function eventOf(
  { op, device, asPerson, rule, result, entries, remoteAddress }: DirectoryDecision,
  at: Instant,
): AuditEvent {
  return {
    at,
    type: eventTypes[op],
    actor: actor('client', device?.clientId ?? 'unknown'),
    reason: rule,
    details: {
      address: remoteAddress,
      ...(asPerson ? { asPerson } : {}),
      ...(op === 'search' ? { entries } : op === 'bind' ? {} : { op }),
      result,
    },
  };
}

const deviceDenied = { outcome: 'device-denied' } as const;

/** What the façade may know of a decision. */
function toldOf(outcome: CardLoginOutcome): CardLogInOutcome {
  return outcome.outcome === 'granted'
    ? { outcome: 'granted', person: outcome.person, cardId: outcome.cardId }
    : { outcome: 'denied', reason: outcome.reason };
}

function outcomeOf(
  clients: KnownClients,
  outcome: BindOutcome,
  credentialOf: (device: LdapClient) => string,
): DeviceBindOutcome {
  if (outcome.outcome === 'refused') {
    const confidential = outcome.reason === 'plaintext-not-allowed';
    return { outcome: 'denied', reason: confidential ? 'confidentiality-required' : 'invalid-credentials' };
  }
  return { outcome: 'bound', device: new BoundClient(clients, outcome.device, credentialOf(outcome.device)) };
}

/** @param bound what proved the device on this connection; where nothing did, its secret must stay what it is now */
function personOutcomeOf(outcome: FlowOutcome, bound: BoundDevice | undefined): PersonBindOutcome {
  if (outcome.outcome === 'refused') return { outcome: 'denied', reason: told(outcome.reason) };
  const { name, policy, profile, secretHash } = outcome.device;
  const { clientId } = policy;
  const credential = bound?.clientId === clientId ? bound.credential : secretHash;
  const { person, cardId } = outcome;
  return {
    ...{ outcome: 'bound', device: { clientId, name, profile, credential }, person },
    ...(cardId === undefined ? {} : { cardId }),
  };
}

/** What whoever binds is told of a refusal. */
function told(reason: PersonBindRefusal): (PersonBindOutcome & { readonly outcome: 'denied' })['reason'] {
  switch (reason) {
    case 'plaintext-not-allowed':
      return 'confidentiality-required';
    case 'way-not-allowed':
    case 'no-directory':
      return 'not-offered';
    case 'too-many-tries':
    case 'too-many-waiting':
      return 'busy';
    default:
      return 'invalid-credentials';
  }
}
