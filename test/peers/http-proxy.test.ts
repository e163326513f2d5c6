import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCrlSource } from '../../connectors/jpki/crl-source.ts';
import { createOcspClient } from '../../connectors/jpki/ocsp.ts';
import { openSystem } from '../../idp/compose.ts';
import { readConfig } from '../../idp/config.ts';
import { type OcspWorld, openOcspWorld, signers } from '../support/ocsp-world.ts';
import { type OpensslResponder, startOpensslResponder } from '../support/openssl-ocsp.ts';
import { requirePrograms } from '../support/programs.ts';
import { startTinyproxy, type Tinyproxy } from '../support/tinyproxy.ts';
import { makeTlsPair, type TlsPair } from '../support/tls-pair.ts';

const missing = requirePrograms('openssl', 'tinyproxy');
/** tinyproxy takes no signs in a password that an address could not hold as they are. */
const user = { name: 'staff', password: 'secret-1' };
const point = 'CN=Himeji-shi CRLDP,OU=Hyogo,O=JPKI-TEST,C=JP';
/** More than one packet. */
const list = Buffer.alloc(3_000_000, 0x30);

let world: OcspWorld;
let responder: OpensslResponder;
let proxy: Tinyproxy;
let pair: TlsPair;
let httpProxy: string;
const servers: Server[] = [];

beforeAll(async () => {
  if (missing !== undefined) return;
  world = await openOcspWorld();
  responder = await startOpensslResponder(world.desk, signers.delegate);
  proxy = await startTinyproxy(user);
  httpProxy = `http://${user.name}:${percentEncoded(user.password)}@${proxy.host}`;
  pair = makeTlsPair();
});
afterAll(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  await proxy?.close();
  await responder?.close();
  pair?.remove();
  world?.close();
});

/** Every octet as %XX, which is right for any sign. */
const percentEncoded = (text: string): string => Buffer.from(text).toString('hex').replace(/../g, '%$&');

const giveList: RequestListener = (_, response) => response.end(list);

/** `host:port` of a server that gives the list to everybody. */
async function serve(server: Server): Promise<string> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const serveTls = () =>
  serve(createHttpsServer({ cert: readFileSync(pair.certificate), key: readFileSync(pair.key) }, giveList));

describe.skipIf(missing)('through tinyproxy', () => {
  it.each(['post', 'get'] as const)('OCSP goes by its absolute address: %s', async (method) => {
    const before = proxy.asked().length;
    const client = createOcspClient({ url: responder.url, httpProxy, method });
    expect(await client.status(world.good, Date.now())).toMatchObject({ status: 'good' });
    const asked = proxy.asked().slice(before);
    expect(asked).toHaveLength(1);
    expect(asked[0]?.startsWith(`${method.toUpperCase()} ${responder.url}`)).toBe(true);
  });

  it('a list over http goes by its absolute address', async () => {
    const host = await serve(createHttpServer(giveList));
    const [fetched] = await createCrlSource(`http://${host}/a.crl`, { httpProxy }).fetch(point);
    expect(Buffer.compare(list, fetched ?? Buffer.alloc(0))).toBe(0);
    expect(proxy.asked().at(-1)).toBe(`GET http://${host}/a.crl HTTP/1.1`);
  });

  it('a list over https goes through a tunnel, to the server whose certificate is trusted', async () => {
    const host = await serveTls();
    const ca = readFileSync(pair.certificate, 'utf8');
    const [fetched] = await createCrlSource(`https://${host}/a.crl`, { httpProxy, ca }).fetch(point);
    expect(Buffer.compare(list, fetched ?? Buffer.alloc(0))).toBe(0);
    expect(proxy.asked().at(-1)).toBe(`CONNECT ${host} HTTP/1.1`);
    await expect(createCrlSource(`https://${host}/a.crl`, { httpProxy }).fetch(point)).rejects.toMatchObject({
      code: 'ERR_CRL_SOURCE_UNAVAILABLE',
    });
  });

  it.each(['http', 'https'])('nothing comes for somebody it does not know: %s', async (scheme) => {
    const host = scheme === 'https' ? await serveTls() : await serve(createHttpServer(giveList));
    const ca = readFileSync(pair.certificate, 'utf8');
    for (const stranger of [`http://${proxy.host}`, `http://staff:guess@${proxy.host}`]) {
      const source = createCrlSource(`${scheme}://${host}/a.crl`, { httpProxy: stranger, ca });
      const refused = source.fetch(point);
      await expect(refused).rejects.toMatchObject({ code: 'ERR_CRL_SOURCE_UNAVAILABLE' });
      await expect(refused).rejects.toThrow(`through ${proxy.host}`);
      await expect(refused).rejects.not.toThrow('guess');
    }
  });

  it('an installation asks OCSP where its configuration says so', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'kazasu-proxied-'));
    const before = proxy.asked().length;
    const config = readConfig(
      {
        KAZASU_DATA_DIR: directory,
        KAZASU_OCSP_HOSTS: new URL(responder.url).host,
        KAZASU_OCSP_METHOD: 'get',
        KAZASU_HTTP_PROXY: httpProxy,
      },
      '/nonexistent',
    );
    const system = await openSystem(config, { log: () => {} });
    try {
      const pointing = { ...world.revoked, ocspUrl: responder.url };
      const answer = await system.context.ocsp.status(pointing, Date.now());
      expect(answer).toMatchObject({ status: 'revoked', reason: 'keyCompromise' });
      expect(proxy.asked().slice(before)).toEqual([expect.stringContaining(`GET ${responder.url}`)]);
      await expect(system.context.ocsp.status(world.good, Date.now())).rejects.toThrow(
        'not among the allowed',
      );
    } finally {
      await system.close();
      rmSync(directory, { recursive: true });
    }
  });
});
