import type { AuditEvent } from '../../idp/domain/audit-event.ts';
import { nobodysNumber } from '../../idp/domain/card.ts';
import type { Instant } from '../../idp/domain/instant.ts';
import { type MaybePromise, whenKnown } from '../../idp/domain/maybe-promise.ts';
import { actor } from '../../idp/domain/registration.ts';
import { type BindOutcome, bindDevice, bindDeviceByCertificate } from '../../idp/flows/bind-device.ts';
import type { FlowContext } from '../../idp/flows/context.ts';
import { findPeopleAtHand } from '../../idp/flows/find-people.ts';
import { type DeviceLogin, logInAtHand } from '../../idp/flows/log-in-from-device.ts';
import type { CardLoginOutcome } from '../../idp/flows/log-in-with-card.ts';
import type { LdapClient } from '../../idp/ports/clients.ts';
import type { PeopleAtHand } from '../../idp/ports/people-search.ts';
import { BoundClient } from './bound-client.ts';
import type {
  BoundDevice,
  CardLogInOutcome,
  CardLogInRequest,
  DeviceBindOutcome,
  DirectoryDecision,
  LdapFlows,
  PeopleOutcome,
  PeopleQuery,
} from './directory-service.ts';

/** What the quick questions need: nothing that is not in this thread's memory or a look-up away. */
export type AtHand = Pick<FlowContext, 'clients' | 'freshness' | 'clock' | 'numbers' | 'secrets'> & {
  readonly cardIndex: Pick<FlowContext['cardIndex'], 'find'>;
  readonly audit: Pick<FlowContext['audit'], 'note' | 'settle'>;
  /** Absent where the record is on another machine. */
  readonly peopleAtHand?: PeopleAtHand;
};

/** The questions that are answered wherever that is at hand, beside whoever answers the others. */
export interface AtHandFlows
  extends Pick<LdapFlows, 'settle' | 'bindDevice' | 'bindCertificate' | 'noteDecision'> {
  /** `undefined` where the client wants more than is at hand. */
  logInWithCard(request: CardLogInRequest): MaybePromise<CardLogInOutcome> | undefined;
  /** `undefined` where the record must be asked. */
  findPeople(query: PeopleQuery): PeopleOutcome | undefined;
  /** A device that was bound elsewhere, as one of here; `undefined` where it is bound no longer. */
  boundHere(device: Pick<BoundDevice, 'clientId' | 'credential'>): BoundDevice | undefined;
  /** Asked for every operation: a disabled device, or a rotated secret, ends connections that are open already. */
  stillBound(device: Pick<BoundDevice, 'clientId' | 'credential'>): LdapClient | undefined;
}

/** @param upToDate takes over what an administrator changed in another thread since it was last called */
export function createAtHandFlows(atHand: AtHand, upToDate: () => void = () => undefined): AtHandFlows {
  const { audit, clients } = atHand;
  // Nothing waits for its own line: everything of one turn is written before the first of its answers leaves.
  const context = { ...atHand, audit: { append: (event: AuditEvent) => audit.note(event) } };
  const stillBound: AtHandFlows['stillBound'] = ({ clientId, credential }) => {
    const client = clients.find(clientId);
    if (client?.protocol !== 'ldap' || client.policy.clientState !== 'active') return undefined;
    const proved = client.secretHash === credential || client.certificateSha256s.includes(credential);
    return proved ? client : undefined;
  };
  const bound = (device: LdapClient, credential: string) =>
    new BoundClient(clients, device, credential, upToDate);
  return {
    stillBound,
    boundHere(device) {
      const client = stillBound(device);
      return client && bound(client, device.credential);
    },
    settle: () => audit.settle(),
    bindDevice({ name, secret, remoteAddress, channel, way }) {
      const secure = channel === 'tls';
      const request = { name, secret, remoteAddress, secure, forCard: way === 'card-bind' };
      return whenKnown(bindDevice(context, request), (known) =>
        outcomeOf(known, (device) => bound(device, device.secretHash)),
      );
    },
    bindCertificate(request) {
      const outcome = bindDeviceByCertificate(context, request);
      return whenKnown(outcome, (known) =>
        outcomeOf(known, (device) => bound(device, request.certificateSha256)),
      );
    },
    logInWithCard(request) {
      if (stillBound(request.device) === undefined) return deviceDenied;
      const decided = logInAtHand(context, cardLoginOf(request));
      return decided && whenKnown(decided, toldOf);
    },
    findPeople({ device, ...lookUp }) {
      const policy = stillBound(device)?.policy;
      if (policy === undefined) return deviceDenied;
      const found = findPeopleAtHand(atHand.peopleAtHand, policy, lookUp);
      return found && { outcome: 'found', ...found };
    },
    noteDecision: (decision) => audit.note(eventOf(decision, atHand.clock.now())),
  };
}

/** A device's number as the flows take it. */
export function cardLoginOf({ device, number, way }: CardLogInRequest): DeviceLogin {
  const { clientId, profile } = device;
  return number === undefined
    ? { clientId, way, number: nobodysNumber(profile.spelling.kind), spelledOtherwise: true }
    : { clientId, way, number };
}

/** What the façade may know of a decision. */
export function toldOf(outcome: CardLoginOutcome): CardLogInOutcome {
  return outcome.outcome === 'granted'
    ? { outcome: 'granted', person: outcome.person, cardId: outcome.cardId }
    : { outcome: 'denied', reason: outcome.reason };
}

const deviceDenied = { outcome: 'device-denied' } as const;

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

function outcomeOf(outcome: BindOutcome, bound: (device: LdapClient) => BoundDevice): DeviceBindOutcome {
  if (outcome.outcome === 'refused') {
    const confidential = outcome.reason === 'plaintext-not-allowed';
    return { outcome: 'denied', reason: confidential ? 'confidentiality-required' : 'invalid-credentials' };
  }
  return { outcome: 'bound', device: bound(outcome.device) };
}
