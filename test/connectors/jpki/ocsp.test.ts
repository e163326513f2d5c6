import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createOcspClient } from '../../../connectors/jpki/ocsp.ts';
import { createOcspResponder, type OcspHandler } from '../../../idp/demo/authority/ocsp-responder.ts';
import { ocspRefusal } from '../../../idp/demo/authority/ocsp-response.ts';
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

const unavailable = expect.objectContaining({ name: 'Fault', code: 'ERR_OCSP_UNAVAILABLE' });
const ask = (url: string, timeoutSeconds = 2) =>
  createOcspClient({ url, timeoutSeconds }).status(certificate, pki.now);

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

  it('gives up on a responder that never answers', async () => {
    const started = performance.now();
    await expect(ask(await serve(silent), 0.1)).rejects.toEqual(unavailable);
    expect(performance.now() - started).toBeLessThan(2000);
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
