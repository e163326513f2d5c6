import { spawn } from 'node:child_process';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createOcspClient, type OcspClientOptions } from '../../connectors/jpki/ocsp.ts';
import { encodeOcspRequest, ocspCertId } from '../../connectors/jpki/ocsp-request.ts';
import { createOcspResponder } from '../../idp/demo/authority/ocsp-responder.ts';
import { type OcspServer, serveOcsp } from '../../idp/demo/authority/ocsp-server.ts';
import type { VerifiedCertificate } from '../../idp/ports/jpki.ts';
import { hourMs, type OcspWorld, openOcspWorld, signers } from '../support/ocsp-world.ts';
import { type OpensslResponder, startOpensslResponder } from '../support/openssl-ocsp.ts';
import { requirePrograms } from '../support/programs.ts';

const missing = requirePrograms('openssl');
const unavailable = expect.objectContaining({ name: 'Fault', code: 'ERR_OCSP_UNAVAILABLE' });
const minuteMs = 60_000;

let world: OcspWorld;
beforeAll(async () => {
  if (missing === undefined) world = await openOcspWorld();
});
afterAll(() => world?.close());

const closing: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of closing.splice(0)) await one.close();
});

async function start(
  signer: keyof typeof signers = 'issuer',
  ...more: readonly string[]
): Promise<OpensslResponder> {
  const responder = await startOpensslResponder(world.desk, signers[signer], ...more);
  closing.push(responder);
  return responder;
}

const ask = (
  url: string,
  certificate: VerifiedCertificate,
  options: OcspClientOptions = {},
  now = Date.now(),
) => createOcspClient({ url, ...options }).status(certificate, now);

describe.skipIf(missing)('a responder by openssl', () => {
  it.each([
    ['the issuer itself, named by its name', 'issuer', []],
    ['the issuer itself, named by its key', 'issuer', ['-resp_key_id']],
    ['a delegate', 'delegate', ['-nmin', '5']],
    ['a delegate named by its key', 'delegate', ['-resp_key_id', '-ndays', '1']],
  ] as const)('that is %s is understood: good, revoked, on hold, unknown', async (_, signer, more) => {
    const { url } = await start(signer, ...more);
    const { revokedAt: revocationTime } = world;
    expect(await ask(url, world.good)).toMatchObject({ status: 'good', evidence: { boreNonce: true } });
    expect(await ask(url, world.good, { certIdDigest: 'sha256' })).toMatchObject({ status: 'good' });
    const revoked = { status: 'revoked', revocationTime, reason: 'keyCompromise' };
    expect(await ask(url, world.revoked)).toMatchObject(revoked);
    expect(await ask(url, world.held)).toMatchObject({ ...revoked, reason: 'certificateHold' });
    expect(await ask(url, world.unknown)).toMatchObject({ status: 'unknown' });
  });

  it('is asked by GET, with and without a nonce', async () => {
    const { url } = await start();
    for (const nonce of ['preferred', 'off'] as const) {
      const options = { method: 'get', nonce } as const;
      expect(await ask(url, world.good, options)).toMatchObject({ status: 'good' });
      expect(await ask(url, world.revoked, options)).toMatchObject({ status: 'revoked' });
    }
  });

  it('that is a delegate without id-pkix-ocsp-nocheck is believed only where that is allowed', async () => {
    const { url } = await start('delegateToCheck');
    expect(await ask(url, world.good, { nocheck: 'optional' })).toMatchObject({ status: 'good' });
    await expect(ask(url, world.good)).rejects.toThrow('responder-not-checked');
  });

  it('that signs with the key of a card holder is not believed', async () => {
    const { url } = await start('stranger');
    await expect(ask(url, world.good)).rejects.toThrow('responder-not-authorized');
  });

  it('that leaves its certificate out is not believed', async () => {
    const { url } = await start('delegate', '-resp_no_certs');
    await expect(ask(url, world.good)).rejects.toThrow('signature-invalid');
  });

  it('that signs with SHA-1 is not believed', async () => {
    const { url } = await start('issuer', '-rmd', 'sha1');
    await expect(ask(url, world.good)).rejects.toThrow('algorithm-not-allowed');
  });

  it('is no authority for the other generation', async () => {
    const { url } = await start();
    await expect(ask(url, world.ofOtherGeneration)).rejects.toEqual(unavailable);
  });

  it('that gives an answer for a day is believed without a nonce for 15 minutes, with one all day', async () => {
    const { url } = await start('issuer', '-ndays', '1');
    const later = (minutes: number, nonce: OcspClientOptions['nonce'] & string) =>
      ask(url, world.good, { nonce }, Date.now() + minutes * minuteMs);
    expect(await later(14, 'off')).toMatchObject({ status: 'good', evidence: { boreNonce: false } });
    await expect(later(16, 'off')).rejects.toThrow('stale');
    expect(await later(16, 'preferred')).toMatchObject({ status: 'good' });
    await expect(later(25 * 60, 'preferred')).rejects.toThrow('stale');
  });
});

describe.skipIf(missing)('a responder by openssl that', () => {
  it('hangs for one attempt answers the second', async () => {
    const responder = await start();
    responder.freeze();
    const asking = ask(responder.url, world.good, { timeoutSeconds: 1 });
    await sleep(1200);
    responder.goOn();
    expect(await asking).toMatchObject({ status: 'good' });
  });

  it('takes connections and never answers is given up after two attempts', async () => {
    const responder = await start();
    responder.freeze();
    const started = performance.now();
    await expect(ask(responder.url, world.good, { timeoutSeconds: 0.3 })).rejects.toEqual(unavailable);
    expect(performance.now() - started).toBeGreaterThan(590);
    expect(performance.now() - started).toBeLessThan(3000);
  });

  it('is gone is unavailable at once', async () => {
    const responder = await start();
    await responder.close();
    const started = performance.now();
    await expect(ask(responder.url, world.good)).rejects.toEqual(unavailable);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

describe.skipIf(missing)('between us and openssl somebody', () => {
  type Handle = (body: Buffer, incoming: IncomingMessage) => Promise<Buffer>;

  async function between(handle: Handle): Promise<string> {
    const server: Server = createServer(async (incoming, response) => {
      response.end(await handle(await buffer(incoming), incoming));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push({
      close: () =>
        new Promise((resolve) => {
          server.close(() => resolve());
          server.closeAllConnections();
        }),
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  }

  const post = (url: string, body: Uint8Array): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      const headers = { 'Content-Type': 'application/ocsp-request', 'Content-Length': body.length };
      const asking = request(url, { method: 'POST', headers }, (answer) => resolve(buffer(answer)));
      asking.once('error', reject).end(body);
    });

  it('who is slow, but not too slow, is waited for', async () => {
    const { url } = await start();
    const slow = await between(async (body) => {
      await sleep(500);
      return post(url, body);
    });
    expect(await ask(slow, world.good)).toMatchObject({ status: 'good' });
  });

  it('who gives an older answer again is found out by the nonce', async () => {
    const { url } = await start('issuer', '-ndays', '1');
    let recorded: Buffer | undefined;
    const replaying = await between(async (body) => {
      recorded ??= await post(url, body);
      return recorded;
    });
    expect(await ask(replaying, world.good)).toMatchObject({ status: 'good' });
    await expect(ask(replaying, world.good)).rejects.toThrow('nonce-mismatch');
    await expect(ask(replaying, world.good, { nonce: 'off' })).rejects.toThrow('nonce-mismatch');
  });

  it('who takes the nonce away is borne for 15 minutes, or not at all where it is required', async () => {
    const { url } = await start('issuer', '-ndays', '1');
    const unasked = encodeOcspRequest(ocspCertId(world.good, 'sha1'));
    const stripping = await between(() => post(url, unasked));
    const quarter = Date.now() + 16 * minuteMs;
    expect(await ask(stripping, world.good)).toMatchObject({
      status: 'good',
      evidence: { boreNonce: false },
    });
    await expect(ask(stripping, world.good, {}, quarter)).rejects.toThrow('stale');
    await expect(ask(stripping, world.good, { nonce: 'required' })).rejects.toThrow('nonce-missing');
  });

  it('who answers about another certificate is found out', async () => {
    const { url } = await start();
    const other = encodeOcspRequest(ocspCertId(world.good, 'sha1'));
    const swapping = await between(() => post(url, other));
    await expect(ask(swapping, world.revoked)).rejects.toThrow('other-certificate');
  });
});

describe.skipIf(missing)('openssl as client of our responder', () => {
  let server: OcspServer;
  afterAll(() => server?.close());

  it('verifies its answers: good, revoked, unknown', async () => {
    const { pki, desk } = world;
    const order = { publicKey: pki.holder.publicKey, notBefore: pki.now - hourMs };
    const [good, revoked] = [pki.newer.issueUserCertificate(order), pki.newer.issueUserCertificate(order)];
    pki.newer.revoke(revoked.serialNumber, pki.now - hourMs, 'certificateHold');
    server = await serveOcsp(createOcspResponder({ authorities: [pki.older, pki.newer], now: Date.now }));
    const certificates = ['-issuer', desk.path('newer.pem'), '-serial', `0x${good.serialNumber}`];
    const more = ['-serial', `0x${revoked.serialNumber}`, '-serial', '0x7fffffff'];
    const child = spawn('openssl', [
      ...['ocsp', ...certificates, ...more, '-CAfile', desk.path('newer.pem'), '-url', server.url],
    ]);
    let output = '';
    child.stdout.on('data', (text) => {
      output += text;
    });
    child.stderr.on('data', (text) => {
      output += text;
    });
    await new Promise((resolve) => child.once('close', resolve));
    expect(output).toContain('Response verify OK');
    expect(output).not.toMatch(/WARNING|Nonce Verify error/);
    expect(output).toContain(`0x${good.serialNumber}: good`);
    expect(output).toMatch(
      new RegExp(`0x${revoked.serialNumber}: revoked[^:]*:[^R]*Reason: certificateHold`),
    );
    expect(output).toContain('0x7fffffff: unknown');
  });
});
