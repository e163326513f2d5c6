import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  createOcspClient,
  type OcspClientOptions,
  ocspTimeoutSeconds,
} from '../../../connectors/jpki/ocsp.ts';
import { encodeOcspRequest, ocspCertId } from '../../../connectors/jpki/ocsp-request.ts';
import { createOcspResponder, type OcspHandler } from '../../../idp/demo/authority/ocsp-responder.ts';
import { ocspRefusal } from '../../../idp/demo/authority/ocsp-response.ts';
import { requestDeadlineMs } from '../../../idp/http/deadline.ts';
import { createCertificateVerifier } from '../../../idp/jpki/certificate-verifier.ts';
import type { VerifiedCertificate } from '../../../idp/ports/jpki.ts';
import { createTestPki, type TestPki } from '../../support/test-pki.ts';

let pki: TestPki;
let certificate: VerifiedCertificate;
let respond: OcspHandler;
const servers: Server[] = [];

beforeAll(async () => {
  pki = await createTestPki();
  respond = createOcspResponder({ authorities: [pki.newer], now: () => pki.now });
  const issued = pki.newer.issueUserCertificate({ publicKey: pki.holder.publicKey, notBefore: pki.now });
  const verifier = createCertificateVerifier({ anchors: pki.anchors, allowTestAuthorities: true });
  const verdict = verifier.verify(issued.certificate, pki.now);
  if (verdict.outcome === 'refused') throw new Error(verdict.reason);
  certificate = verdict.certificate;
});

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** A responder that does something else for the first requests. */
const afterFailures = (...failures: readonly RequestListener[]): RequestListener => {
  let count = 0;
  return async (request, response) => {
    const failure = failures[count++];
    if (failure !== undefined) return failure(request, response);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    response.end(await respond(Buffer.concat(chunks)));
  };
};

/** What a GET asks: the last part of the path. */
const askedByGet = (url = ''): Buffer =>
  Buffer.from(decodeURIComponent(url.slice(url.lastIndexOf('/') + 1)), 'base64');

const unavailable = expect.objectContaining({ name: 'Fault', code: 'ERR_OCSP_UNAVAILABLE' });
const ask = (url: string, timeoutSeconds = 2, options: OcspClientOptions = {}) =>
  createOcspClient({ url, timeoutSeconds, ...options }).status(certificate, pki.now);

const broken: RequestListener = (_, response) => response.writeHead(500).end();
const cut: RequestListener = (_, response) => response.destroy();
const busy: RequestListener = (_, response) => response.end(ocspRefusal(3));
const silent: RequestListener = () => {};

describe('the OCSP client', () => {
  it('asks the configured responder', async () => {
    expect(await ask(await serve(afterFailures()))).toMatchObject({ status: 'good', thisUpdate: pki.now });
  });

  it.each([
    ['an error', broken],
    ['a cut connection', cut],
    ['"try later"', busy],
  ])('asks once more after %s, and not a third time', async (_, failure) => {
    expect(await ask(await serve(afterFailures(failure)))).toMatchObject({ status: 'good' });
    await expect(ask(await serve(afterFailures(failure, failure)))).rejects.toEqual(unavailable);
  });

  it.each(['http:', 'https:'])('gives up on a responder that never answers: %s', async (protocol) => {
    const { host } = new URL(await serve(silent));
    const started = performance.now();
    await expect(ask(`${protocol}//${host}/`, 0.1)).rejects.toEqual(unavailable);
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it('says on one line what OpenSSL says of a responder that breaks off its handshake', async () => {
    const handshakeFailure = Buffer.from('15030300020228', 'hex');
    const server = createTcpServer((socket) => socket.on('error', () => {}).end(handshakeFailure));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await expect(ask(`https://127.0.0.1:${port}/`)).rejects.toThrow(/^[^\n]*handshake failure[^\n]*$/);
    server.close();
  });

  it('has given up twice before the request behind which it asks is given up', () => {
    expect(2 * ocspTimeoutSeconds * 1_000).toBeLessThan(requestDeadlineMs);
  });

  it('follows no redirect', async () => {
    const target = await serve(afterFailures());
    const url = await serve((_, response) => response.writeHead(307, { Location: target }).end());
    await expect(ask(url)).rejects.toEqual(unavailable);
  });

  it('reads no endless answer', async () => {
    const url = await serve((_, response) => response.end(Buffer.alloc(70_000, 0x30)));
    await expect(ask(url)).rejects.toEqual(unavailable);
  });

  it('says that nobody is there', async () => {
    await expect(ask('http://127.0.0.1:1/')).rejects.toEqual(unavailable);
  });

  it('sends no nonce where it is switched off, and says that the answer bore none', async () => {
    const url = await serve(afterFailures());
    expect((await ask(url)).evidence.boreNonce).toBe(true);
    expect((await ask(url, 2, { nonce: 'off' })).evidence.boreNonce).toBe(false);
    expect((await ask(url, 2, { nonce: 'required' })).evidence.boreNonce).toBe(true);
  });

  it('takes no answer without its nonce where that is required, and says so', async () => {
    const request = encodeOcspRequest(ocspCertId(certificate, 'sha1'));
    const url = await serve(async (_request, response) => response.end(await respond(request)));
    expect(await ask(url)).toMatchObject({ status: 'good', evidence: { boreNonce: false } });
    await expect(ask(url, 2, { nonce: 'required' })).rejects.toThrow('nonce-missing');
  });

  it('asks by GET where that is wished, tells caches to stay away, and may send a nonce there too', async () => {
    const seen: unknown[] = [];
    const url = await serve(async ({ method, headers, url: path }, response) => {
      seen.push([method, headers['cache-control']]);
      response.end(await respond(askedByGet(path)));
    });
    expect((await ask(url, 2, { method: 'get' })).evidence.boreNonce).toBe(true);
    expect((await ask(url, 2, { method: 'get', nonce: 'off' })).evidence.boreNonce).toBe(false);
    expect(seen).toEqual(Array(2).fill(['GET', 'no-cache']));
  });

  it('takes an answer that does not hold for none', async () => {
    const stale = createOcspResponder({ authorities: [pki.newer], now: () => pki.now - 3_600_000 });
    const url = await serve(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      response.end(await stale(Buffer.concat(chunks)));
    });
    await expect(ask(url)).rejects.toEqual(unavailable);
  });

  it('goes where a certificate points only when the host is allowed', async () => {
    const url = await serve(afterFailures());
    const pointing = { ...certificate, ocspUrl: url };
    const allowing = createOcspClient({ allowedHosts: [new URL(url).host] });
    expect(await allowing.status(pointing, pki.now)).toMatchObject({ status: 'good' });
    await expect(createOcspClient().status(pointing, pki.now)).rejects.toEqual(unavailable);
    await expect(
      createOcspClient({ allowedHosts: ['127.0.0.1:1'] }).status(pointing, pki.now),
    ).rejects.toEqual(unavailable);
  });

  it('has nobody to ask when there is no address', async () => {
    const { ocspUrl: _, ...without } = certificate;
    await expect(createOcspClient().status(without, pki.now)).rejects.toEqual(unavailable);
    await expect(
      createOcspClient().status({ ...without, ocspUrl: 'file:///etc/passwd' }, pki.now),
    ).rejects.toEqual(unavailable);
  });
});

describe('a proxy on the way to the responder', () => {
  const secret = 'p@ss word';
  const proxied = (port: number): OcspClientOptions => ({
    httpProxy: `http://staff:${encodeURIComponent(secret)}@127.0.0.1:${port}`,
  });
  const told = async (options: OcspClientOptions, url = 'http://ocsp.example/'): Promise<unknown> =>
    ask(url, 0.3, options).catch((error: unknown) => error);

  it.each(['http://ocsp.example/', 'https://ocsp.example/'])(
    'that nobody runs is named, and its password is not: %s',
    async (url) => {
      const error = await told(proxied(1), url);
      expect(error).toEqual(unavailable);
      expect(error).toHaveProperty('message', expect.stringContaining('through 127.0.0.1:1,'));
      const basic = Buffer.from(`staff:${secret}`).toString('base64');
      const text = inspect(error, { depth: 9, showHidden: true });
      for (const word of [secret, encodeURIComponent(secret), basic]) expect(text).not.toContain(word);
    },
  );

  it.each(['http://ocsp.example/', 'https://ocsp.example/'])(
    'that takes connections and never answers is given up: %s',
    async (url) => {
      const proxy = createTcpServer((socket) => socket.resume().on('error', () => {}));
      await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
      const started = performance.now();
      expect(await told(proxied((proxy.address() as AddressInfo).port), url)).toEqual(unavailable);
      expect(performance.now() - started).toBeLessThan(2000);
      // It would wait for ever for connections that we forgot to close.
      await new Promise((resolve) => proxy.close(resolve));
    },
  );

  it('that wants somebody else is a fault', async () => {
    const url = await serve((_, response) => response.writeHead(407).end());
    expect(await told({ httpProxy: url })).toEqual(unavailable);
  });
});
