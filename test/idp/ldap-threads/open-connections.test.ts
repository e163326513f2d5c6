import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createLdapFlows } from '../../../connectors/ldap/kazasu-flows.ts';
import type { LdapServer } from '../../../connectors/ldap/server.ts';
import { openSystem, type System } from '../../../idp/compose.ts';
import { readConfig } from '../../../idp/config.ts';
import type { OrganizationId, PersonId } from '../../../idp/domain/person.ts';
import { actor } from '../../../idp/domain/registration.ts';
import { changeDeviceProfile } from '../../../idp/flows/change-device-profile.ts';
import { type CertificateChange, changeClientCertificates } from '../../../idp/flows/client-certificates.ts';
import type { FlowContext } from '../../../idp/flows/context.ts';
import { addLdapClient, type NewLdapClient, rotateClientSecret } from '../../../idp/flows/manage-clients.ts';
import { PasswordChecks } from '../../../idp/flows/password-checks.ts';
import { startLdapThreads } from '../../../idp/ldap-threads/ldap-threads.ts';
import { selfSignedTlsFiles } from '../../../idp/storage/tls-files.ts';
import { RawClient } from '../../connectors/ldap/support/raw-client.ts';
import { bindRequest, equal, searchRequest } from '../../connectors/ldap/support/requests.ts';

const admin = actor('os', 0);
const baseDn = 'dc=example,dc=jp';
const tanakaDn = `uid=tanaka,ou=people,${baseDn}`;
let directory: string;
let system: System;
let context: FlowContext;
let server: LdapServer;
let clients: RawClient[] = [];

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'kazasu-open-'));
  system = await openSystem(readConfig({ KAZASU_DATA_DIR: join(directory, 'data') }, '/nonexistent'), {
    log: () => {},
  });
  const passwords = new PasswordChecks({ verify: async () => 'right' }, system.context.clock);
  context = { ...system.context, passwords };
  await context.record.change(async ({ organizations, people }) => {
    const organizationId = 'midori' as OrganizationId;
    await organizations.add({ organizationId, name: 'みどり市' });
    await people.put({
      ...{ personId: 'tanaka-id' as PersonId, organizationId, uid: 'tanaka', displayName: '田中 花子' },
      ...{ mail: 'tanaka@example.jp', state: 'active', roles: [], groups: [], organization: 'みどり市' },
    });
  });
  const { config, keys, shareable } = system;
  if (shareable === undefined) throw new Error('nothing to share');
  server = await startLdapThreads({
    ...{ dataDir: config.dataDir, keys, context, ...shareable, threads: 2 },
    tlsFiles: await selfSignedTlsFiles(config.dataDir, 'localhost', Date.now()),
    flows: createLdapFlows(context),
    server: { host: '127.0.0.1', ldapPort: 0, ldapsPort: 0, baseDn },
    log: () => {},
  });
});

afterAll(async () => {
  await server?.close();
  await system?.close();
  rmSync(directory, { recursive: true, force: true });
});

afterEach(() => {
  for (const client of clients) client.close();
  clients = [];
});

function addDevice(name: string, more: Partial<NewLdapClient> = {}) {
  return addLdapClient(context, {
    ...{ name, preset: 'generic', acceptedAcr: [], requiredGroups: [], addresses: [], choices: {} },
    ...{ allowPlaintext: false, ownReader: true, actor: admin },
    ...more,
  });
}

async function connected(device: string, secret: string): Promise<RawClient> {
  const client = await RawClient.openTls(server.ldapsPort ?? 0);
  clients.push(client);
  const [bound] = await client.ask(bindRequest(1, `cn=${device},ou=devices,${baseDn}`, secret));
  expect(bound?.code).toBe(0);
  return client;
}

/** Enough connections that each thread has some. */
const everywhere = (device: string, secret: string) =>
  Promise.all(Array.from({ length: 12 }, () => connected(device, secret)));

async function asTanaka(client: RawClient): Promise<RawClient> {
  const [bound] = await client.ask(bindRequest(2, tanakaDn, 'password'));
  expect(bound?.code).toBe(0);
  return client;
}

/** What each of them is shown of one person: the mail address, that there is somebody, or the result alone. */
const shown = async (all: readonly RawClient[]) =>
  new Set(
    await Promise.all(
      all.map(async (client) => {
        const request = searchRequest(3, { base: baseDn, filter: equal('uid', 'tanaka') });
        const replies = await client.ask(request);
        const [entry] = replies;
        return replies.length === 1 ? entry?.code : (entry?.attributes.mail?.[0] ?? 'somebody');
      }),
    ),
  );

const changed = (client: string, choices: NewLdapClient['choices']) =>
  changeDeviceProfile(context, { client, choices, actor: admin });

const nameOnly = { released: [{ shown: 'uid', from: 'uid' }] } as const;

describe('a change of a device’s profile', () => {
  it('holds on the very next operation of every connection of the device, in every thread', async () => {
    const { secret } = await addDevice('web');
    const all = await everywhere('web', secret);
    expect(await shown(all)).toEqual(new Set(['tanaka@example.jp']));
    await changed('web', nameOnly);
    expect(await shown(all)).toEqual(new Set(['somebody']));
    await changed('web', { ways: ['person-bind'] });
    expect(await shown(all)).toEqual(new Set([0]));
  });

  it('holds on the very next operation of whoever is bound as a person there', async () => {
    const { secret } = await addDevice('copier');
    const all = await Promise.all((await everywhere('copier', secret)).map(asTanaka));
    expect(await shown(all)).toEqual(new Set(['tanaka@example.jp']));
    await changed('copier', nameOnly);
    expect(await shown(all)).toEqual(new Set(['somebody']));
    await rotateClientSecret(context, { client: 'copier', actor: admin });
    expect(await shown(all)).toEqual(new Set([50]));
  });

  it('that lets nobody bind as a person any more puts out who did', async () => {
    const { secret } = await addDevice('reception');
    const all = await Promise.all((await everywhere('reception', secret)).map(asTanaka));
    await changed('reception', { ways: ['people'] });
    expect(await shown(all)).toEqual(new Set([50]));
  });

  it('holds for whoever is bound as a person where one thread does everything, too', async () => {
    const { secret } = await addDevice('scanner');
    const flows = createLdapFlows(context);
    const place = { remoteAddress: '127.0.0.1', channel: 'tls' } as const;
    const device = await flows.bindDevice({ name: 'scanner', secret, ...place, way: 'device' });
    if (device.outcome !== 'bound') throw new Error(device.reason);
    const person = await flows.bindPerson({
      ...{ uid: 'tanaka', password: 'password', ...place, device: device.device },
      ...{ certificateSha256: undefined, signal: new AbortController().signal },
    });
    if (person.outcome !== 'bound') throw new Error(person.reason);
    await changed('scanner', nameOnly);
    expect(person.device.profile.released).toEqual(nameOnly.released);
  });
});

describe('a certificate that is struck', () => {
  it('ends what whoever is bound as a person had at the device that it named', async () => {
    await addDevice('kiosk');
    const sha256 = 'ab'.repeat(32);
    const note = (change: CertificateChange) =>
      changeClientCertificates(context, { client: 'kiosk', change, actor: admin });
    await note({ add: sha256 });
    const flows = createLdapFlows(context);
    const person = await flows.bindPerson({
      ...{ uid: 'tanaka', password: 'password', remoteAddress: '127.0.0.1', channel: 'tls' },
      ...{ device: undefined, certificateSha256: sha256, signal: new AbortController().signal },
    });
    if (person.outcome !== 'bound') throw new Error(person.reason);
    const bound = { device: person.device, uid: 'tanaka', by: 'person-bind' } as const;
    expect(await flows.stillAdmits(bound)).toBe(true);
    await note({ remove: sha256 });
    expect(await flows.stillAdmits(bound)).toBe(false);
  });
});

describe('somebody who waits for a tap in one of the threads', () => {
  it('waits no longer than the connection lasts', async () => {
    const presence = { personBind: { password: false, tap: true, waitSeconds: 60 } };
    const { secret } = await addDevice('door', { presence, ownReader: false });
    const refused = async () =>
      (await Array.fromAsync(context.audit.read())).filter(({ reason }) => reason === 'tap-missing').length;
    const client = await connected('door', secret);
    client.send(bindRequest(2, tanakaDn, '-'));
    // Whatever came before it is answered once this is.
    await connected('door', secret);
    expect(client.replies).toEqual([]);
    expect(await refused()).toBe(0);
    client.close();
    await expect.poll(refused).toBe(1);
  });
});
