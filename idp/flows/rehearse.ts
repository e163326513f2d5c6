import type { AuditEvent } from '../domain/audit-event.ts';
import type { Instant } from '../domain/instant.ts';
import type { Client } from '../ports/clients.ts';
import type { FlowContext } from './context.ts';
import { DeviceGuesses } from './device-guesses.ts';
import { KnownClients } from './known-clients.ts';

/** The system as it stands, to try an operation of a device on. */
export interface Rehearsal {
  readonly context: FlowContext;
  /** What the trail would hold. */
  readonly events: readonly AuditEvent[];
}

/**
 * Makes a system of the same record, cards, taps and policies on which nothing that happens is real: no line of the
 * trail is written, no tap taken, no miss counted, no alarm raised and no issuer asked (who would be asked at every use
 * is taken for good). Every secret and password is
 * taken for the right one: nobody types it to have something explained.
 * @param at the moment that is tried; now unless given.
 */
export async function rehearse(system: FlowContext, at?: Instant): Promise<Rehearsal> {
  const events: AuditEvent[] = [];
  const clock = at === undefined ? system.clock : { now: () => at };
  const clients = new KnownClients();
  await clients.reload({ clients: replacing(system.record.clients, { list: () => withoutWaiting(system) }) });
  const { taps } = system;
  const context: FlowContext = {
    ...{ ...system, clock, clients, log: () => undefined },
    deviceGuesses: new DeviceGuesses(clock),
    audit: replacing(system.audit, {
      note: (event) => void events.push(event),
      append: async (event) => void events.push(event),
      settle: () => undefined,
    }),
    record: replacing(system.record, { change: async () => undefined as never }),
    secrets: replacing(system.secrets, { equal: () => true }),
    passwords: replacing(system.passwords, {
      check: async () => 'right',
      checkUnknown: async () => 'wrong',
    }),
    taps: replacing(taps, {
      takeUnprompted: (cardKey, readerIds, since, uses) =>
        taps.findUnprompted(cardKey, readerIds, since, uses),
      notePinProof: async () => undefined,
    }),
  };
  return { context, events };
}

/** No issuer is asked, and no tap waited for. */
async function withoutWaiting({ record }: FlowContext): Promise<readonly Client[]> {
  return (await record.clients.list()).map((client) => {
    const policy = { ...client.policy, ocspOnEveryUse: false };
    if (client.protocol === 'oidc' || client.profile.personBind === undefined) return { ...client, policy };
    const personBind = { ...client.profile.personBind, waitSeconds: 0 };
    return { ...client, policy, profile: { ...client.profile, personBind } };
  });
}

/** The same part of the system with some of its methods replaced; the others keep working on the part itself. */
function replacing<Part extends object>(part: Part, replaced: Partial<Part>): Part {
  return new Proxy(part, {
    get(target, name) {
      if (Object.hasOwn(replaced, name)) return Reflect.get(replaced, name);
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
