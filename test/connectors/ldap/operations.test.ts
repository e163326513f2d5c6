import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { BerWriter } from '../../../connectors/ldap/codec/ber-writer.ts';
import { manageDsaItOid, pagedResultsOid } from '../../../connectors/ldap/codec/controls.ts';
import type { Filter } from '../../../connectors/ldap/codec/filter.ts';
import { DeviceGuesses } from '../../../idp/flows/device-guesses.ts';
import { baseDn, type InMemoryDirectory, midoriCity } from './support/in-memory-flows.ts';
import { RawClient, type Reply } from './support/raw-client.ts';
import {
  abandonRequest,
  bindRequest,
  compareRequest,
  equal,
  extendedRequest,
  message,
  modifyRequest,
  pagedControl,
  type SearchOptions,
  searchRequest,
} from './support/requests.ts';
import { type RunningServer, runServer } from './support/running-server.ts';

const deviceDn = (name: string) => `cn=${name},ou=devices,${baseDn}`;
const personDn = (uid: string) => `uid=${uid},ou=people,${baseDn}`;
const whoAmI = '1.3.6.1.4.1.4203.1.11.3';

let directory: InMemoryDirectory;
let server: RunningServer;
let client: RawClient;
let nextId = 1;

beforeEach(async () => {
  directory = midoriCity();
  server = await runServer(directory);
  client = await RawClient.open(server.ldapPort);
  nextId = 1;
});

afterEach(async () => {
  client.close();
  await server.close();
});

const codeOf = (replies: readonly Reply[]) => replies.at(-1)?.code;
const dnsOf = (replies: readonly Reply[]) => replies.flatMap(({ dn }) => (dn === undefined ? [] : [dn]));
const bind = async (name: string, password: string) => {
  nextId += 1;
  return codeOf(await client.ask(bindRequest(nextId, name, password)));
};
const bindDevice = (name: string) => bind(deviceDn(name), `secret-of-${name}`);
const search = (options: Partial<SearchOptions>) => {
  nextId += 1;
  return client.ask(searchRequest(nextId, { base: baseDn, ...options }));
};
const identity = async () => {
  nextId += 1;
  return (await client.ask(extendedRequest(nextId, whoAmI))).at(-1)?.value;
};

describe.each(['at-once', 'later'] as const)('when flows answer %s, a bind', (answers) => {
  beforeEach(() => {
    directory.answers = answers;
  });

  test.each([
    ['a device with its secret', deviceDn('printer'), 'secret-of-printer', 0],
    ['a device in another spelling', `CN = Printer ; OU=devices; ${baseDn}`, 'secret-of-printer', 0],
    ['a wrong secret', deviceDn('printer'), 'secret-of-door', 49],
    ['a device that does not exist', deviceDn('nobody'), 'x', 13],
    ['a name without a password', deviceDn('printer'), '', 53],
    ['no name and no password', '', '', 0],
    ['no name and a password', '', 'x', 49],
    ['a place where nobody is', `cn=x,${baseDn}`, 'x', 49],
    ['another tree', 'cn=admin,dc=elsewhere', 'x', 49],
    ['a person in clear', personDn('tanaka'), 'x', 13],
    ['what is no DN', 'printer1', 'x', 34],
    ['a device that demands TLS', deviceDn('strict'), 'secret-of-strict', 13],
    ['a card with its door’s secret', `cn=0a1b2c3d,cn=door,ou=cards,${baseDn}`, 'secret-of-door', 0],
    ['a card in upper case', `cn=0A:1B:2C:3D,cn=door,ou=cards,${baseDn}`, 'secret-of-door', 0],
    ['an unknown card', `cn=0a1b2c00,cn=door,ou=cards,${baseDn}`, 'secret-of-door', 49],
    ['a card that is no number', `cn=tanaka,cn=door,ou=cards,${baseDn}`, 'secret-of-door', 49],
    ['a card with a wrong secret', `cn=0a1b2c3d,cn=door,ou=cards,${baseDn}`, 'x', 49],
    ['a card by a printer', `cn=0a1b2c3d,cn=printer,ou=cards,${baseDn}`, 'secret-of-printer', 53],
  ])('of %s gives its result', async (_, name, password, code) => {
    expect(await bind(name, password)).toBe(code);
    if (code !== 0) expect(await identity()).toBe('');
  });

  test('says who is bound, and a failed one leaves nobody bound', async () => {
    expect(await identity()).toBe('');
    await bindDevice('printer');
    expect(await identity()).toBe(`dn:${deviceDn('printer')}`);
    await bind(`cn=0a1b2c3d,cn=door,ou=cards,${baseDn}`, 'secret-of-door');
    expect(await identity()).toBe(`dn:${personDn('tanaka')}`);
    await bind(deviceDn('printer'), 'wrong');
    expect(await identity()).toBe('');
    expect(codeOf(await search({}))).toBe(50);
  });

  test('is 52 in an outage, never 49', async () => {
    directory.outage = true;
    expect(await bindDevice('printer')).toBe(52);
    expect(await bind(`cn=0a1b2c3d,cn=door,ou=cards,${baseDn}`, 'secret-of-door')).toBe(52);
    expect(server.events).toContainEqual(expect.objectContaining({ event: 'ldap-fault' }));
  });

  test('of many cards in one burst is answered in order, each with its own result', async () => {
    const numbers = ['0a1b2c3d', '0a1b2c00', '0a1b2c3e', 'ffff'];
    const burst = numbers.map((number, index) =>
      bindRequest(index + 10, `cn=${number},cn=door,ou=cards,${baseDn}`, 'secret-of-door'),
    );
    client.send(...burst, extendedRequest(99, whoAmI));
    const replies: (Reply | undefined)[] = [];
    for (let index = 0; index < 5; index += 1) replies.push(await client.next());
    expect(replies.map((reply) => reply?.code)).toEqual([0, 49, 0, 49, 0]);
    expect(replies.at(-1)?.value).toBe('');
  });
});

describe('a bind', () => {
  test('with version 2 is a protocol error', async () => {
    expect(codeOf(await client.ask(bindRequest(1, '', '', 2)))).toBe(2);
  });

  test('waits for the searches before it, and the ones behind it wait for it', async () => {
    await bindDevice('web');
    directory.answers = 'later';
    const find = { base: baseDn, filter: equal('uid', 'tanaka'), attributes: ['uid'] };
    client.send(
      searchRequest(10, find),
      bindRequest(11, deviceDn('printer'), 'secret-of-printer'),
      searchRequest(12, find),
    );
    const replies: Reply[] = [];
    while (replies.filter(({ tag }) => tag !== 0x64).length < 3) replies.push((await client.next())!);
    expect(replies.map(({ messageId, tag }) => [messageId, tag])).toEqual([
      [10, 0x64],
      [10, 0x65],
      [11, 0x61],
      // The printer may not look for people.
      [12, 0x65],
    ]);
  });
});

describe('an anonymous connection', () => {
  test('reads the root DSE and the schema', async () => {
    const [dse] = await search({ base: '', scope: 'base', attributes: ['+', '*'] });
    expect(dse?.attributes).toMatchObject({ namingContexts: [baseDn], supportedLDAPVersion: ['3'] });
    const [schema] = await search({ base: 'cn=Subschema', scope: 'base', attributes: ['objectClasses'] });
    expect(schema?.attributes.objectClasses?.length).toBeGreaterThan(5);
  });

  test('sees nothing else', async () => {
    expect(codeOf(await search({}))).toBe(50);
    expect(codeOf(await search({ base: personDn('tanaka'), scope: 'base' }))).toBe(50);
    expect(codeOf(await client.ask(compareRequest(9, personDn('tanaka'), 'uid', 'tanaka')))).toBe(50);
    expect(codeOf(await search({ base: '', scope: 'sub' }))).toBe(32);
  });
});

describe('a card search', () => {
  beforeEach(() => bindDevice('printer'));
  const card = equal('serialNumber', '0A1B2C3D');
  const person: Filter = equal('objectClass', 'inetOrgPerson');

  test.each<[string, Filter]>([
    ['the plain number', card],
    ['the number and a class', { kind: 'and', parts: [person, card] }],
    ['the number under several attributes', { kind: 'or', parts: [card, equal('2.5.4.5', '0a:1b:2c:3d')] }],
    ['another name in the OR', { kind: 'or', parts: [equal('uid', '0a1b2c3d'), card] }],
  ])('by %s finds the one person', async (_, filter) => {
    const replies = await search({ filter, attributes: ['uid', 'mail', 'serialNumber'] });
    expect(dnsOf(replies)).toEqual([personDn('tanaka')]);
    expect(replies[0]?.attributes).toEqual({
      uid: ['tanaka'],
      mail: ['tanaka@example.jp'],
      serialNumber: ['0A1B2C3D'],
    });
    expect(directory.logIns).toEqual([{ number: '0a1b2c3d', way: 'card-search' }]);
  });

  test.each<[string, Filter]>([
    ['presence', { kind: 'present', attribute: 'serialnumber' }],
    [
      'a substring',
      { kind: 'substrings', attribute: 'serialnumber', initial: '0a', any: [], final: undefined },
    ],
    ['a lower bound', { kind: 'greaterOrEqual', attribute: 'serialnumber', value: '0' }],
    ['an upper bound', { kind: 'lessOrEqual', attribute: 'serialnumber', value: 'f' }],
    ['an approximation', { kind: 'approx', attribute: 'serialnumber', value: '0a1b2c3d' }],
    ['a negation', { kind: 'not', part: card }],
    ['two numbers', { kind: 'or', parts: [card, equal('serialNumber', '0a1b2c3e')] }],
    ['a number and a non-number', { kind: 'or', parts: [card, equal('serialNumber', 'x')] }],
    ['a subtype', equal('serialNumber;x-raw', '0a1b2c3d')],
    [
      'a matching rule',
      {
        kind: 'extensible',
        matchingRule: 'caseexactmatch',
        attribute: 'serialnumber',
        value: '0a1b2c3d',
        dnAttributes: false,
      },
    ],
    [
      'a matching rule over everything',
      {
        kind: 'extensible',
        matchingRule: 'caseexactmatch',
        attribute: undefined,
        value: '0a1b2c3d',
        dnAttributes: false,
      },
    ],
    ['presence hidden in an OR', { kind: 'or', parts: [person, { kind: 'present', attribute: '2.5.4.5' }] }],
  ])('by %s is refused and asks nobody', async (_, filter) => {
    const replies = await search({ filter });
    expect([codeOf(replies), dnsOf(replies)]).toEqual([53, []]);
    expect(directory.logIns).toEqual([]);
  });

  test.each<[string, Partial<SearchOptions>]>([
    ['an unknown number', { filter: equal('serialNumber', '0a1b2c00') }],
    ['what is no number', { filter: equal('serialNumber', '0a1b*') }],
    ['a condition the person does not meet', { filter: { kind: 'and', parts: [card, equal('mail', 'x')] } }],
    ['the wrong part of the tree', { filter: card, base: `ou=groups,${baseDn}` }],
    ['another person’s entry', { filter: card, base: personDn('suzuki'), scope: 'base' }],
    ['the base entry only', { filter: card, scope: 'base' }],
    ['no card at all', { filter: equal('uid', 'tanaka') }],
  ])('by %s ends in success without an entry', async (_, options) => {
    const replies = await search(options);
    expect([codeOf(replies), dnsOf(replies)]).toEqual([0, []]);
  });

  test('holds a suspension on the very next operation of an open connection', async () => {
    expect(dnsOf(await search({ filter: card }))).toHaveLength(1);
    directory.suspended.add('tanaka');
    expect(dnsOf(await search({ filter: card }))).toHaveLength(0);
    directory.suspended.delete('tanaka');
    expect(dnsOf(await search({ filter: card }))).toHaveLength(1);
    directory.devices.get('printer')!.disabled = true;
    expect(codeOf(await search({ filter: card }))).toBe(50);
  });

  test('is 52 in an outage', async () => {
    directory.outage = true;
    expect(codeOf(await search({ filter: card }))).toBe(52);
  });

  test('gives types without values, or nothing but the DN, when asked so', async () => {
    const [typesOnly] = await search({ filter: card, attributes: ['uid'], typesOnly: true });
    expect(typesOnly?.attributes).toEqual({ uid: [] });
    const [none] = await search({ filter: card, attributes: ['1.1'] });
    expect(none).toMatchObject({ dn: personDn('tanaka'), attributes: {} });
  });

  test('gives operational attributes only when asked', async () => {
    const [plain] = await search({ filter: card });
    expect(plain?.attributes).not.toHaveProperty('memberOf');
    const [asked] = await search({ filter: card, attributes: ['MEMBEROF', 'entryDN'] });
    expect(asked?.attributes).toEqual({
      memberOf: [`cn=printing,ou=groups,${baseDn}`, `cn=総務,ou=groups,${baseDn}`],
      entryDN: [personDn('tanaka')],
    });
  });

  test('refuses a compare of card numbers, and every other compare of a device without that right', async () => {
    const compare = async (attribute: string) =>
      codeOf(await client.ask(compareRequest(50, personDn('tanaka'), attribute, '0a1b2c3d')));
    expect(await compare('serialNumber')).toBe(53);
    expect(await compare('2.5.4.5')).toBe(53);
    expect(await compare('mail')).toBe(32);
  });

  test('is slowed after many misses, then stopped, and says so in the log without a number', async () => {
    await server.close();
    const settings = {
      freeMisses: 2,
      forgivenPerMinute: 1,
      delayMsPerMiss: 60,
      maxDelayMs: 90,
      stopAtMisses: 4,
    };
    server = await runServer(directory, {
      cardGuesses: new DeviceGuesses({ now: () => Date.now() }, settings),
    });
    client = await RawClient.open(server.ldapPort);
    await bindDevice('printer');
    const timed = async (filter: Filter) => {
      const started = performance.now();
      const replies = await search({ filter });
      return { ms: performance.now() - started, code: codeOf(replies), found: dnsOf(replies).length };
    };
    const miss = equal('serialNumber', '0a1b2c00');
    for (let index = 0; index < 3; index += 1) expect((await timed(miss)).code).toBe(0);
    const slowed = await timed(card);
    expect(slowed).toMatchObject({ code: 0, found: 1 });
    expect(slowed.ms).toBeGreaterThan(50);
    await timed(miss);
    await timed(miss);
    expect(await timed(card)).toMatchObject({ code: 51, found: 0 });
    expect(JSON.stringify(server.events)).not.toContain('0a1b2c');
  });

  test('is not slowed for cards that are known and may not sign in', async () => {
    await server.close();
    const settings = {
      freeMisses: 0,
      forgivenPerMinute: 0,
      delayMsPerMiss: 0,
      maxDelayMs: 0,
      stopAtMisses: 1,
    };
    server = await runServer(directory, {
      cardGuesses: new DeviceGuesses({ now: () => Date.now() }, settings),
    });
    client = await RawClient.open(server.ldapPort);
    await bindDevice('printer');
    directory.suspended.add('tanaka');
    for (let index = 0; index < 5; index += 1) expect(codeOf(await search({ filter: card }))).toBe(0);
    expect(codeOf(await search({ filter: equal('serialNumber', 'ffff') }))).toBe(0);
    expect(codeOf(await search({ filter: card }))).toBe(51);
  });
});

describe('a person whom a card let in', () => {
  beforeEach(() => bind(`cn=0a1b2c3d,cn=door,ou=cards,${baseDn}`, 'secret-of-door'));

  test('sees the own entry and nobody else’s', async () => {
    expect(dnsOf(await search({ filter: equal('objectClass', 'person') }))).toEqual([personDn('tanaka')]);
    expect(dnsOf(await search({ base: personDn('suzuki'), scope: 'base' }))).toEqual([]);
    expect(dnsOf(await search({ filter: equal('uid', 'suzuki') }))).toEqual([]);
    expect(dnsOf(await search({ base: `ou=groups,${baseDn}`, scope: 'one' }))).toEqual([]);
  });

  test('vanishes with a suspension', async () => {
    directory.suspended.add('tanaka');
    expect(dnsOf(await search({ base: personDn('tanaka'), scope: 'base' }))).toEqual([]);
  });
});

describe('a generic device', () => {
  beforeEach(() => bindDevice('web'));

  test.each<[string, Filter, string[]]>([
    ['uid', equal('uid', 'TANAKA'), ['tanaka']],
    ['Japanese name', equal('cn', '田中　花子'), ['tanaka']],
    ['mail', equal('mail', 'suzuki@example.jp'), ['suzuki']],
    ['group', equal('memberOf', `CN=printing, ou=groups, ${baseDn}`), ['suzuki', 'tanaka']],
    [
      'beginning',
      { kind: 'substrings', attribute: 'cn', initial: 'suz', any: [], final: undefined },
      ['suzuki'],
    ],
    [
      'middle',
      { kind: 'substrings', attribute: 'cn', initial: undefined, any: ['花'], final: undefined },
      ['tanaka'],
    ],
    [
      'absence',
      { kind: 'not', part: { kind: 'present', attribute: 'employeenumber' } },
      ['sato\\, jr', 'suzuki'],
    ],
    [
      'alternatives',
      { kind: 'or', parts: [equal('uid', 'tanaka'), equal('uid', 'suzuki')] },
      ['suzuki', 'tanaka'],
    ],
    ['an unknown attribute', equal('nonsense', 'x'), []],
    ['not an unknown attribute', { kind: 'not', part: equal('nonsense', 'x') }, []],
    [
      'an attribute and a class',
      { kind: 'and', parts: [equal('objectclass', 'PERSON'), equal('uid', 'suzuki')] },
      ['suzuki'],
    ],
    ['a card number', equal('serialNumber', '0a1b2c3d'), []],
  ])('finds people by %s', async (_, filter, uids) => {
    const found = dnsOf(await search({ base: `ou=people,${baseDn}`, filter, scope: 'one' }));
    expect(found.sort()).toEqual(uids.map(personDn).sort());
    expect(directory.logIns).toEqual([]);
  });

  test('finds groups with their members', async () => {
    const filter = equal('member', personDn('suzuki'));
    const [group] = await search({ base: `ou=groups,${baseDn}`, filter });
    expect(group).toMatchObject({
      dn: `cn=printing,ou=groups,${baseDn}`,
      attributes: { member: [personDn('tanaka'), personDn('suzuki')] },
    });
  });

  test.each([
    ['true', 'mail', 'TANAKA@example.jp', 6],
    ['false', 'mail', 'x', 5],
    ['no such value', 'title', 'x', 16],
    ['no such type', 'nonsense', 'x', 17],
  ])('compares: %s', async (_, attribute, value, code) => {
    expect(codeOf(await client.ask(compareRequest(60, personDn('tanaka'), attribute, value)))).toBe(code);
  });

  test('pages through people, and a cookie is good once and on its connection only', async () => {
    for (let index = 0; index < 600; index += 1)
      directory.addPerson(`p${String(index).padStart(4, '0')}`, undefined);
    const page = (cookie: string) => ({
      filter: { kind: 'substrings', attribute: 'uid', initial: 'p', any: [], final: undefined } as const,
      attributes: ['1.1'],
      controls: [pagedControl(250, cookie)],
    });
    const first = await search(page(''));
    const second = await search(page(first.at(-1)!.cookie!));
    const third = await search(page(second.at(-1)!.cookie!));
    expect([first, second, third].map((replies) => dnsOf(replies).length)).toEqual([250, 250, 100]);
    expect(new Set([first, second, third].flatMap(dnsOf)).size).toBe(600);
    expect(third.at(-1)!.cookie).toBe('');
    expect(codeOf(await search(page(first.at(-1)!.cookie!)))).toBe(53);
  });

  test('stops at the size limit and says so', async () => {
    const replies = await search({ base: `ou=people,${baseDn}`, sizeLimit: 2, scope: 'one' });
    expect([codeOf(replies), dnsOf(replies).length]).toEqual([4, 2]);
    const exact = await search({ base: `ou=people,${baseDn}`, sizeLimit: 3, scope: 'one' });
    expect([codeOf(exact), dnsOf(exact).length]).toEqual([0, 3]);
  });

  test('knows what is not there', async () => {
    const replies = await search({ base: `cn=x,ou=people,${baseDn}` });
    expect(replies.at(-1)).toMatchObject({ code: 32, matchedDN: `ou=people,${baseDn}` });
    for (const scope of ['base', 'one', 'sub', 'children'] as const) {
      const nobody = await search({ base: personDn('nobody'), scope });
      expect(nobody.at(-1)).toMatchObject({ code: 32, matchedDN: `ou=people,${baseDn}` });
      const nothing = await search({ base: `cn=none,ou=groups,${baseDn}`, scope });
      expect(nothing.at(-1)).toMatchObject({ code: 32, matchedDN: `ou=groups,${baseDn}` });
      expect(codeOf(await search({ base: personDn('tanaka'), scope }))).toBe(0);
    }
    expect(codeOf(await search({ base: 'no dn' }))).toBe(34);
    expect(codeOf(await search({ base: deviceDn('web'), scope: 'base' }))).toBe(32);
  });

  test('forgets an abandoned search', async () => {
    directory.answers = 'later';
    client.send(searchRequest(70, { base: baseDn }), abandonRequest(71, 70), extendedRequest(72, whoAmI));
    expect(await client.next()).toMatchObject({ messageId: 72 });
    await expect(client.next(100)).rejects.toThrow('no reply in time');
  });
});

describe('any operation', () => {
  test('with an unknown critical control is 12, with an unknown other one is done', async () => {
    const control = { type: '1.2.3.4', critical: true, value: undefined };
    const root = { base: '', scope: 'base' } as const;
    expect(codeOf(await search({ ...root, controls: [control] }))).toBe(12);
    expect(codeOf(await search({ ...root, controls: [{ ...control, critical: false }] }))).toBe(0);
    expect(codeOf(await search({ ...root, controls: [{ ...control, type: manageDsaItOid }] }))).toBe(0);
  });

  test('with a malformed control value is a protocol error', async () => {
    await bindDevice('web');
    const control = { type: pagedResultsOid, critical: true, value: Buffer.from('30ff', 'hex') };
    expect(codeOf(await search({ controls: [control] }))).toBe(2);
  });

  test('that would change something is 53 with a text that says why', async () => {
    await bindDevice('web');
    const entry = personDn('tanaka');
    const modify = modifyRequest(80, entry, [['replace', 'mail', 'x@example.jp']]);
    const add = message(81, (writer) => writeBody(writer, 0x68, entry));
    const remove = message(82, (writer) => writer.text(0x4a, entry));
    const rename = message(83, (writer) => writeBody(writer, 0x6c, entry));
    for (const [request, tag] of [
      [modify, 0x67],
      [add, 0x69],
      [remove, 0x6b],
      [rename, 0x6d],
    ] as const) {
      const reply = (await client.ask(request)).at(-1);
      expect(reply).toMatchObject({ tag, code: 53, text: expect.stringContaining('over LDAP') });
    }
  });

  test('that nobody knows is a protocol error, and the connection lives on', async () => {
    expect(codeOf(await client.ask(extendedRequest(1, '1.2.3')))).toBe(2);
    expect(await identity()).toBe('');
  });
});

function writeBody(writer: BerWriter, tag: number, entry: string): void {
  const body = writer.begin(tag);
  writer.text(0x04, entry);
  writer.end(body);
}
