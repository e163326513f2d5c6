import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { CertificationAuthority } from '../../../idp/demo/authority/certification-authority.ts';
import { type CardProfile, myNumberCard } from '../../../idp/domain/card-profile.ts';
import type { SerialNumber } from '../../../idp/domain/certificate-id.ts';
import { readAnchor } from '../../../idp/jpki/anchors.ts';
import { createCertificateVerifier } from '../../../idp/jpki/certificate-verifier.ts';
import { createCrlReader } from '../../../idp/jpki/crl/crl-reader.ts';
import { testDay } from '../../support/test-pki.ts';

/** The announced next card signs with ECDSA P-384; the rest of its profile is not known, so this is the present one's. */
const announced: CardProfile = {
  ...myNumberCard,
  name: 'announced',
  signatureAlgorithms: [{ oid: '1.2.840.10045.4.3.3', digest: 'sha384', keyType: 'ec' }],
  key: { type: 'ec', namedCurves: ['secp384r1'] },
  possession: { digest: 'sha384', dsaEncoding: 'ieee-p1363' },
};

const hourMs = 3_600_000;
const p384 = () => generateKeyPairSync('ec', { namedCurve: 'P-384' });
const holder = p384();
const authority = new CertificationAuthority({ keyPair: p384(), notBefore: testDay - hourMs });
const { certificate, serialNumber } = authority.issueUserCertificate({
  publicKey: holder.publicKey,
  notBefore: testDay - hourMs,
});
const trust = { anchors: [readAnchor(authority.certificate)], allowTestAuthorities: true };

describe('a card of another generation is a matter of data:', () => {
  it('its certificate is verified under its own profile and refused under the present one', () => {
    const verify = (profiles: readonly CardProfile[]) =>
      createCertificateVerifier({ ...trust, profiles }).verify(certificate, testDay);
    expect(verify([myNumberCard, announced])).toMatchObject({ outcome: 'verified' });
    expect(verify([myNumberCard])).toEqual({ outcome: 'refused', reason: 'algorithm-not-in-profile' });
  });

  it('its signature proves possession', () => {
    const verdict = createCertificateVerifier({ ...trust, profiles: [announced] }).verify(
      certificate,
      testDay,
    );
    if (verdict.outcome === 'refused') throw new Error(verdict.reason);
    const message = Buffer.from('kazasu:register');
    const signature = sign('sha384', message, { key: holder.privateKey, dsaEncoding: 'ieee-p1363' });
    expect(verdict.certificate.verifies(message, signature)).toBe(true);
    expect(verdict.certificate.verifies(Buffer.from('kazasu:other'), signature)).toBe(false);
  });

  it('its lists are read', () => {
    authority.revoke(serialNumber, testDay - hourMs);
    const list = authority.issueCrl({ thisUpdate: testDay, nextUpdate: testDay + hourMs, crlNumber: 1 });
    const interest = new Set([serialNumber as SerialNumber]);
    const read = (profiles: readonly CardProfile[]) =>
      createCrlReader({ ...trust, profiles }).read(list, interest, testDay);
    expect(read([announced])).toMatchObject({ outcome: 'read', hits: [{ serialNumber }] });
    expect(read([myNumberCard])).toEqual({ outcome: 'refused', reason: 'algorithm-not-in-profile' });
  });
});
