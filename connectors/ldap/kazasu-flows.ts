import type { AuditEvent } from '../../idp/domain/audit-event.ts';
import { whenKnown } from '../../idp/domain/maybe-promise.ts';
import {
  bindPerson,
  type PersonBindOutcome as FlowOutcome,
  type PersonBindRefusal,
} from '../../idp/flows/bind-person.ts';
import type { FlowContext } from '../../idp/flows/context.ts';
import { findGroups, findPeople } from '../../idp/flows/find-people.ts';
import { logInFromDevice } from '../../idp/flows/log-in-from-device.ts';
import { requestEnrolment } from '../../idp/flows/request-enrolment.ts';
import { stillAdmitted } from '../../idp/flows/still-admitted.ts';
import { cardLoginOf, createAtHandFlows, toldOf } from './at-hand-flows.ts';
import type {
  BoundDevice,
  LdapFlows,
  PeopleOutcome,
  PeopleQuery,
  PersonBindOutcome,
} from './directory-service.ts';

/** The façade's questions, answered by the flows that decide for every protocol. */
export function createLdapFlows(system: FlowContext): LdapFlows {
  const { audit } = system;
  const atHand = createAtHandFlows(system);
  const { stillBound } = atHand;
  const context = { ...system, audit: { append: (event: AuditEvent) => audit.note(event) } };
  const askedOfRecord = async ({ device, ...lookUp }: PeopleQuery): Promise<PeopleOutcome> => {
    const policy = stillBound(device)?.policy;
    return policy
      ? { outcome: 'found', ...(await findPeople(context, policy, lookUp)) }
      : { outcome: 'device-denied' };
  };
  return {
    settle: atHand.settle,
    bindDevice: atHand.bindDevice,
    bindCertificate: atHand.bindCertificate,
    noteDecision: atHand.noteDecision,
    logInWithCard: (request) =>
      atHand.logInWithCard(request) ?? whenKnown(logInFromDevice(context, cardLoginOf(request)), toldOf),
    bindPerson({ device, channel, ...request }) {
      const boundDevice = device && (stillBound(device) ?? 'disabled');
      const outcome = bindPerson(context, { ...request, secure: channel === 'tls', boundDevice });
      return outcome.then((known) => personOutcomeOf(known, device));
    },
    async stillAdmits({ device, ...person }) {
      const policy = stillBound(device)?.policy;
      return policy !== undefined && stillAdmitted(context, policy, person);
    },
    findPeople: (query) => atHand.findPeople(query) ?? askedOfRecord(query),
    async requestEnrolment({ device, channel, ...request }) {
      if (stillBound(device) === undefined) return { outcome: 'device-denied' };
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
