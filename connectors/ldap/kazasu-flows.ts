import type { AuditEvent } from '../../idp/domain/audit-event.ts';
import { whenKnown } from '../../idp/domain/maybe-promise.ts';
import {
  bindPerson,
  type PersonBindOutcome as FlowOutcome,
  type PersonBindRefusal,
} from '../../idp/flows/bind-person.ts';
import type { FlowContext } from '../../idp/flows/context.ts';
import { findGroups, findPeople } from '../../idp/flows/find-people.ts';
import type { KnownClients } from '../../idp/flows/known-clients.ts';
import { logInFromDevice } from '../../idp/flows/log-in-from-device.ts';
import { requestEnrolment } from '../../idp/flows/request-enrolment.ts';
import { stillAdmitted } from '../../idp/flows/still-admitted.ts';
import type { LdapClient } from '../../idp/ports/clients.ts';
import { cardLoginOf, createAtHandFlows, toldOf } from './at-hand-flows.ts';
import { BoundClient } from './bound-client.ts';
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
  const { clients } = system;
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
      return outcome.then((known) => personOutcomeOf(clients, known, device, request.certificateSha256));
    },
    async stillAdmits({ device, by, ...person }) {
      const client = stillBound(device);
      if (client === undefined || !client.profile.ways.includes(by)) return false;
      return stillAdmitted(context, client.policy, person);
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

/** @param bound the device that proved itself on this connection; @param sha256 of the certificate that it shows */
function personOutcomeOf(
  clients: KnownClients,
  outcome: FlowOutcome,
  bound: BoundDevice | undefined,
  sha256: string | undefined,
): PersonBindOutcome {
  if (outcome.outcome === 'refused') return { outcome: 'denied', reason: told(outcome.reason) };
  const { device, person, cardId } = outcome;
  const credential = bound?.credential ?? shownBy(device, sha256);
  return {
    ...{ outcome: 'bound', device: new BoundClient(clients, device, credential, () => undefined), person },
    ...(cardId === undefined ? {} : { cardId }),
  };
}

/** What must stay as it is for people to stay bound: the certificate that names the device; its secret where none does. */
function shownBy({ certificateSha256s, secretHash }: LdapClient, sha256: string | undefined): string {
  return sha256 !== undefined && certificateSha256s.includes(sha256) ? sha256 : secretHash;
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
