import type { AuditEvent } from '../../idp/domain/audit-event.ts';
import type { Instant } from '../../idp/domain/instant.ts';
import type { FlowContext } from '../../idp/flows/context.ts';
import { rehearse } from '../../idp/flows/rehearse.ts';
import type { LdapClient } from '../../idp/ports/clients.ts';
import type { Filter } from './codec/filter.ts';
import type { SearchScope } from './codec/request.ts';
import type { LdapResult } from './codec/result-code.ts';
import { createFacade, type Facade } from './facade.ts';
import { createLdapFlows } from './kazasu-flows.ts';
import { type AnsweredRequest, perform } from './perform.ts';
import { readCardAssertion } from './search/card-assertion.ts';
import { PageStore } from './search/page-store.ts';
import { select } from './search/selection.ts';
import { anonymous, type Exchange, type Session } from './session.ts';

/** One operation of a device that is to be explained. */
export interface ExplainRequest {
  readonly device: LdapClient;
  readonly remoteAddress: string;
  readonly channel: Session['channel'];
  readonly at: Instant | undefined;
  /** Who binds: the device itself, and then somebody or a card (as the device spells it) at it. */
  readonly bind: 'device' | { readonly card: string } | { readonly person: string };
  /** Absent: the bind is all. */
  readonly search:
    | {
        readonly base: string;
        readonly scope: SearchScope;
        readonly filter: Filter;
        readonly attributes: readonly string[];
        /** A person who is bound at the device, by `uid`. */
        readonly asPerson: string | undefined;
      }
    | undefined;
}

/** How one operation ends, and the lines that it leaves in the trail. */
export interface Explained {
  readonly result: LdapResult;
  readonly events: readonly AuditEvent[];
}

export interface ExplainedSearch extends Explained {
  /** What the filter was taken for. */
  readonly takenFor: 'people' | 'card' | 'card-unreadable' | 'refused';
  readonly entries: readonly ExplainedEntry[];
}

export interface ExplainedEntry {
  readonly dn: string;
  readonly attributes: readonly { readonly name: string; readonly values: readonly string[] }[];
}

export interface Explanation {
  readonly bind: Explained;
  readonly search: ExplainedSearch | undefined;
}

/**
 * Runs a bind, and a search where one is asked about, as the façade itself does, on a rehearsal of the system: nobody is
 * signed in, nothing is counted, taken or written.
 * @throws {Fault} when something cannot be found out, as the façade would answer 52.
 */
export async function explain(system: FlowContext, request: ExplainRequest): Promise<Explanation> {
  const { context, events } = await rehearse(system, request.at);
  const facade = createFacade({
    ...{ flows: createLdapFlows(context), clock: context.clock, log: () => undefined },
    ...{ baseDn: context.ldapBaseDn, offersStartTls: true, cardGuesses: context.deviceGuesses },
  });
  const session = sessionOf(request);
  const run = async (operation: AnsweredRequest) => {
    const [before, exchange] = [events.length, new ListeningExchange(session)];
    const result = await perform(facade, exchange, operation, 0);
    return { result, events: events.slice(before), entries: exchange.given };
  };
  const bind = await bindAs(facade, request, run);
  const { search, device } = request;
  if (search === undefined || bind.result.code !== 0) return { bind, search: undefined };
  if (search.asPerson !== undefined && session.identity.kind === 'device') {
    const by = device.profile.ways.includes('card-bind') ? 'card-bind' : 'person-bind';
    session.identity = { ...session.identity, kind: 'person', uid: search.asPerson, by };
  }
  const takenFor = takenForOf(search.filter, device);
  const { base, scope, filter, attributes } = search;
  const limits = { sizeLimit: 0, timeLimitSeconds: 0, typesOnly: false };
  const found = await run({ op: 'search', base, scope, filter, attributes, ...limits });
  return { bind, search: { ...found, takenFor } };
}

function sessionOf({ remoteAddress, channel }: ExplainRequest): Session {
  return {
    ...{ identity: anonymous, lastDevice: undefined, remoteAddress, channel, pages: new PageStore() },
    clientCertificateSha256: () => undefined,
  };
}

/** A person binds on a connection on which the device did, as printers do: so it is known by whose rules. */
async function bindAs(
  { tree }: Facade,
  { device, bind }: ExplainRequest,
  run: (operation: AnsweredRequest) => Promise<Explained>,
): Promise<Explained> {
  if (bind !== 'device' && 'card' in bind) return run(bindRequest(tree.cardDn(bind.card, device.name)));
  const { result, events } = await run(bindRequest(tree.deviceDn(device.name)));
  if (bind === 'device' || result.code !== 0) return { result, events };
  const person = await run(bindRequest(tree.personDn(bind.person)));
  return { result: person.result, events: [...events, ...person.events] };
}

function bindRequest(name: string): AnsweredRequest {
  // A rehearsal takes any secret and password for the right one.
  const authentication = { kind: 'simple', password: Buffer.from('-') } as const;
  return { op: 'bind', version: 3, name, authentication };
}

function takenForOf(filter: Filter, { profile }: LdapClient): ExplainedSearch['takenFor'] {
  const { kind } = readCardAssertion(filter, profile);
  if (kind === 'none') return 'people';
  if (kind === 'refused') return 'refused';
  return kind === 'number' ? 'card' : 'card-unreadable';
}

/** Takes answers where a connection would send them. */
class ListeningExchange implements Exchange {
  readonly messageId = 1;
  readonly session: Session;
  readonly controls = [];
  readonly abandoned = false;
  readonly signal = new AbortController().signal;
  responseControls: Exchange['responseControls'] = [];
  responseName: string | undefined;
  responseValue: string | undefined;
  readonly given: ExplainedEntry[] = [];

  constructor(session: Session) {
    this.session = session;
  }

  get entries(): number {
    return this.given.length;
  }

  sendEntry(...[entry, selection, typesOnly]: Parameters<Exchange['sendEntry']>): void {
    const attributes = select(entry, selection).map(({ encodedType, values }) => ({
      // A tag and a length stand before the name.
      name: encodedType.subarray(2).toString(),
      values: typesOnly ? [] : [...values],
    }));
    this.given.push({ dn: entry.dn, attributes });
  }

  taken(): undefined {
    return undefined;
  }
}
