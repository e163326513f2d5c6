import { afterEach, beforeAll, expect, it } from 'vitest';
import { createLdapFlows } from '../../../connectors/ldap/kazasu-flows.ts';
import { type LdapServer, startLdapServer } from '../../../connectors/ldap/server.ts';
import type { TlsIdentity } from '../../../connectors/ldap/tls-identity.ts';
import { revokeCard, suspendCard } from '../../../idp/flows/change-card.ts';
import { suspendPerson } from '../../../idp/flows/change-person.ts';
import type { FlowContext } from '../../../idp/flows/context.ts';
import { aCardInUse, type CardInUse, eachTestInAWorldOfItsOwn } from '../../idp/flows/world/a-card-in-use.ts';
import { type Card, issueCard } from '../../idp/flows/world/cards.ts';
import {
  addDevice,
  addEnrolledReader,
  admin,
  registerCard,
} from '../../idp/flows/world/people-and-places.ts';
import { baseDn } from './support/in-memory-flows.ts';
import { RawClient } from './support/raw-client.ts';
import { bindRequest, equal, searchRequest } from './support/requests.ts';
import { makeTlsIdentity } from './support/running-server.ts';

let inUse: CardInUse;
let identity: TlsIdentity;
let calls: string[] = [];
let server: LdapServer;
let client: RawClient;

beforeAll(() => {
  identity = makeTlsIdentity();
});
eachTestInAWorldOfItsOwn(async (world) => {
  inUse = await aCardInUse(world);
});
afterEach(async () => {
  client.close();
  await server.close();
});

/** The same part of the system, every call of it written down by name. */
function counted<T extends object>(part: T, name: string): T {
  return new Proxy(part, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        calls.push(`${name}.${String(property)}`);
        return value.apply(target, args);
      };
    },
  });
}

async function serveCounted(): Promise<void> {
  const { context } = inUse.world;
  const watched: FlowContext = {
    ...context,
    ...{ audit: counted(context.audit, 'audit'), taps: counted(context.taps, 'taps') },
    ...{ cardIndex: counted(context.cardIndex, 'cardIndex'), numbers: counted(context.numbers, 'numbers') },
  };
  server = await startLdapServer({
    flows: createLdapFlows(watched),
    clock: context.clock,
    log: () => undefined,
    baseDn,
    host: '127.0.0.1',
    ldapPort: undefined,
    ldapsPort: 0,
    tlsIdentity: () => identity,
  });
  client = await RawClient.openTls(server.ldapsPort!);
}

/** What one search of a number calls, in order, and what it answers. */
async function workOf(
  number: string,
): Promise<{ readonly calls: readonly string[]; readonly answer: unknown }> {
  calls = [];
  const replies = await client.ask(searchRequest(9, { base: baseDn, filter: equal('serialNumber', number) }));
  return { calls, answer: replies };
}

/** Cards that may not sign in, each for another reason. */
async function refusedCards(): Promise<{ readonly [why: string]: string }> {
  const { world, desk } = inUse;
  const registered = async (uid: string): Promise<[Card, Parameters<typeof suspendCard>[1]]> => {
    const card = issueCard(world);
    return [card, { card: await registerCard(world, uid, card, desk), actor: admin }];
  };
  const [suspended, one] = await registered('sato');
  await suspendCard(world.context, one);
  const [revoked, other] = await registered('sato');
  await revokeCard(world.context, other);
  const [ofSuspended] = await registered('suzuki');
  await suspendPerson(world.context, { person: 'suzuki', actor: admin });
  return {
    ...{ suspended: suspended.serialNumber, revoked: revoked.serialNumber },
    'of a suspended person': ofSuspended.serialNumber,
    'spelled as no number': 'not-a-number',
  };
}

it('a card that may not sign in is answered with the same work and the same words as one that nobody has', async () => {
  const cards = await refusedCards();
  const { secret } = await addDevice(inUse.world, 'door', true);
  await serveCounted();
  await client.ask(bindRequest(1, `cn=door,ou=devices,${baseDn}`, secret));
  const unknown = await workOf('7fffff01');
  expect(unknown.calls).toEqual(['numbers.keyOf', 'cardIndex.find', 'audit.note', 'audit.settle']);
  for (const [why, number] of Object.entries(cards))
    expect([why, await workOf(number)]).toEqual([why, unknown]);
});

it('at a device that reads no cards itself, a card that was not held there is answered as one that nobody has', async () => {
  const { world, card } = inUse;
  const { secret } = await addDevice(world, 'copier', false);
  await addEnrolledReader(world, 'beside the copier', { clients: ['copier'] });
  await serveCounted();
  await client.ask(bindRequest(1, `cn=copier,ou=devices,${baseDn}`, secret));
  const unknown = await workOf('7fffff01');
  expect(unknown.calls).toContain('taps.takeUnprompted');
  expect(await workOf(card.serialNumber)).toEqual(unknown);
  expect(await workOf('not-a-number')).toEqual(unknown);
});

it('an unknown device is refused with the same work and the same words as a wrong secret', async () => {
  await serveCounted();
  const bindWith = async (name: string) => {
    calls = [];
    const replies = await client.ask(bindRequest(2, `cn=${name},ou=devices,${baseDn}`, 'wrong'));
    return { calls, replies };
  };
  expect(await bindWith('nobody')).toEqual(await bindWith('printer'));
});
