import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCertificateVerifier } from '../../idp/jpki/certificate-verifier.ts';
import { type OpensslDesk, openDesk } from '../support/openssl.ts';
import { requirePrograms } from '../support/programs.ts';
import { createTestPki, pem, type TestPki } from '../support/test-pki.ts';

const missing = requirePrograms('openssl');
const dayMs = 24 * 3_600_000;
const policy = '1.2.392.200149.8.5.1.3.30';

describe.skipIf(missing)('openssl, asked about certificates of the test authority,', () => {
  let pki: TestPki;
  let desk: OpensslDesk;

  beforeAll(async () => {
    pki = await createTestPki({}, Date.now());
    desk = openDesk();
    desk.put('older.pem', pem('CERTIFICATE', pki.older.certificate));
    desk.put('newer.pem', pem('CERTIFICATE', pki.newer.certificate));
    desk.put('both.pem', [pki.older, pki.newer].map((ca) => pem('CERTIFICATE', ca.certificate)).join(''));
  });
  afterAll(() => desk?.remove());

  const issue = (authority = pki.newer) =>
    authority.issueUserCertificate({ publicKey: pki.holder.publicKey, notBefore: pki.now - dayMs });
  const verify = (anchors: string, der: Uint8Array, ...more: string[]) =>
    desk.attempt(
      'verify',
      '-x509_strict',
      ...more,
      '-CAfile',
      anchors,
      desk.put('one.pem', pem('CERTIFICATE', der)),
    );

  it('finds nothing wrong with them, in its strict mode, for client authentication, under the policy', () => {
    const { certificate } = issue();
    expect(verify('both.pem', certificate)).toMatchObject({ succeeded: true });
    expect(verify('both.pem', certificate, '-purpose', 'sslclient')).toMatchObject({ succeeded: true });
    expect(verify('both.pem', certificate, '-policy', policy, '-explicit_policy')).toMatchObject({
      succeeded: true,
    });
    expect(verify('both.pem', certificate, '-policy', '1.2.3', '-explicit_policy').succeeded).toBe(false);
  });

  it('tells the generations apart as we do', () => {
    for (const [own, other, name] of [
      [pki.older, 'newer.pem', 'older.pem'],
      [pki.newer, 'older.pem', 'newer.pem'],
    ] as const) {
      const { certificate } = issue(own);
      expect(verify(name, certificate).succeeded).toBe(true);
      expect(verify(other, certificate).succeeded).toBe(false);
      const verifier = createCertificateVerifier({ anchors: pki.anchors, allowTestAuthorities: true });
      expect(verifier.verify(certificate, pki.now)).toMatchObject({
        outcome: 'verified',
        certificate: { issuerKeyId: own.issuerKeyId },
      });
    }
  });

  it('reads the same serial number, dates, distribution point and OCSP address', () => {
    const { certificate } = issue();
    const verifier = createCertificateVerifier({ anchors: pki.anchors, allowTestAuthorities: true });
    const verdict = verifier.verify(certificate, pki.now);
    if (verdict.outcome === 'refused') throw new Error(verdict.reason);
    const { serialNumber, notBefore, notAfter, ocspUrl, revocationScope } = verdict.certificate;
    const file = desk.put('one.pem', pem('CERTIFICATE', certificate));
    const lines = desk
      .run('x509', '-in', file, '-noout', '-serial', '-startdate', '-enddate', '-ocsp_uri')
      .split('\n');
    expect(lines[0]).toBe(`serial=${serialNumber.toUpperCase()}`);
    expect(Date.parse(lines[1]?.split('=')[1] ?? '')).toBe(notBefore);
    expect(Date.parse(lines[2]?.split('=')[1] ?? '')).toBe(notAfter);
    expect(lines[3]).toBe(ocspUrl);
    const text = desk.run('x509', '-in', file, '-noout', '-ext', 'crlDistributionPoints');
    const openssl = /DirName:(.*)/
      .exec(text)?.[1]
      ?.trim()
      .replaceAll(' = ', '=')
      .split(', ')
      .reverse()
      .join(',');
    expect(revocationScope?.distributionPoint).toBe(openssl);
  });

  it('accepts the proof of possession that we accept', () => {
    const { certificate } = issue();
    const key = desk.putKey('holder.key', pki.holder.privateKey);
    const message = desk.put('message', 'kazasu:sign-in:42');
    desk.run('dgst', '-sha256', '-sign', key, '-out', desk.path('signature'), message);
    const signature = Buffer.from(desk.run('enc', '-base64', '-in', desk.path('signature')), 'base64');
    const verifier = createCertificateVerifier({ anchors: pki.anchors, allowTestAuthorities: true });
    const verdict = verifier.verify(certificate, pki.now);
    if (verdict.outcome === 'refused') throw new Error(verdict.reason);
    expect(verdict.certificate.verifies(Buffer.from('kazasu:sign-in:42'), signature)).toBe(true);
    expect(verdict.certificate.verifies(Buffer.from('kazasu:sign-in:43'), signature)).toBe(false);
  });
});
