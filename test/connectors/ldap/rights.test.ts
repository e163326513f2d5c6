import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodePagedResults, pagedResultsOid } from '../../../connectors/ldap/codec/controls.ts';
import type { Filter } from '../../../connectors/ldap/codec/filter.ts';
import type { PeopleQuery } from '../../../connectors/ldap/directory-service.ts';
import type { DeviceProfile } from '../../../idp/domain/device-profile.ts';
import { baseDn, type InMemoryDirectory, midoriCity } from './support/in-memory-flows.ts';
import { RawClient, type Reply } from './support/raw-client.ts';
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

const personDn = (uid: string) => `uid=${uid},ou=people,${baseDn}`;
const bind = async (dn: string, secret: string) => {
  nextId += 1;
  expect((await client.ask(bindRequest(nextId, dn, secret))).at(-1)?.code).toBe(0);
};
const bindDevice = (name: string) => bind(`cn=${name},ou=devices,${baseDn}`, `secret-of-${name}`);
const bindTanaka = () => bind(`cn=0a1b2c3d,cn=door,ou=cards,${baseDn}`, 'secret-of-door');
const search = (options: Partial<SearchOptions>) => {
  nextId += 1;
  return client.ask(searchRequest(nextId, { base: baseDn, ...options }));
};
const compare = async (dn: string, attribute: string, value: string) => {
  nextId += 1;
  return (await client.ask(compareRequest(nextId, dn, attribute, value))).at(-1)?.code;
};
const codeOf = (replies: readonly Reply[]) => replies.at(-1)?.code;
const dnsOf = (replies: readonly Reply[]) => replies.flatMap(({ dn }) => (dn === undefined ? [] : [dn]));
/** Everything but the number of the message. */
const said = (replies: readonly Reply[]) => replies.map(({ messageId: _, ...reply }) => reply);

/** A device with the generic profile changed. */
function addDevice(name: string, changes: Partial<DeviceProfile>): Promise<void> {
  const { profile } = directory.devices.get('web')!;
  directory.addDevice(name, 'generic', { profile: { ...profile, ...changes } });
  return bindDevice(name);
}
const released = (...names: readonly DeviceProfile['released'][number]['from'][]) =>
  names.map((name) => ({ shown: name, from: name }));

const number = '0a1b2c3d';
const card = equal('serialNumber', number);
const not = (part: Filter): Filter => ({ kind: 'not', part });
const and = (...parts: readonly Filter[]): Filter => ({ kind: 'and', parts });
const or = (...parts: readonly Filter[]): Filter => ({ kind: 'or', parts });
const present = (attribute: string): Filter => ({ kind: 'present', attribute });
const ordered = (kind: 'greaterOrEqual' | 'lessOrEqual' | 'approx', attribute: string): Filter => ({
  kind,
  attribute,
  value: '0a',
});
const starting = (attribute: string, initial: string): Filter => ({
  ...{ kind: 'substrings', attribute, initial, any: [], final: undefined },
});
const matching = (attribute: string | undefined, matchingRule?: string, dnAttributes = false): Filter => ({
  ...{ kind: 'extensible', matchingRule, attribute, value: number, dnAttributes },
});

describe('a card attribute', () => {
  beforeEach(() => bindDevice('printer'));

  it.each<[string, Filter]>([
    ['presence by OID', present('2.5.4.5')],
    ['presence in capitals with an option', present('SERIALNUMBER;lang-ja')],
    ['a substring by OID', starting('2.5.4.5', '0a')],
    ['a range by OID', ordered('greaterOrEqual', '2.5.4.5')],
    ['a range with an option', ordered('lessOrEqual', 'serialNumber;binary')],
    ['an approximation', ordered('approx', 'serialNumber')],
    ['a double negation', not(not(card))],
    ['a range below an OR below an AND', and(card, or(equal('uid', 'x'), ordered('lessOrEqual', '2.5.4.5')))],
    ['a negation beside the number', and(card, not(equal('serialNumber', '0a1b2c3e')))],
    ['a match by its own rule', matching('serialNumber')],
    ['a match by rule and name', matching('2.5.4.5', '2.5.13.2', true)],
    ['a match over every attribute', matching(undefined, 'caseIgnoreMatch')],
    ['a match over every attribute and the name', matching(undefined, '2.5.13.2', true)],
    ['another number beside it', and(card, equal('2.5.4.5', '0a1b2c3e'))],
    ['another number below', or(equal('uid', 'x'), and(card, or(equal('serialNumber', '0a1b2c3e'))))],
  ])('asked by %s is refused, and no card is looked up', async (_, filter) => {
    const replies = await search({ filter });
    expect([codeOf(replies), dnsOf(replies)]).toEqual([53, []]);
    expect(directory.logIns).toEqual([]);
  });

  it.each<[string, Filter]>([
    ['twice', and(card, card)],
    ['in two spellings', and(card, equal('2.5.4.5', '0A:1B:2C:3D'))],
    ['in an OR of three', or(card, equal('serialNumber', '0A1B2C3D'), equal('SERIALNUMBER', '0a-1b-2c-3d'))],
  ])('with one number %s is one sign-in', async (_, filter) => {
    const replies = await search({ filter, attributes: ['serialNumber'] });
    expect(dnsOf(replies)).toEqual([personDn('tanaka')]);
    expect(directory.logIns).toEqual([{ number, way: 'card-search' }]);
  });

  it('is not touched by a match over the attributes above it', async () => {
    const replies = await search({ filter: matching('name', 'caseIgnoreMatch') });
    expect([codeOf(replies), dnsOf(replies)]).toEqual([0, []]);
    expect(directory.logIns).toEqual([]);
  });

  it('is compared with nothing, by none of its names', async () => {
    for (const name of ['serialNumber', 'SERIALNUMBER', '2.5.4.5', 'serialNumber;x']) {
      expect(await compare(personDn('tanaka'), name, number)).toBe(53);
      expect(await compare(personDn('nobody'), name, number)).toBe(53);
    }
  });

  it('is sorted by nobody: the control is not known', async () => {
    const control = (critical: boolean) => ({
      ...{
        type: '1.2.840.113556.1.4.473',
        critical,
        value: Buffer.from('300e300c040c73657269616c4e756d626572', 'hex'),
      },
    });
    expect(codeOf(await search({ filter: card, controls: [control(true)] }))).toBe(12);
    expect(dnsOf(await search({ filter: card, controls: [control(false)] }))).toEqual([personDn('tanaka')]);
  });

  it('gives back the number that was searched and no other, once', async () => {
    const filter = or(card, equal('2.5.4.5', '0A:1B:2C:3D'));
    const replies = await search({ filter, attributes: ['*', '+'] });
    expect(replies[0]?.attributes.serialNumber).toEqual([number]);
    const { profile } = directory.devices.get('printer')!;
    directory.addDevice('silent', 'card-search', { profile: { ...profile, echoCardNumber: false } });
    await bindDevice('silent');
    const silent = await search({ filter: card, attributes: ['*', '+', 'serialNumber'] });
    expect(dnsOf(silent)).toEqual([personDn('tanaka')]);
    expect(silent[0]?.attributes.serialNumber).toBeUndefined();
  });

  it('is in no entry that is found otherwise, under whatever name the profile has it', async () => {
    const { profile } = directory.devices.get('printer')!;
    await addDevice('both', {
      ways: ['card-search', 'people'],
      cardAttributes: ['serialnumber', 'employeenumber'],
      spelling: profile.spelling,
    });
    const replies = await search({ attributes: ['*', '+', 'serialNumber', 'employeeNumber'] });
    expect(dnsOf(replies)).toContain(personDn('tanaka'));
    expect(replies.flatMap(({ attributes }) => Object.keys(attributes))).not.toContain('employeeNumber');
    expect(JSON.stringify(replies)).not.toContain(number);
    // Its number in the personnel file is searched as a card's and is none.
    expect(dnsOf(await search({ filter: equal('employeeNumber', '1001') }))).toEqual([]);
  });
});

describe('an attribute that the profile does not release', () => {
  let queries: PeopleQuery[];

  beforeEach(async () => {
    queries = [];
    const findPeople = directory.findPeople.bind(directory);
    directory.findPeople = (query) => {
      queries.push(query);
      return findPeople(query);
    };
    await addDevice('phone book', { released: released('objectclass', 'uid', 'cn') });
  });

  it('is not shown, however it is asked for', async () => {
    const replies = await search({
      filter: equal('uid', 'tanaka'),
      attributes: ['*', '+', 'mail', 'memberOf'],
    });
    const names = Object.keys(replies[0]?.attributes ?? {});
    expect(names).toEqual(expect.arrayContaining(['objectClass', 'uid', 'cn']));
    for (const hidden of ['mail', 'memberOf', 'displayName', 'employeeNumber', 'department']) {
      expect(names).not.toContain(hidden);
    }
  });

  it.each<[string, (value: string) => Filter]>([
    ['equality', (value) => equal('mail', value)],
    ['equality by OID', (value) => equal('0.9.2342.19200300.100.1.3', value)],
    ['presence', () => present('mail')],
    ['a substring', (value) => starting('mail', value.slice(0, 3))],
    ['an AND', (value) => and(equal('objectClass', 'person'), equal('mail', value))],
    ['an OR', (value) => or(equal('mail', value), equal('employeeNumber', '1001'))],
    ['a group', () => equal('memberOf', `cn=printing,ou=groups,${baseDn}`)],
    ['its negation twice', (value) => not(not(equal('mail', value)))],
  ])('is matched by nothing: %s', async (_, filter) => {
    const right = await search({ base: `ou=people,${baseDn}`, filter: filter('tanaka@example.jp') });
    const wrong = await search({ base: `ou=people,${baseDn}`, filter: filter('nobody@example.jp') });
    expect([codeOf(right), dnsOf(right)]).toEqual([0, []]);
    expect(said(right)).toEqual(said(wrong));
  });

  it('tells nobody apart by a negation either', async () => {
    const base = `ou=people,${baseDn}`;
    const with_ = await search({ base, scope: 'one', filter: not(equal('mail', 'tanaka@example.jp')) });
    expect(dnsOf(with_)).toHaveLength(3);
  });

  it('is not even looked up: the time of an answer would tell', async () => {
    await search({ filter: equal('mail', 'tanaka@example.jp') });
    await search({ filter: equal('employeeNumber', '1001') });
    expect(queries.map(({ anyOf }) => anyOf)).toEqual([[], []]);
  });

  it('is compared as one that the entry has not', async () => {
    expect(await compare(personDn('tanaka'), 'mail', 'tanaka@example.jp')).toBe(16);
    expect(await compare(personDn('tanaka'), 'mail', 'x@example.jp')).toBe(16);
  });

  it('but under the name that the profile gives it is found by that name alone', async () => {
    await addDevice('old', {
      released: [...released('objectclass', 'uid'), { shown: 'pager', from: 'employeenumber' }],
    });
    const found = await search({ filter: equal('pager', '1001'), attributes: ['pager', 'employeeNumber'] });
    expect(dnsOf(found)).toEqual([personDn('tanaka')]);
    expect(found[0]?.attributes).toEqual({ pager: ['1001'] });
    expect(dnsOf(await search({ filter: equal('employeeNumber', '1001') }))).toEqual([]);
  });
});

describe('what exists only to be bound to', () => {
  it.each(['devices', 'cards'])('ou=%s has nothing below it, whoever looks', async (unit) => {
    await bindDevice('web');
    const base = `ou=${unit},${baseDn}`;
    expect(dnsOf(await search({ base }))).toEqual([base]);
    expect(dnsOf(await search({ base, scope: 'one' }))).toEqual([]);
  });

  it('is absent at its own name as what never was', async () => {
    await bindDevice('web');
    const at = (base: string) => search({ base, scope: 'base' });
    const there = await at(`cn=printer,ou=devices,${baseDn}`);
    expect(codeOf(there)).toBe(32);
    expect(said(there)).toEqual(said(await at(`cn=nobody,ou=devices,${baseDn}`)));
    const known = await at(`cn=${number},cn=door,ou=cards,${baseDn}`);
    expect(codeOf(known)).toBe(32);
    expect(said(known)).toEqual(said(await at(`cn=0a1b2c00,cn=door,ou=cards,${baseDn}`)));
    expect(directory.logIns).toEqual([]);
  });
});

describe('who is not bound', () => {
  it('hears the same of every place, be there somebody or not', async () => {
    const places = [
      baseDn,
      personDn('tanaka'),
      personDn('nobody'),
      `cn=printing,ou=groups,${baseDn}`,
      `cn=x,${baseDn}`,
    ];
    const heard = [];
    for (const base of places) heard.push(said(await search({ base, scope: 'base' })));
    expect(new Set(heard.map((replies) => JSON.stringify(replies))).size).toBe(1);
    expect(heard[0]?.[0]?.code).toBe(50);
    for (const dn of places) expect(await compare(dn, 'objectClass', 'person')).toBe(50);
  });
});

describe('a person', () => {
  beforeEach(() => bindTanaka());

  it('sees the own entry, and of everybody else what of somebody who is not there', async () => {
    const people = await search({ filter: equal('objectClass', 'person') });
    expect(dnsOf(people)).toEqual([personDn('tanaka')]);
    const [other, nobody] = [
      await search({ base: personDn('suzuki'), scope: 'base' }),
      await search({ base: personDn('nobody'), scope: 'base' }),
    ];
    expect([dnsOf(other), said(other)]).toEqual([[], said(nobody)]);
    expect(await compare(personDn('suzuki'), 'uid', 'suzuki')).toBe(32);
    expect(await compare(personDn('tanaka'), 'mail', 'tanaka@example.jp')).toBe(6);
  });

  it('sees no groups, and no cards', async () => {
    expect(dnsOf(await search({ filter: equal('objectClass', 'groupOfNames') }))).toEqual([]);
    directory.addDevice('gate', 'card-search', {
      profile: { ...directory.devices.get('printer')!.profile, ways: ['card-search', 'card-bind'] },
    });
    await bind(`cn=${number},cn=gate,ou=cards,${baseDn}`, 'secret-of-gate');
    const before = directory.logIns.length;
    const others = await search({ filter: equal('serialNumber', '0a1b2c3e') });
    expect([codeOf(others), dnsOf(others), directory.logIns.length]).toEqual([0, [], before]);
  });
});

describe('groups', () => {
  it('are there for a device that looks for people, and for no other', async () => {
    await bindDevice('web');
    const groups = { filter: equal('objectClass', 'groupOfNames') };
    expect(dnsOf(await search(groups))).toContain(`cn=printing,ou=groups,${baseDn}`);
    await bindDevice('printer');
    expect(dnsOf(await search(groups))).toEqual([]);
    expect(dnsOf(await search({ base: `cn=printing,ou=groups,${baseDn}`, scope: 'base' }))).toEqual([]);
  });
});

describe('the most entries of a profile', () => {
  const page = (pageSize: number, cookie: string) => {
    const { value } = encodePagedResults(cookie);
    // The page size is the first integer: zero as the server writes it.
    value!.writeUInt8(pageSize, 4);
    return [{ type: pagedResultsOid, critical: true, value }];
  };

  it('end a search, and bound every page of one', async () => {
    await addDevice('small', { maxEntries: 2 });
    const filter = equal('objectClass', 'person');
    const whole = await search({ filter });
    expect([dnsOf(whole).length, codeOf(whole)]).toEqual([2, 4]);
    const first = await search({ filter, controls: page(100, '') });
    expect([dnsOf(first).length, codeOf(first)]).toEqual([2, 0]);
    const rest = await search({ filter, controls: page(100, first.at(-1)?.cookie ?? '') });
    expect([dnsOf(rest).length, rest.at(-1)?.cookie]).toEqual([1, '']);
  });

  it('and a page goes on with the eyes of whoever is bound then', async () => {
    await addDevice('small', { maxEntries: 1 });
    const filter = equal('objectClass', 'person');
    const first = await search({ filter, controls: page(1, '') });
    await bindTanaka();
    const rest = await search({ filter, controls: page(1, first.at(-1)?.cookie ?? '') });
    expect(dnsOf(rest).filter((dn) => dn !== personDn('tanaka'))).toEqual([]);
  });
});
