import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Filter } from '../../../connectors/ldap/codec/filter.ts';
import { baseDn, type InMemoryDirectory, midoriCity } from './support/in-memory-flows.ts';
import { RawClient } from './support/raw-client.ts';
import { bindRequest, compareRequest, equal, type SearchOptions, searchRequest } from './support/requests.ts';
import { type RunningServer, runServer } from './support/running-server.ts';

let directory: InMemoryDirectory;
let server: RunningServer;
let client: RawClient;
let nextId = 1;

beforeEach(async () => {
  directory = midoriCity();
  server = await runServer(directory);
  client = await RawClient.open(server.ldapPort);
});
afterEach(async () => {
  client.close();
  await server.close();
});

const card = equal('serialNumber', '0a1b2c3d');
const two: Filter = { kind: 'or', parts: [card, equal('serialNumber', '0a1b2c3e')] };
const search = (options: Partial<SearchOptions>) => {
  nextId += 1;
  return client.ask(searchRequest(nextId, { base: baseDn, ...options }));
};
const bind = async (who: string) => {
  nextId += 1;
  const dn = who === 'tanaka' ? `cn=0a1b2c3d,cn=door,ou=cards,${baseDn}` : `cn=${who},ou=devices,${baseDn}`;
  await client.ask(bindRequest(nextId, dn, `secret-of-${who === 'tanaka' ? 'door' : who}`));
};

/** Who asks what; the rule, the result and the number of entries that are kept of it. */
const cases: readonly [string, string, Partial<SearchOptions>, string, number, number][] = [
  [
    'printer',
    'a card by presence',
    { filter: { kind: 'present', attribute: 'serialnumber' } },
    'card-not-by-equality',
    53,
    0,
  ],
  ['printer', 'two cards', { filter: two }, 'card-asserted-twice', 53, 0],
  [
    'printer',
    'a card below groups',
    { filter: card, base: `ou=groups,${baseDn}` },
    'card-base-elsewhere',
    0,
    0,
  ],
  [
    'printer',
    'a card and another mail',
    { filter: { kind: 'and', parts: [card, equal('mail', 'x')] } },
    'card-person-not-matched',
    0,
    0,
  ],
  [
    'printer',
    'a card at another person',
    { filter: card, base: `uid=suzuki,ou=people,${baseDn}` },
    'card-person-not-matched',
    0,
    0,
  ],
  ['printer', 'people', { filter: equal('uid', 'tanaka') }, 'people-not-in-profile', 0, 0],
  ['web', 'people', { filter: equal('uid', 'tanaka') }, 'people-of-client', 0, 1],
  ['web', 'too many people', { sizeLimit: 2 }, 'people-of-client', 4, 2],
  ['web', 'a device', { base: `cn=door,ou=devices,${baseDn}` }, 'entry-not-there', 32, 0],
  ['web', 'a place that is none', { base: `cn=x,${baseDn}` }, 'entry-not-there', 32, 0],
  ['tanaka', 'people', { filter: equal('objectClass', 'person') }, 'own-entry', 0, 1],
];

describe('the trail has the rule that decided', () => {
  it.each(cases)('when %s searches %s', async (who, _, options, rule, result, entries) => {
    await bind(who);
    await search(options);
    const device = expect.objectContaining({ name: who === 'tanaka' ? 'door' : who });
    expect(directory.decisions).toEqual([
      { op: 'search', device, asPerson: who === 'tanaka', rule, result, entries, remoteAddress: '127.0.0.1' },
    ]);
    expect(JSON.stringify(directory.decisions)).not.toContain('0a1b2c');
  });

  it('when the device was disabled since it bound', async () => {
    await bind('web');
    directory.devices.get('web')!.disabled = true;
    await search({ filter: equal('uid', 'tanaka') });
    expect(directory.decisions).toMatchObject([{ rule: 'no-longer-admitted', result: 50 }]);
  });

  it('of comparisons too', async () => {
    await bind('web');
    await client.ask(compareRequest(90, `uid=tanaka,ou=people,${baseDn}`, 'mail', 'x'));
    await bind('printer');
    await client.ask(compareRequest(91, `uid=tanaka,ou=people,${baseDn}`, 'serialNumber', '0a1b2c3d'));
    expect(directory.decisions).toMatchObject([
      { op: 'compare', rule: 'people-of-client', result: 5 },
      { op: 'compare', rule: 'card-not-by-equality', result: 53 },
    ]);
  });

  it('once a connection where nobody is bound: whoever floods it fills no trail', async () => {
    for (let index = 0; index < 20; index += 1) await search({});
    expect(directory.decisions).toMatchObject([{ device: undefined, rule: 'anonymous', result: 50 }]);
  });

  it('of a bind to what nobody is, or without a password, once a connection each', async () => {
    for (let index = 0; index < 3; index += 1) {
      await client.ask(bindRequest(50 + index, `cn=x,${baseDn}`, 'x'));
      await client.ask(bindRequest(60 + index, `cn=printer,ou=devices,${baseDn}`, ''));
    }
    await client.ask(bindRequest(70, `cn=0a1b2c3d,cn=printer,ou=cards,${baseDn}`, 'secret-of-printer'));
    expect(directory.decisions).toMatchObject([
      { op: 'bind', rule: 'device-unknown', result: 49, device: undefined },
      { op: 'bind', rule: 'password-missing', result: 53, device: undefined },
      { op: 'bind', rule: 'card-way-not-in-profile', result: 53, device: { name: 'printer' } },
    ]);
  });

  it('and of a sign-in with a card nothing beside its own line', async () => {
    await bind('printer');
    await search({ filter: card });
    await search({ filter: equal('serialNumber', '0a1b2c00') });
    await search({ filter: equal('serialNumber', 'no number') });
    expect(directory.decisions).toEqual([]);
    expect(directory.logIns).toHaveLength(3);
  });
});
