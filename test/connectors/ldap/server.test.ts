import { connect as connectTls } from 'node:tls';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { TlsIdentity } from '../../../connectors/ldap/tls-identity.ts';
import { baseDn, type InMemoryDirectory, midoriCity } from './support/in-memory-flows.ts';
import { RawClient } from './support/raw-client.ts';
import {
  abandonRequest,
  bindRequest,
  equal,
  extendedRequest,
  message,
  searchRequest,
} from './support/requests.ts';
import { HandClock, makeTlsIdentity, type RunningServer, runServer } from './support/running-server.ts';

const startTlsOid = '1.3.6.1.4.1.1466.20037';
const printerDn = `cn=printer,ou=devices,${baseDn}`;
const bindPrinter = bindRequest(1, printerDn, 'secret-of-printer');
const rootDse = (messageId: number) => searchRequest(messageId, { base: '', scope: 'base' });

let identity: TlsIdentity;
let otherIdentity: TlsIdentity;
let directory: InMemoryDirectory;
let server: RunningServer;
const clients: RawClient[] = [];

beforeAll(() => {
  identity = makeTlsIdentity();
  otherIdentity = makeTlsIdentity();
});

beforeEach(async () => {
  directory = midoriCity();
  server = await runServer(directory, { tlsIdentity: () => identity });
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await server.close();
});

const open = async (port = server.ldapPort) => {
  const client = await RawClient.open(port);
  clients.push(client);
  return client;
};

const openTls = async () => {
  const client = await RawClient.openTls(server.ldapsPort!);
  clients.push(client);
  return client;
};

/** What a healthy client waits for its answer while others misbehave. */
const healthyAnswerMs = async (client: RawClient) => {
  const started = performance.now();
  const replies = await client.ask(rootDse(1));
  expect(replies.at(-1)).toMatchObject({ code: 0 });
  return performance.now() - started;
};

const noticeOf = async (client: RawClient) => {
  const notice = await client.next();
  await client.closed;
  return notice;
};

describe('TLS', () => {
  test('LDAPS serves, and a device that demands TLS binds', async () => {
    const client = await openTls();
    const [reply] = await client.ask(bindRequest(1, `cn=strict,ou=devices,${baseDn}`, 'secret-of-strict'));
    expect(reply).toMatchObject({ code: 0 });
  });

  test('StartTLS turns a plain connection into a secure and anonymous one', async () => {
    const plain = await open();
    await plain.ask(bindPrinter);
    const [started] = await plain.ask(extendedRequest(2, startTlsOid));
    expect(started).toMatchObject({ code: 0, name: startTlsOid });
    const client = await plain.startTls();
    expect((await client.ask(searchRequest(3, { base: baseDn }))).at(-1)).toMatchObject({ code: 50 });
    const strict = bindRequest(4, `cn=strict,ou=devices,${baseDn}`, 'secret-of-strict');
    expect((await client.ask(strict)).at(-1)).toMatchObject({ code: 0 });
    expect((await client.ask(extendedRequest(5, startTlsOid))).at(-1)).toMatchObject({ code: 1 });
  });

  test('bytes sent in clear behind StartTLS never reach the secure side', async () => {
    const client = await open();
    client.send(extendedRequest(2, startTlsOid), bindPrinter);
    expect(await client.next()).toMatchObject({ messageId: 2, name: startTlsOid });
    expect(await noticeOf(client)).toMatchObject({ messageId: 0, code: 2 });
  });

  test('StartTLS while an operation is under way is refused', async () => {
    const client = await open();
    await client.ask(bindPrinter);
    directory.answers = 'later';
    const filter = equal('serialNumber', '0a1b2c3d');
    client.send(searchRequest(3, { base: baseDn, filter }), extendedRequest(4, startTlsOid));
    expect(await client.next()).toMatchObject({ messageId: 4, code: 1 });
  });

  test('without a certificate there is no StartTLS, and the root DSE does not promise it', async () => {
    await server.close();
    server = await runServer(directory);
    const client = await open();
    expect(server.ldapsPort).toBeUndefined();
    expect((await client.ask(extendedRequest(1, startTlsOid))).at(-1)).toMatchObject({ code: 2 });
    const [dse] = await client.ask(
      searchRequest(2, { base: '', scope: 'base', attributes: ['supportedExtension'] }),
    );
    expect(dse?.attributes.supportedExtension).not.toContain(startTlsOid);
  });

  test('a renewed certificate is shown from the next connection on', async () => {
    let current = identity;
    await server.close();
    server = await runServer(directory, { tlsIdentity: () => current });
    const shown = async () => {
      const client = await openTls();
      return 'getPeerX509Certificate' in client.socket
        ? client.socket.getPeerX509Certificate()?.toString()
        : undefined;
    };
    expect(await shown()).toBe(identity.cert);
    const early = clients.at(-1)!;
    current = otherIdentity;
    expect(await shown()).toBe(otherIdentity.cert);
    expect(await healthyAnswerMs(early)).toBeLessThan(1_000);
  });

  test('TLS 1.1 is refused', async () => {
    const socket = connectTls({
      port: server.ldapsPort!,
      host: '127.0.0.1',
      rejectUnauthorized: false,
      minVersion: 'TLSv1.1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    await expect(new Promise((_, reject) => socket.once('error', reject))).rejects.toThrow();
  });

  test('garbage in place of a handshake ends that connection and no other', async () => {
    const healthy = await openTls();
    const garbage = await open(server.ldapsPort);
    garbage.send(Buffer.alloc(4096, 0x5a));
    await garbage.closed;
    const plain = await open();
    await plain.ask(extendedRequest(1, startTlsOid));
    plain.send(Buffer.alloc(4096, 0x5a));
    await plain.closed;
    expect(await healthyAnswerMs(healthy)).toBeLessThan(500);
  });
});

describe('hostile input', () => {
  test.each<[string, string]>([
    ['a claimed 512 MB message', '308420000000'],
    ['a message larger than unbound clients may send', '3083040001'],
    ['HTTP', '474554202f20485454502f312e310d0a0d0a'],
    ['a TLS hello on the plain port', '16030100f8010000f4'],
    ['an unknown operation', '30050201017f00'],
    ['an indefinite length', '30800201'],
  ])('%s gets a notice of disconnection', async (_, hex) => {
    const healthy = await open();
    const client = await open();
    client.send(Buffer.from(hex, 'hex'));
    expect(await noticeOf(client)).toMatchObject({
      messageId: 0,
      tag: 0x78,
      code: 2,
      name: '1.3.6.1.4.1.1466.20036',
    });
    expect(await healthyAnswerMs(healthy)).toBeLessThan(500);
  });

  test('a filter 8,000 deep is refused, and the connection lives on', async () => {
    const client = await open();
    let filter: Buffer = Buffer.from('870161', 'hex');
    for (let depth = 0; depth < 8_000; depth += 1) filter = wrap(0xa2, filter);
    const request = message(5, (writer) => {
      const search = writer.begin(0x63);
      writer.text(0x04, '');
      writer.integer(0x0a, 0);
      writer.integer(0x0a, 0);
      writer.integer(0x02, 0);
      writer.integer(0x02, 0);
      writer.boolean(0x01, false);
      writer.encoded(filter);
      writer.end(writer.begin(0x30));
      writer.end(search);
    });
    expect((await client.ask(request)).at(-1)).toMatchObject({ messageId: 5, code: 11 });
    expect(await healthyAnswerMs(client)).toBeLessThan(500);
  });

  test('256 KB of eight-byte Abandon messages leave everybody served', async () => {
    const healthy = await open();
    const client = await open();
    const flood = Buffer.concat(Array.from({ length: 32_768 }, () => abandonRequest(1, 1)));
    expect(flood.length).toBe(262_144);
    client.send(flood);
    expect(await healthyAnswerMs(healthy)).toBeLessThan(500);
    expect(await healthyAnswerMs(client)).toBeLessThan(1_000);
  });

  test('a writer of one octet at a time is understood, and holds nobody up', async () => {
    const healthy = await open();
    const slow = await open();
    for (const octet of rootDse(3)) {
      slow.send(Uint8Array.of(octet));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await slow.next()).toMatchObject({ messageId: 3 });
    expect(await healthyAnswerMs(healthy)).toBeLessThan(500);
  });

  test('a reader who takes no answers is not read from any more', async () => {
    const healthy = await open();
    const greedy = await open();
    greedy.socket.pause();
    const schema = searchRequest(2, { base: 'cn=Subschema', scope: 'base', attributes: ['+', '*'] });
    const many = Buffer.concat(Array.from({ length: 20_000 }, () => schema));
    const before = process.memoryUsage().rss;
    greedy.send(many);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024);
    expect(await healthyAnswerMs(healthy)).toBeLessThan(500);
  });

  test('a message id that is in use ends the connection', async () => {
    const client = await open();
    await client.ask(bindPrinter);
    directory.answers = 'later';
    const again = searchRequest(7, { base: baseDn, filter: equal('serialNumber', '0a1b2c3d') });
    client.send(again, again);
    expect(await noticeOf(client)).toMatchObject({ messageId: 0, code: 2 });
  });

  test('a flood of searches on one connection waits for its turn, and all are answered', async () => {
    const client = await open();
    await client.ask(bindPrinter);
    directory.answers = 'later';
    const filter = equal('serialNumber', '0a1b2c3d');
    const ids = Array.from({ length: 1_000 }, (_, index) => index + 10);
    client.send(...ids.map((id) => searchRequest(id, { base: baseDn, filter, attributes: ['1.1'] })));
    const done = new Set<number>();
    while (done.size < ids.length) {
      const reply = (await client.next())!;
      if (reply.tag === 0x65) done.add(reply.messageId);
    }
    expect(done.size).toBe(1_000);
    expect(directory.logIns).toHaveLength(1_000);
  });

  test('connections beyond the limits are refused, and the others go on', async () => {
    await server.close();
    server = await runServer(directory, { limits: { maxConnectionsPerAddress: 3 } });
    const inside = [await open(), await open(), await open()];
    const outside = await open();
    await outside.closed;
    for (const client of inside) expect(await healthyAnswerMs(client)).toBeLessThan(500);
    inside[0]!.close();
    await inside[0]!.closed;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await healthyAnswerMs(await open())).toBeLessThan(500);
  });
});

describe('time', () => {
  let clock: HandClock;

  beforeEach(async () => {
    clock = new HandClock();
    await server.close();
    const limits = {
      bindTimeoutSeconds: 30,
      idleTimeoutSeconds: 900,
      stallTimeoutSeconds: 20,
      sweepIntervalMs: 20,
    };
    server = await runServer(directory, { clock, limits, tlsIdentity: () => identity });
  });

  test('who never binds is sent away, who did may be silent for longer', async () => {
    const [anonymous, bound] = [await open(), await open()];
    await bound.ask(bindPrinter);
    clock.advanceSeconds(31);
    expect(await noticeOf(anonymous)).toMatchObject({ messageId: 0, code: 52 });
    expect(await healthyAnswerMs(bound)).toBeLessThan(500);
    clock.advanceSeconds(901);
    expect(await noticeOf(bound)).toMatchObject({ messageId: 0, code: 52 });
  });

  test('who never ends the handshake is sent away', async () => {
    const silent = await open(server.ldapsPort);
    await new Promise((resolve) => setTimeout(resolve, 50));
    clock.advanceSeconds(31);
    await silent.closed;
  });

  test('who never ends a message is sent away', async () => {
    const client = await open();
    await client.ask(bindPrinter);
    client.send(rootDse(2).subarray(0, 10));
    await new Promise((resolve) => setTimeout(resolve, 50));
    clock.advanceSeconds(21);
    expect(await noticeOf(client)).toMatchObject({ messageId: 0, code: 52 });
  });

  test('a server that stops tells its clients', async () => {
    const client = await open();
    await client.ask(bindPrinter);
    await server.close();
    expect(await noticeOf(client)).toMatchObject({ messageId: 0, code: 52, name: '1.3.6.1.4.1.1466.20036' });
  });
});

function wrap(tag: number, contents: Buffer): Buffer {
  const { length } = contents;
  const header = length < 0x80 ? [tag, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(header), contents]);
}

describe('a trail that cannot be written', () => {
  test('gives no answer that rests on it: the connection ends as unavailable, and no entry leaves', async () => {
    const client = await open();
    await client.ask(bindPrinter);
    directory.cannotWrite = true;
    client.send(searchRequest(2, { base: baseDn, filter: equal('serialNumber', '0a1b2c3d') }));
    // Whatever arrives, it is no entry and no result of the search.
    expect((await client.next())?.messageId ?? 0).toBe(0);
    await client.closed;
  });
});
