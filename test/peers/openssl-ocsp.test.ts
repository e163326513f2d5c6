import { type ChildProcess, spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOcspClient } from '../../connectors/jpki/ocsp.ts';
import type { IssuedCertificate } from '../../idp/demo/authority/certification-authority.ts';
import { createOcspResponder } from '../../idp/demo/authority/ocsp-responder.ts';
import { type OcspServer, serveOcsp } from '../../idp/demo/authority/ocsp-server.ts';
import { createCertificateVerifier } from '../../idp/jpki/certificate-verifier.ts';
import type { VerifiedCertificate } from '../../idp/ports/jpki.ts';
import { type OpensslDesk, openDesk } from '../support/openssl.ts';
import { requirePrograms } from '../support/programs.ts';
import { createTestPki, pem, type TestPki } from '../support/test-pki.ts';

const missing = requirePrograms('openssl');
const hourMs = 3_600_000;
const unavailable = expect.objectContaining({ name: 'Fault', code: 'ERR_OCSP_UNAVAILABLE' });

let pki: TestPki;
let desk: OpensslDesk;

const issue = (authority = pki.newer): IssuedCertificate =>
  authority.issueUserCertificate({ publicKey: pki.holder.publicKey, notBefore: pki.now - hourMs });

function verified(issued: IssuedCertificate): VerifiedCertificate {
  const verifier = createCertificateVerifier({ anchors: pki.anchors, allowTestAuthorities: true });
  const verdict = verifier.verify(issued.certificate, pki.now);
  if (verdict.outcome === 'refused') throw new Error(verdict.reason);
  return verdict.certificate;
}

beforeAll(async () => {
  if (missing) return;
  pki = await createTestPki({}, Math.floor(Date.now() / 1000) * 1000);
  desk = openDesk();
  desk.put('newer.pem', pem('CERTIFICATE', pki.newer.certificate));
  desk.putKey('newer.key', pki.newer.keyPair.privateKey);
  desk.putKey('holder.key', pki.holder.privateKey);
});
afterAll(() => desk?.remove());

describe.skipIf(missing)('a responder by openssl', () => {
  const responders: ChildProcess[] = [];
  let good: IssuedCertificate;
  let revoked: IssuedCertificate;
  let unknown: IssuedCertificate;
  const revokedAt = () => pki.now - 2 * hourMs;

  beforeAll(() => {
    [good, revoked, unknown] = [issue(), issue(), issue()];
    const day = (instant: number) =>
      `${new Date(instant)
        .toISOString()
        .slice(2)
        .replace(/[-:T]|\..*/g, '')}Z`;
    const line = (state: string, date: string, { notAfter, serialNumber }: IssuedCertificate) =>
      `${state}\t${day(notAfter)}\t${date}\t${serialNumber.toUpperCase()}\tunknown\t/CN=${serialNumber}\n`;
    desk.put('index.txt', line('V', '', good) + line('R', `${day(revokedAt())},keyCompromise`, revoked));
    const delegate = pki.newer.issueOcspResponderCertificate({
      publicKey: pki.holder.publicKey,
      notBefore: pki.now - hourMs,
    });
    desk.put('delegate.pem', pem('CERTIFICATE', delegate.certificate));
    desk.put('stranger.pem', pem('CERTIFICATE', issue().certificate));
  });
  afterAll(async () => {
    for (const responder of responders) {
      const ended = new Promise((resolve) => responder.once('exit', resolve));
      responder.kill();
      await ended;
    }
  });

  /** It chooses a free port by itself and says which. */
  async function start(signer: string, key: string, ...more: string[]): Promise<string> {
    const files = ['-index', desk.path('index.txt'), '-CA', desk.path('newer.pem')];
    const signing = ['-rsigner', desk.path(signer), '-rkey', desk.path(key)];
    const child = spawn('openssl', ['ocsp', ...files, ...signing, '-port', '0', '-nmin', '5', ...more]);
    responders.push(child);
    return new Promise((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`openssl ocsp ended with ${code}`)));
      const look = (text: unknown): void => {
        const port = /ACCEPT \S*:(\d+)/.exec(String(text))?.[1];
        if (port !== undefined) resolve(`http://127.0.0.1:${port}/`);
      };
      child.stdout.on('data', look);
      child.stderr.on('data', look);
    });
  }

  const ask = (url: string, issued: IssuedCertificate, certIdDigest?: 'sha256') =>
    createOcspClient({ url, ...(certIdDigest ? { certIdDigest } : {}) }).status(verified(issued), Date.now());

  it.each([
    ['the issuer itself', 'newer.pem', 'newer.key'],
    ['a delegate', 'delegate.pem', 'holder.key'],
  ])('that is %s is understood: good, revoked, unknown', async (_, signer, key) => {
    const url = await start(signer, key);
    expect(await ask(url, good)).toMatchObject({ status: 'good' });
    expect(await ask(url, good, 'sha256')).toMatchObject({ status: 'good' });
    expect(await ask(url, revoked)).toMatchObject({ status: 'revoked', revocationTime: revokedAt() });
    expect(await ask(url, unknown)).toMatchObject({ status: 'unknown' });
  });

  it('that signs with the key of a card holder is not believed', async () => {
    const url = await start('stranger.pem', 'holder.key');
    await expect(ask(url, good)).rejects.toEqual(unavailable);
  });

  it('that signs with SHA-1 is not believed', async () => {
    const url = await start('newer.pem', 'newer.key', '-rmd', 'sha1');
    await expect(ask(url, good)).rejects.toEqual(unavailable);
  });

  it('is no authority for the other generation', async () => {
    const url = await start('newer.pem', 'newer.key');
    await expect(ask(url, issue(pki.older))).rejects.toEqual(unavailable);
  });
});

describe.skipIf(missing)('openssl as client of our responder', () => {
  let server: OcspServer;
  afterAll(() => server?.close());

  it('verifies its answers: good, revoked, unknown', async () => {
    const [good, revoked] = [issue(), issue()];
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
