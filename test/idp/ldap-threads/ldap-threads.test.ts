import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createLdapFlows } from '../../../connectors/ldap/kazasu-flows.ts';
import type { LdapServer } from '../../../connectors/ldap/server.ts';
import { openSystem, type System } from '../../../idp/compose.ts';
import { serveDirectory } from '../../../idp/compose-ldap.ts';
import { readConfig } from '../../../idp/config.ts';
import { type CardId, parseCardNumber } from '../../../idp/domain/card.ts';
import type { OrganizationId, PersonId } from '../../../idp/domain/person.ts';
import { actor } from '../../../idp/domain/registration.ts';
import { restoreCard, revokeCard, suspendCard } from '../../../idp/flows/change-card.ts';
import { restorePerson, suspendPerson } from '../../../idp/flows/change-person.ts';
import { addLdapClient, rotateClientSecret } from '../../../idp/flows/manage-clients.ts';
import { publishCards } from '../../../idp/flows/publish-cards.ts';
import { startLdapThreads } from '../../../idp/ldap-threads/ldap-threads.ts';
import { selfSignedTlsFiles } from '../../../idp/storage/tls-files.ts';
import { RawClient } from '../../connectors/ldap/support/raw-client.ts';
import { bindRequest, equal, searchRequest } from '../../connectors/ldap/support/requests.ts';

const admin = actor('os', 0);
const baseDn = 'dc=example,dc=jp';
const threads = 3;
const card = '0b000001';
let directory: string;
let system: System;
let server: LdapServer;
let secret: string;
let clients: RawClient[] = [];

const settings = (more: Record<string, string> = {}) => ({
  KAZASU_DATA_DIR: join(directory, 'data'),
  KAZASU_LDAP_PORT: '0',
  KAZASU_LDAPS_PORT: '0',
  KAZASU_LDAP_THREADS: String(threads),
  ...more,
});

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'kazasu-threads-'));
  system = await openSystem(readConfig(settings(), '/nonexistent'), { log: () => {} });
  await register();
  ({ secret } = await addDevice('printer'));
  const tlsFiles = await selfSignedTlsFiles(join(directory, 'data'), 'localhost', Date.now());
  server = await serveDirectory(system, { host: '127.0.0.1', tlsFiles, log: () => {} });
});

afterAll(async () => {
  for (const client of clients) client.close();
  await server?.close();
  await system?.close();
  rmSync(directory, { recursive: true, force: true });
});

async function register(): Promise<void> {
  const { context } = system;
  const number = parseCardNumber('felica', `${card}${card}`);
  const cardKey = context.numbers.keyOf(number);
  await context.record.change(async ({ organizations, people, cards }) => {
    const organizationId = 'midori' as OrganizationId;
    await organizations.add({ organizationId, name: 'みどり市' });
    await people.put({
      ...{ personId: 'tanaka-id' as PersonId, organizationId, uid: 'tanaka', displayName: '田中 花子' },
      ...{ state: 'active', roles: [], groups: ['staff'], organization: 'みどり市' },
    });
    await cards.add({
      ...{ cardId: 'card-1' as CardId, cardKey, kind: 'felica', personId: 'tanaka-id' as PersonId },
      ...{ state: 'active', sealedNumber: context.numbers.seal(Buffer.from(card), cardKey) },
      ...{ notBefore: Date.now() - 1_000, notAfter: Date.now() + 3_600_000 },
    });
  });
  await publishCards(context);
}

function addDevice(name: string, preset: 'card-search' | 'generic' = 'card-search') {
  return addLdapClient(system.context, {
    ...{ name, preset, acceptedAcr: ['urn:kazasu:acr:idm'], requiredGroups: [], addresses: ['127.0.0.0/8'] },
    ...{ allowPlaintext: true, ownReader: true, choices: { cardKind: 'felica' }, actor: admin },
  });
}

async function connected(device = 'printer', password = secret): Promise<RawClient> {
  const client = await RawClient.open(server.ldapPort ?? 0);
  clients.push(client);
  const [bound] = await client.ask(bindRequest(1, `cn=${device},ou=devices,${baseDn}`, password));
  expect(bound?.code).toBe(0);
  return client;
}

/** Enough connections that every thread has some, whichever way the system shares them out. */
const everywhere = () => Promise.all(Array.from({ length: 24 }, () => connected()));

let lastId = 10;
async function search(client: RawClient, number = `${card}${card}`) {
  lastId += 1;
  const request = searchRequest(lastId, { base: baseDn, filter: equal('serialNumber', number) });
  const replies = await client.ask(request);
  return { code: replies.at(-1)?.code, entries: replies.length - 1 };
}

const searchAll = async (all: readonly RawClient[]) =>
  (await Promise.all(all.map((client) => search(client)))).map(({ entries }) => entries);

beforeEach(() => {
  for (const client of clients) client.close();
  clients = [];
});

describe('a directory in several threads', () => {
  it('has every sign-in of every thread in the one trail', async () => {
    const { audit } = system.context;
    const before = (await Array.fromAsync(audit.read())).length;
    const all = await everywhere();
    for (let round = 0; round < 5; round += 1) expect(new Set(await searchAll(all))).toEqual(new Set([1]));
    const events = (await Array.fromAsync(audit.read())).slice(before);
    expect(events.filter(({ type }) => type === 'client.bound')).toHaveLength(24);
    expect(events.filter(({ type }) => type === 'login.granted')).toHaveLength(5 * 24);
    expect(await audit.verify()).toMatchObject({ outcome: 'intact' });
  });

  it('refuses a suspended person on the very next operation of every open connection, and lets a restored one in', async () => {
    const all = await everywhere();
    for (let round = 0; round < 10; round += 1) {
      expect(new Set(await searchAll(all))).toEqual(new Set([1]));
      await suspendPerson(system.context, { person: 'tanaka', actor: admin });
      expect(new Set(await searchAll(all))).toEqual(new Set([0]));
      await restorePerson(system.context, { person: 'tanaka', actor: admin });
    }
  });

  it('answers nothing more to a device whose secret was rotated', async () => {
    const { secret: first } = await addDevice('copier');
    const all = await Promise.all(Array.from({ length: 24 }, () => connected('copier', first)));
    expect(new Set(await searchAll(all))).toEqual(new Set([1]));
    await rotateClientSecret(system.context, { client: 'copier', actor: admin });
    const codes = await Promise.all(all.map(async (client) => (await search(client)).code));
    expect(new Set(codes)).toEqual(new Set([50]));
  });

  it('finds people by name at hand, and asks the thread that writes for those found otherwise', async () => {
    const { secret: password } = await addDevice('web', 'generic');
    const all = await Promise.all(Array.from({ length: 24 }, () => connected('web', password)));
    const found = async (attribute: string, value: string) => {
      const request = searchRequest(5, { base: baseDn, filter: equal(attribute, value) });
      const replies = await Promise.all(all.map((client) => client.ask(request)));
      return new Set(replies.map((each) => (each.length === 1 ? undefined : each[0]?.dn)));
    };
    const tanaka = new Set([`uid=tanaka,ou=people,${baseDn}`]);
    expect(await found('uid', 'ＴＡＮＡＫＡ')).toEqual(tanaka);
    expect(await found('displayName', '田中 花子')).toEqual(tanaka);
    await suspendPerson(system.context, { person: 'tanaka', actor: admin });
    expect(await found('uid', 'tanaka')).toEqual(new Set([undefined]));
    expect(await found('displayName', '田中 花子')).toEqual(new Set([undefined]));
    await restorePerson(system.context, { person: 'tanaka', actor: admin });
    expect(await found('uid', 'tanaka')).toEqual(tanaka);
  });

  it('counts the unknown numbers of a device over all threads, and stops it', async () => {
    const { secret: password } = await addDevice('guesser');
    const all = await Promise.all(Array.from({ length: 130 }, () => connected('guesser', password)));
    let number = 0x0c000000;
    const guesses = async (client: RawClient) => {
      const codes: (number | undefined)[] = [];
      for (let round = 0; round < 3; round += 1) {
        number += 1;
        codes.push((await search(client, number.toString(16).padStart(16, '0'))).code);
      }
      return codes;
    };
    expect((await Promise.all(all.map(guesses))).flat()).toContain(51);
    expect((await search(all[0] as RawClient)).code).toBe(51);
    expect(system.context.deviceGuesses.suspects()).toHaveLength(1);
    // Its neighbours go on.
    expect(await search(await connected())).toEqual({ code: 0, entries: 1 });
  }, 60_000);

  it('does not begin on a port that somebody has', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as { port: number };
    const config = readConfig(settings({ KAZASU_LDAP_PORT: String(port) }), '/nonexistent');
    const tlsFiles = await selfSignedTlsFiles(join(directory, 'data'), 'localhost', Date.now());
    const options = { host: '127.0.0.1', tlsFiles, log: () => {} };
    await expect(serveDirectory({ ...system, config }, options)).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
    // Nor where another directory in threads listens: the system itself would let both in.
    const again = readConfig(settings({ KAZASU_LDAP_PORT: String(server.ldapPort) }), '/nonexistent');
    await expect(serveDirectory({ ...system, config: again }, options)).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
    taken.close();
  });
});

describe('a thread that fails', () => {
  it('is replaced, and what it had answered is in the trail', async () => {
    const { config, context, keys, shareable } = system;
    if (shareable === undefined) throw new Error('nothing to share');
    const tlsFiles = await selfSignedTlsFiles(config.dataDir, 'localhost', Date.now());
    const lines: string[] = [];
    const falling = await startLdapThreads({
      ...{ dataDir: config.dataDir, keys, tlsFiles, context, ...shareable },
      program: new URL('./falling-worker.ts', import.meta.url),
      threads: 1,
      names: 'falling',
      flows: createLdapFlows(context),
      server: { host: '127.0.0.1', ldapPort: 0, ldapsPort: 0, baseDn },
      log: (event) => void lines.push(event),
    });
    const before = server;
    try {
      server = falling;
      const events = (await Array.fromAsync(context.audit.read())).length;
      const client = await connected();
      for (let index = 0; index < 20; index += 1) expect((await search(client)).entries).toBe(1);
      writeFileSync(join(config.dataDir, 'fall-falling-1'), '');
      await client.closed;
      await expect.poll(() => lines).toContain('ldap-thread-ended');
      await expect
        .poll(
          () =>
            connected()
              .then((next) => search(next))
              .catch(() => undefined),
          { timeout: 8_000 },
        )
        .toEqual({ code: 0, entries: 1 });
      const trail = (await Array.fromAsync(context.audit.read())).slice(events);
      expect(trail.filter(({ type }) => type === 'login.granted').length).toBe(21);
      expect(await context.audit.verify()).toMatchObject({ outcome: 'intact' });
    } finally {
      await falling.close();
      server = before;
    }
  }, 30_000);
});

// Last: it works no more afterwards.
describe('a card that is stopped', () => {
  it('is nobody’s on the very next operation of every open connection, suspended or revoked', async () => {
    const all = await everywhere();
    expect(new Set(await searchAll(all))).toEqual(new Set([1]));
    await suspendCard(system.context, { card: 'card-1', actor: admin });
    expect(new Set(await searchAll(all))).toEqual(new Set([0]));
    await restoreCard(system.context, { card: 'card-1', actor: admin });
    expect(new Set(await searchAll(all))).toEqual(new Set([1]));
    await revokeCard(system.context, { card: 'card-1', actor: admin });
    expect(new Set(await searchAll(all))).toEqual(new Set([0]));
  });
});
