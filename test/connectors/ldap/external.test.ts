import { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { TlsIdentity } from '../../../connectors/ldap/tls-identity.ts';
import { baseDn, type InMemoryDirectory, midoriCity } from './support/in-memory-flows.ts';
import { RawClient, type Reply } from './support/raw-client.ts';
import { equal, extendedRequest, saslBindRequest, searchRequest } from './support/requests.ts';
import { makeTlsIdentity, type RunningServer, runServer } from './support/running-server.ts';

const deviceDn = (name: string) => `cn=${name},ou=devices,${baseDn}`;
const startTlsOid = '1.3.6.1.4.1.1466.20037';
const whoAmI = extendedRequest(90, '1.3.6.1.4.1.4203.1.11.3');

let servers: TlsIdentity;
let kiosks: TlsIdentity;
let strangers: TlsIdentity;
let directory: InMemoryDirectory;
let server: RunningServer;
const clients: RawClient[] = [];

beforeAll(() => {
  [servers, kiosks, strangers] = [makeTlsIdentity(), makeTlsIdentity(), makeTlsIdentity()];
});

beforeEach(async () => {
  directory = midoriCity();
  const certificateSha256 = new X509Certificate(kiosks.cert).fingerprint256.replaceAll(':', '').toLowerCase();
  directory.addDevice('kiosk', 'card-search', { certificateSha256 });
  server = await runServer(directory, { tlsIdentity: () => servers });
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await server.close();
});

const kept = (client: RawClient) => {
  clients.push(client);
  return client;
};
const overLdaps = async (shown: TlsIdentity | undefined, more = {}) =>
  kept(await RawClient.openTls(server.ldapsPort!, { ...shown, ...more }));
const overStartTls = async (shown: TlsIdentity) => {
  const plain = kept(await RawClient.open(server.ldapPort));
  await plain.ask(extendedRequest(1, startTlsOid));
  return kept(await plain.startTls(shown));
};
const codeOf = (replies: readonly Reply[]) => replies.at(-1)?.code;
const bind = async (client: RawClient, credentials?: string, mechanism = 'EXTERNAL') =>
  codeOf(await client.ask(saslBindRequest(2, mechanism, credentials)));
const identityOf = async (client: RawClient) => (await client.ask(whoAmI)).at(-1)?.value;
const mechanismsOf = async (client: RawClient) => {
  const attributes = ['supportedSASLMechanisms'];
  const [dse] = await client.ask(searchRequest(3, { base: '', scope: 'base', attributes }));
  return dse?.attributes.supportedSASLMechanisms;
};

describe('SASL EXTERNAL', () => {
  test('binds the device whose certificate was noted, whoever issued it, over LDAPS and StartTLS', async () => {
    for (const client of [await overLdaps(kiosks), await overStartTls(kiosks)]) {
      expect(await bind(client, '')).toBe(0);
      expect(await identityOf(client)).toBe(`dn:${deviceDn('kiosk')}`);
    }
  });

  test.each([
    ['no identity', undefined, 0],
    ['an empty identity', '', 0],
    ['its own DN', `dn:${deviceDn('kiosk')}`, 0],
    ['its own DN in another spelling', `dn:CN=Kiosk; OU=Devices; ${baseDn}`, 0],
    ['its own name', 'u:Kiosk', 0],
    ['another device', `dn:${deviceDn('printer')}`, 49],
    ['a person', `dn:uid=tanaka,ou=people,${baseDn}`, 49],
    ['another name', 'u:printer', 49],
    ['nobody', 'u:nobody', 49],
    ['an identity without its kind', 'kiosk', 49],
    ['what is no DN', 'dn:kiosk', 34],
  ])('that asks for %s gives its result', async (_, credentials, code) => {
    const client = await overLdaps(kiosks);
    expect(await bind(client, credentials)).toBe(code);
    expect(await identityOf(client)).toBe(code === 0 ? `dn:${deviceDn('kiosk')}` : '');
  });

  test('with a certificate that nobody noted is 49, without any 48, in clear 48', async () => {
    expect(await bind(await overLdaps(strangers), '')).toBe(49);
    expect(await bind(await overLdaps(undefined), '')).toBe(48);
    expect(await bind(kept(await RawClient.open(server.ldapPort)), '')).toBe(48);
  });

  test('is the only mechanism, and is offered to who shows a certificate', async () => {
    const [shown, silent] = [await overLdaps(kiosks), await overLdaps(undefined)];
    expect(await bind(shown, 'x', 'PLAIN')).toBe(7);
    expect(await mechanismsOf(shown)).toEqual(['EXTERNAL']);
    expect(await mechanismsOf(silent)).toBeUndefined();
    expect(await mechanismsOf(kept(await RawClient.open(server.ldapPort)))).toBeUndefined();
  });

  test('that fails leaves nobody bound', async () => {
    const client = await overLdaps(kiosks);
    await bind(client, '');
    expect(await bind(client, 'u:printer')).toBe(49);
    expect(await identityOf(client)).toBe('');
  });

  test('ends with the certificate: the next operation of an open connection is refused', async () => {
    const client = await overLdaps(kiosks);
    await bind(client, '');
    const find = searchRequest(5, { base: baseDn, filter: equal('serialNumber', '0a1b2c3d') });
    expect(codeOf(await client.ask(find))).toBe(0);
    directory.devices.get('kiosk')!.disabled = true;
    expect(codeOf(await client.ask(find))).toBe(50);
  });

  test.each(['TLSv1.2', 'TLSv1.3'] as const)('counts in a resumed session of %s', async (version) => {
    const versions = { minVersion: version, maxVersion: version };
    const first = await overLdaps(kiosks, versions);
    const sessionTicket = new Promise<Buffer>((resolve) => first.socket.once('session', resolve));
    await bind(first, '');
    const session = (first.socket as TLSSocket).getSession() ?? (await sessionTicket);
    const ticket = version === 'TLSv1.3' ? await sessionTicket : session;
    const second = await overLdaps(kiosks, { ...versions, session: ticket });
    expect((second.socket as TLSSocket).isSessionReused()).toBe(true);
    expect(await bind(second, '')).toBe(0);
  });

  test('is 52 in an outage', async () => {
    directory.outage = true;
    expect(await bind(await overLdaps(kiosks), '')).toBe(52);
  });
});
