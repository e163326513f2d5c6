import { InvalidInput } from '../domain/fault.ts';
import type { ClientId } from '../domain/login-policy.ts';
import type { PersonId } from '../domain/person.ts';
import type { Actor } from '../domain/registration.ts';
import type { Tables } from '../ports/system-record.ts';
import { requireOidcClient } from './change-client-settings.ts';
import type { FlowContext } from './context.ts';

/** One line of what somebody wants to link. */
export interface WantedLink {
  readonly line: number;
  readonly uid: string;
  readonly identifier: string;
}

/** What linking does, or would do. */
export interface LinkedIdentifiers {
  readonly client: string;
  readonly linked: number;
  /** People who had another identifier at this client. */
  readonly changed: number;
  readonly unchanged: number;
  /** In the words of the file: `line 3: …`; with any of them nothing is linked. */
  readonly problems: readonly string[];
  readonly applied: boolean;
}

interface Request {
  readonly client: string;
  readonly links: readonly WantedLink[];
  /** Only says what would be. */
  readonly preview: boolean;
  /** People who have another identifier at this client get this one. */
  readonly replace: boolean;
  readonly actor: Actor;
}

/**
 * Links people with the identifiers under which one client knows them; all lines or none. It is released to that client
 * alone, from its next request on.
 * @throws {InvalidInput} `ERR_CLIENT_UNKNOWN`, `ERR_CLIENT_PROTOCOL`; `ERR_IDENTIFIERS` with every problem by its line.
 */
export async function linkIdentifiers(
  context: Pick<FlowContext, 'record' | 'clock' | 'clients'>,
  request: Request,
): Promise<LinkedIdentifiers> {
  const { name, policy } = requireOidcClient(context, request.client);
  const { clientId } = policy;
  return context.record.change(async (tables) => {
    const { steps, problems } = await judge(tables, clientId, request);
    const counted = (kind: Step['kind']) => steps.filter((step) => step.kind === kind).length;
    const counts = {
      linked: counted('linked'),
      changed: counted('changed'),
      unchanged: counted('unchanged'),
    };
    if (request.preview) return { client: name, ...counts, problems, applied: false };
    if (problems.length > 0) {
      throw new InvalidInput('ERR_IDENTIFIERS', `Nothing was linked.\n${problems.join('\n')}`);
    }
    const at = context.clock.now();
    for (const { kind, personId } of steps) {
      // Two who change places would stand in each other's way.
      if (kind === 'changed') await tables.clientIdentifiers.remove(clientId, personId);
    }
    for (const { kind, personId, identifier } of steps) {
      if (kind === 'unchanged') continue;
      await tables.clientIdentifiers.put({ clientId, personId, identifier, linkedAt: at });
    }
    const { actor } = request;
    await tables.audit.append({
      at,
      type: 'client.identifiers-linked',
      actor,
      subject: clientId,
      details: counts,
    });
    return { client: name, ...counts, problems: [], applied: true };
  });
}

interface Step {
  readonly kind: 'linked' | 'changed' | 'unchanged';
  readonly personId: PersonId;
  readonly identifier: string;
}

async function judge(tables: Tables, clientId: ClientId, { links, replace }: Request) {
  const steps: Step[] = [];
  const problems: string[] = [];
  const people = new Map<PersonId, number>();
  const identifiers = new Map<string, number>();
  for (const { line, uid, identifier } of links) {
    const tell = (problem: string) => problems.push(`line ${line}: ${problem}`);
    const person = await tables.people.find(uid);
    if (!/^[^\p{Cc}\s](?:[^\p{Cc}]{0,198}[^\p{Cc}\s])?$/u.test(identifier)) {
      tell('the identifier has 1 to 200 characters');
      continue;
    }
    if (person?.uid !== uid || person.state === 'left') {
      tell(`no person "${uid.slice(0, 64)}"`);
      continue;
    }
    const { personId } = person;
    const [personAt, identifierAt] = [people.get(personId), identifiers.get(identifier)];
    if (personAt !== undefined) tell(`${uid} stands on line ${personAt} already`);
    if (identifierAt !== undefined) tell(`this identifier stands on line ${identifierAt} already`);
    people.set(personId, line);
    identifiers.set(identifier, line);
    const before = await tables.clientIdentifiers.find(clientId, personId);
    if (before !== undefined && before !== identifier && !replace) {
      tell(`${uid} is linked with another identifier; to give this one instead add --replace`);
    }
    const kind = before === undefined ? 'linked' : before === identifier ? 'unchanged' : 'changed';
    steps.push({ kind, personId, identifier });
  }
  problems.push(...(await takenBy(tables, clientId, steps, people)));
  return { steps, problems };
}

/** Identifiers that somebody else has who does not give them up in this very file. */
async function takenBy(
  tables: Tables,
  clientId: ClientId,
  steps: readonly Step[],
  people: ReadonlyMap<PersonId, number>,
): Promise<readonly string[]> {
  const moving = new Set(steps.filter(({ kind }) => kind === 'changed').map(({ personId }) => personId));
  const problems: string[] = [];
  for (const { personId, identifier } of steps) {
    const holder = await tables.clientIdentifiers.findHolder(clientId, identifier);
    if (holder === undefined || holder === personId || moving.has(holder)) continue;
    problems.push(`line ${people.get(personId)}: this identifier is somebody else’s at this client`);
  }
  return problems;
}
