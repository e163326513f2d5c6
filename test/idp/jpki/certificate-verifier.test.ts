import { sign, X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { CertificationAuthority } from '../../../idp/demo/authority/certification-authority.ts';
import { readAnchor } from '../../../idp/jpki/anchors.ts';
import { createCertificateVerifier } from '../../../idp/jpki/certificate-verifier.ts';
import type { CertificateVerifier, VerifiedCertificate } from '../../../idp/ports/jpki.ts';
import { createTestPki, type TestPki } from '../../support/test-pki.ts';

const dayMs = 24 * 3_600_000;
let pki: TestPki;
let verifier: CertificateVerifier;

beforeAll(async () => {
  pki = await createTestPki({ ocspUrl: 'http://127.0.0.1:8089/ocsp' });
  verifier = createCertificateVerifier({ anchors: pki.anchors, allowTestAuthorities: true });
});

const issue = (authority = pki.newer, notBefore = pki.now - dayMs) =>
  authority.issueUserCertificate({ publicKey: pki.holder.publicKey, notBefore });

function verified(der: Uint8Array, now = pki.now, by = verifier): VerifiedCertificate {
  const verdict = by.verify(der, now);
  if (verdict.outcome === 'refused') throw new Error(verdict.reason);
  return verdict.certificate;
}

describe('a certificate in the profile', () => {
  it('is named by its serial number and its issuer key', () => {
    const { certificate, serialNumber } = issue();
    const found = verified(certificate);
    expect(found.serialNumber).toBe(serialNumber);
    expect(found.issuerKeyId).toBe(pki.newer.issuerKeyId);
    expect(Buffer.from(found.issuerDer).equals(pki.newer.certificate)).toBe(true);
  });

  it('tells the list that speaks about it and the address of OCSP', () => {
    const found = verified(issue().certificate);
    expect(found.revocationScope).toEqual({
      issuerKeyId: pki.newer.issuerKeyId,
      distributionPoint:
        'CN=Demo-shi CRLDP,OU=Demo-ken,OU=CRL Distribution Points,OU=JPKI for user authentication,O=JPKI-TEST,C=JP',
    });
    expect(found.ocspUrl).toBe('http://127.0.0.1:8089/ocsp');
  });

  it('is assigned to its own generation although both bear one name', () => {
    expect(new X509Certificate(pki.older.certificate).subject).toBe(
      new X509Certificate(pki.newer.certificate).subject,
    );
    expect(verified(issue(pki.older).certificate).issuerKeyId).toBe(pki.older.issuerKeyId);
    expect(verified(issue(pki.newer).certificate).issuerKeyId).toBe(pki.newer.issuerKeyId);
  });

  it('is valid from its first to its last second', () => {
    const { certificate, notBefore, notAfter } = issue();
    const start = Math.floor(notBefore / 1000) * 1000;
    expect(verifier.verify(certificate, start - 1)).toEqual({ outcome: 'refused', reason: 'not-yet-valid' });
    expect(verifier.verify(certificate, start).outcome).toBe('verified');
    expect(verifier.verify(certificate, notAfter + 999).outcome).toBe('verified');
    expect(verifier.verify(certificate, notAfter + 1000)).toEqual({ outcome: 'refused', reason: 'expired' });
  });

  it('is refused when it has expired since it was last found good', () => {
    const { certificate, notAfter } = issue(pki.newer, pki.now - dayMs);
    expect(verifier.verify(certificate, notAfter).outcome).toBe('verified');
    expect(verifier.verify(certificate, notAfter + 1000).outcome).toBe('refused');
  });

  it('is refused when its authority has expired', () => {
    const short = new CertificationAuthority({
      keyPair: pki.newer.keyPair,
      notBefore: pki.now - 10 * dayMs,
      notAfter: pki.now - 1000,
    });
    const own = createCertificateVerifier({
      anchors: [readAnchor(short.certificate)],
      allowTestAuthorities: true,
    });
    expect(own.verify(issue(short).certificate, pki.now)).toEqual({
      outcome: 'refused',
      reason: 'issuer-expired',
    });
  });

  it('is refused where nothing is pinned', () => {
    const own = createCertificateVerifier({ anchors: [], allowTestAuthorities: true });
    expect(own.verify(issue().certificate, pki.now)).toEqual({ outcome: 'refused', reason: 'no-anchor' });
  });

  it('is accepted from the real organisation without any permission', () => {
    const real = new CertificationAuthority({
      keyPair: pki.newer.keyPair,
      notBefore: pki.now - dayMs,
      organization: 'JPKI',
    });
    const own = createCertificateVerifier({ anchors: [readAnchor(real.certificate)] });
    expect(own.verify(issue(real, pki.now).certificate, pki.now).outcome).toBe('verified');
  });

  it('does not change under the hands of who gave it', () => {
    const der = Uint8Array.from(issue().certificate);
    const kept = verified(der);
    const before = Buffer.from(kept.der).toString('hex');
    der.fill(0);
    expect(Buffer.from(kept.der).toString('hex')).toBe(before);
  });
});

describe('a certificate is refused as', () => {
  it('test-authority, whatever the case of its name, even when it is pinned', () => {
    const disguised = new CertificationAuthority({
      keyPair: pki.newer.keyPair,
      notBefore: pki.now - dayMs,
      name: [['C', 'JP'], ['O', 'jpki-test'], ...pki.newer.name.slice(2)],
    });
    const own = createCertificateVerifier({ anchors: [...pki.anchors, readAnchor(disguised.certificate)] });
    expect(own.verify(issue(disguised, pki.now).certificate, pki.now)).toEqual({
      outcome: 'refused',
      reason: 'test-authority',
    });
  });
});

describe('proof of possession', () => {
  const message = Buffer.from('kazasu:register:1:reader-7:nonce');

  it('holds for a signature over exactly this message', () => {
    const found = verified(issue().certificate);
    expect(found.verifies(message, sign('sha256', message, pki.holder.privateKey))).toBe(true);
  });

  it.each([
    ['another message', () => sign('sha256', Buffer.from('kazasu:sign-in'), pki.holder.privateKey)],
    ['another key', () => sign('sha256', message, pki.newer.keyPair.privateKey)],
    ['another digest', () => sign('sha512', message, pki.holder.privateKey)],
    ['PSS padding', () => sign('sha256', message, { key: pki.holder.privateKey, padding: 6 })],
    ['a signature cut short', () => sign('sha256', message, pki.holder.privateKey).subarray(1)],
    ['nothing', () => new Uint8Array()],
  ])('does not hold for %s', (_, signature) => {
    expect(verified(issue().certificate).verifies(message, signature())).toBe(false);
  });
});
