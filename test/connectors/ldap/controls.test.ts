import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { pagedResultsOid, passwordPolicyOid } from '../../../connectors/ldap/codec/controls.ts';
import { baseDn, type InMemoryDirectory, midoriCity } from './support/in-memory-flows.ts';
import { RawClient, type Reply } from './support/raw-client.ts';
import {
  abandonRequest,
  bindRequest,
  extendedRequest,
  message,
  pagedControl,
  type SearchOptions,
  searchRequest,
} from './support/requests.ts';
import { HandClock, type RunningServer, runServer } from './support/running-server.ts';

const deviceDn = (name: string) => `cn=${name},ou=devices,${baseDn}`;
const whoAmI = '1.3.6.1.4.1.4203.1.11.3';
const unknown = { type: '1.2.3.4', critical: true, value: undefined };

let directory: InMemoryDirectory;
let clock: HandClock;
let server: RunningServer;
let client: RawClient;
let nextId = 1;

beforeEach(async () => {
  directory = midoriCity();
  for (let index = 0; index < 600; index += 1) directory.addPerson(`p${1000 + index}`, undefined);
  clock = new HandClock();
  server = await runServer(directory, { clock });
  client = await bound('web');
});

afterEach(async () => {
  client.close();
  await server.close();
});

async function bound(name: string): Promise<RawClient> {
  const opened = await RawClient.open(server.ldapPort);
  await opened.ask(bindRequest(1, deviceDn(name), `secret-of-${name}`));
  return opened;
}

const codeOf = (replies: readonly Reply[]) => replies.at(-1)?.code;
const dnsOf = (replies: readonly Reply[]) => replies.flatMap(({ dn }) => (dn === undefined ? [] : [dn]));
const search = (options: Partial<SearchOptions>, by = client) => {
  nextId += 1;
  return by.ask(searchRequest(nextId, { base: `ou=people,${baseDn}`, scope: 'one', ...options }));
};
const page = (pageSize: number, cookie: string, more: Partial<SearchOptions> = {}, by = client) =>
  search({ controls: [pagedControl(pageSize, cookie)], ...more }, by);

describe('a cookie of paged results', () => {
  let cookie: string;
  beforeEach(async () => {
    cookie = (await page(250, '')).at(-1)?.cookie ?? '';
    expect(cookie).not.toBe('');
  });

  test('is good once', async () => {
    expect(codeOf(await page(250, cookie))).toBe(0);
    expect(codeOf(await page(250, cookie))).toBe(53);
  });

  test('is good for pages of another size', async () => {
    expect(dnsOf(await page(10, cookie))).toHaveLength(10);
  });

  test('is worth nothing on another connection of the same device', async () => {
    const other = await bound('web');
    expect(codeOf(await page(250, cookie, {}, other))).toBe(53);
    other.close();
    expect(codeOf(await page(250, cookie))).toBe(0);
  });

  test('is worth nothing for another search', async () => {
    expect(codeOf(await page(250, cookie, { scope: 'sub' }))).toBe(53);
  });

  test('is worth nothing after another bind on its connection', async () => {
    await client.ask(bindRequest(90, deviceDn('web'), 'secret-of-web'));
    expect(codeOf(await page(250, cookie))).toBe(53);
  });

  test('is given back with a page of size zero, and ends the paging', async () => {
    const ended = await page(0, cookie);
    expect([codeOf(ended), dnsOf(ended), ended.at(-1)?.cookie]).toEqual([0, [], '']);
    expect(codeOf(await page(250, cookie))).toBe(53);
  });

  test('that nobody gave is refused', async () => {
    expect(codeOf(await page(250, 'x'.repeat(24)))).toBe(53);
  });

  test('is one of eight at most: the oldest search is forgotten', async () => {
    for (let index = 0; index < 8; index += 1) await page(10, '');
    expect(codeOf(await page(250, cookie))).toBe(53);
  });
});

describe('paged results', () => {
  test('keep to the size limit of the client over one page', async () => {
    const replies = await page(250, '', { sizeLimit: 20 });
    expect([codeOf(replies), dnsOf(replies).length]).toEqual([4, 20]);
  });

  test('that are abandoned send nothing more, and the connection goes on', async () => {
    directory.answers = 'later';
    const options = { base: `ou=people,${baseDn}`, controls: [pagedControl(250, '')] };
    client.send(searchRequest(70, options), abandonRequest(71, 70), extendedRequest(72, whoAmI));
    expect(await client.next()).toMatchObject({ messageId: 72 });
    await expect(client.next(100)).rejects.toThrow('no reply in time');
  });
});

describe('a limit', () => {
  test('of time gives what was found so far', async () => {
    const findPeople = directory.findPeople.bind(directory);
    directory.findPeople = (query) => {
      clock.advanceSeconds(2);
      return findPeople(query);
    };
    const replies = await search({ timeLimitSeconds: 3 });
    expect(codeOf(replies)).toBe(3);
    expect(dnsOf(replies).length).toBeGreaterThan(0);
    expect(dnsOf(replies).length).toBeLessThan(603);
    expect(codeOf(await search({ timeLimitSeconds: 60 }))).toBe(0);
  });

  test('of the profile gives as many entries, and paging the rest', async () => {
    for (let index = 0; index < 600; index += 1) directory.addPerson(`q${1000 + index}`, undefined);
    const replies = await search({});
    expect([codeOf(replies), dnsOf(replies).length]).toEqual([4, 1_000]);
  });
});

describe('the password policy control', () => {
  const asked = (critical: boolean) => ({ type: passwordPolicyOid, critical, value: undefined });
  const answerTo = async (password: string, critical = false) => {
    const controls = [asked(critical)];
    const [reply] = await client.ask(bindRequest(95, deviceDn('web'), password, 3, controls));
    return [reply?.code, reply?.controls];
  };

  test('is answered with a bind, and has nothing to say', async () => {
    const nothing = [{ type: passwordPolicyOid, critical: false, value: Buffer.from([0x30, 0]) }];
    expect(await answerTo('secret-of-web')).toEqual([0, nothing]);
    expect(await answerTo('wrong', true)).toEqual([49, nothing]);
  });

  test('is not answered where nobody asked', async () => {
    const [reply] = await client.ask(bindRequest(96, deviceDn('web'), 'secret-of-web'));
    expect(reply?.controls).toEqual([]);
  });
});

describe('a critical control', () => {
  test('that is not for the operation is refused', async () => {
    const paged = { type: pagedResultsOid, critical: true, value: undefined };
    const [reply] = await client.ask(bindRequest(97, deviceDn('web'), 'secret-of-web', 3, [paged]));
    expect(reply?.code).toBe(12);
    const [done] = await client.ask(
      bindRequest(98, deviceDn('web'), 'secret-of-web', 3, [{ ...paged, critical: false }]),
    );
    expect(done?.code).toBe(0);
  });

  test('is ignored on what has no answer: abandon and unbind', async () => {
    client.send(message(50, (writer) => writer.integer(0x50, 49), [unknown]));
    expect((await client.ask(extendedRequest(51, whoAmI))).at(-1)?.code).toBe(0);
    client.send(message(52, (writer) => writer.octets(0x42, new Uint8Array()), [unknown]));
    expect(await client.next()).toBeUndefined();
  });
});

test('the root DSE names the controls that are taken', async () => {
  const [dse] = await search({ base: '', scope: 'base', attributes: ['supportedControl'] });
  expect(dse?.attributes.supportedControl).toEqual(
    expect.arrayContaining([pagedResultsOid, passwordPolicyOid, '2.16.840.1.113730.3.4.2']),
  );
});

test('operational attributes come with every entry that is asked for them', async () => {
  const attributes = ['entryUUID', 'createTimestamp', 'hasSubordinates', 'entryDN'];
  const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
  const everything = await search({ base: baseDn, scope: 'sub', attributes, sizeLimit: 1_000 });
  const entries = everything.filter(({ dn }) => dn !== undefined);
  for (const { attributes: shown } of entries) expect(shown.entryUUID?.[0]).toMatch(uuid);
  expect(new Set(entries.map(({ attributes: shown }) => shown.entryUUID?.[0])).size).toBe(entries.length);
  expect(entries[0]?.attributes).toMatchObject({
    createTimestamp: ['20261122090000Z'],
    hasSubordinates: ['TRUE'],
    entryDN: [baseDn],
  });
  const byUuid = entries.at(-1)!;
  const found = await search({
    base: baseDn,
    scope: 'sub',
    filter: {
      kind: 'equality',
      attribute: 'entryUUID',
      value: byUuid.attributes.entryUUID![0]!.toUpperCase(),
    },
  });
  expect(dnsOf(found)).toEqual([byUuid.dn]);
});
