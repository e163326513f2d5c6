import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type Extension,
  extendedKeyUsage,
  keyUsage,
  signCertificate,
} from '../../../idp/demo/authority/certificate-template.ts';
import {
  CertificationAuthority,
  generateP384KeyPair,
  generateRsaKeyPair,
  type KeyPair,
} from '../../../idp/demo/authority/certification-authority.ts';
import {
  userAuthenticationPolicy,
  userAuthenticationTemplate,
} from '../../../idp/demo/authority/jpki-certificates.ts';
import type { CardProfile } from '../../../idp/domain/card-profile.ts';
import type { SerialNumber } from '../../../idp/domain/certificate-id.ts';
import { readAnchor } from '../../../idp/jpki/anchors.ts';
import { createCertificateVerifier } from '../../../idp/jpki/certificate-verifier.ts';
import { createCrlReader } from '../../../idp/jpki/crl/crl-reader.ts';
import type { VerifiedCertificate } from '../../../idp/ports/jpki.ts';
import {
  nextCard,
  nextCardPolicy,
  presentCard,
  smartphonePolicy,
  testProfiles,
} from '../../support/card-profiles.ts';
import { testDay } from '../../support/test-pki.ts';

const dayMs = 86_400_000;
const issuedAt = testDay - dayMs;

let rsa: CertificationAuthority;
let p384: CertificationAuthority;
let rsaHolder: KeyPair;
let p384Holder: KeyPair;

beforeAll(async () => {
  const keys = await Promise.all([generateRsaKeyPair(), generateP384KeyPair(), generateRsaKeyPair()]);
  rsa = new CertificationAuthority({ keyPair: keys[0], notBefore: issuedAt });
  p384 = new CertificationAuthority({ keyPair: keys[1], notBefore: issuedAt });
  rsaHolder = keys[2];
  p384Holder = await generateP384KeyPair();
});

const kinds = {
  card: () => ({ authority: rsa, holder: rsaHolder, policy: userAuthenticationPolicy }),
  phone: () => ({ authority: rsa, holder: rsaHolder, policy: smartphonePolicy }),
  next: () => ({ authority: p384, holder: p384Holder, policy: nextCardPolicy }),
};

interface Changes {
  readonly publicKey?: KeyObject;
  readonly policy?: string;
  readonly notAfter?: number;
  /** In place of the extension of the same identifier. */
  readonly extension?: Extension;
  /** Signs in place of the authority that the certificate names. */
  readonly signedWith?: KeyObject;
}

/** A certificate of a kind, with something else about it. */
function certificateOf(kind: keyof typeof kinds, changes: Changes = {}): Uint8Array {
  const { authority, holder, policy } = kinds[kind]();
  const { publicKey = holder.publicKey, extension, signedWith = authority.keyPair.privateKey } = changes;
  const dates = { notBefore: issuedAt, ...(changes.notAfter && { notAfter: changes.notAfter }) };
  const entity = authority.nextEntity({ publicKey, certificatePolicy: changes.policy ?? policy, ...dates });
  const template = userAuthenticationTemplate(entity);
  const extensions = template.extensions.filter(({ oid }) => oid !== extension?.oid);
  return signCertificate(
    { ...template, extensions: extension ? [...extensions, extension] : extensions },
    signedWith,
  );
}

const trusted = (allowTestAuthorities = true) => ({
  anchors: [rsa, p384].map(({ certificate }) => readAnchor(certificate)),
  allowTestAuthorities,
});

/** The profile that the certificate fits, or why it is refused. */
function verdictOf(der: Uint8Array, profiles?: readonly CardProfile[], allowTest = true): string {
  const options = { ...trusted(allowTest), ...(profiles && { profiles }) };
  const verdict = createCertificateVerifier(options).verify(der, testDay);
  return verdict.outcome === 'verified' ? verdict.certificate.profile : verdict.reason;
}

function verified(der: Uint8Array, profiles: readonly CardProfile[] = testProfiles): VerifiedCertificate {
  const verdict = createCertificateVerifier({ ...trusted(), profiles }).verify(der, testDay);
  if (verdict.outcome === 'refused') throw new Error(verdict.reason);
  return verdict.certificate;
}

const inAnyOrder: readonly (readonly CardProfile[])[] = [testProfiles, [...testProfiles].reverse()];

describe('a certificate', () => {
  it.each([
    ['card', 'my-number-card-2016'],
    ['phone', 'smartphone'],
    ['next', 'next-card'],
  ] as const)('of the %s fits the profile %s, wherever that stands in the list', (kind, profile) => {
    for (const profiles of inAnyOrder) expect(verdictOf(certificateOf(kind), profiles)).toBe(profile);
  });

  it('is the card’s or the smartphone’s by its policy alone', () => {
    const relabelled = certificateOf('card', { policy: smartphonePolicy });
    expect(verdictOf(relabelled, testProfiles)).toBe('smartphone');
  });

  it('of a kind that is not configured is refused', () => {
    expect(verdictOf(certificateOf('card'))).toBe('my-number-card-2016');
    expect(verdictOf(certificateOf('phone'))).toBe('certificate-policy');
    expect(verdictOf(certificateOf('next'))).toBe('algorithm-not-in-profile');
    expect(verdictOf(certificateOf('card'), [nextCard])).toBe('algorithm-not-in-profile');
  });

  it('of a test authority is refused in production, of whatever kind', () => {
    for (const kind of ['card', 'phone', 'next'] as const) {
      expect(verdictOf(certificateOf(kind), testProfiles, false)).toBe('test-authority');
    }
  });

  const emailProtection = extendedKeyUsage('1.3.6.1.5.5.7.3.4');
  const unheardOf: Extension = { oid: '2.5.29.54', critical: true, value: Buffer.from('020100', 'hex') };
  const longAfter = issuedAt + 7 * 366 * dayMs;
  const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
  const misfits: readonly (readonly [string, keyof typeof kinds, () => Changes, string])[] = [
    [
      'a card with a policy of nobody',
      'card',
      () => ({ policy: '1.3.6.1.4.1.32473.9' }),
      'certificate-policy',
    ],
    ['a card with the next card’s policy', 'card', () => ({ policy: nextCardPolicy }), 'certificate-policy'],
    [
      'a next card with the card’s policy',
      'next',
      () => ({ policy: userAuthenticationPolicy }),
      'certificate-policy',
    ],
    [
      'a card that may do something else',
      'card',
      () => ({ extension: emailProtection }),
      'extended-key-usage',
    ],
    [
      'a smartphone that may do something else',
      'phone',
      () => ({ extension: emailProtection }),
      'extended-key-usage',
    ],
    ['a smartphone that may sign documents', 'phone', () => ({ extension: keyUsage(0, 1) }), 'key-usage'],
    ['a next card that may sign documents', 'next', () => ({ extension: keyUsage(1) }), 'key-usage'],
    [
      'a next card with an unknown demand',
      'next',
      () => ({ extension: unheardOf }),
      'unknown-critical-extension',
    ],
    [
      'a smartphone with an EC key',
      'phone',
      () => ({ publicKey: p384Holder.publicKey }),
      'key-not-in-profile',
    ],
    ['a next card with an RSA key', 'next', () => ({ publicKey: rsaHolder.publicKey }), 'key-not-in-profile'],
    ['a next card with a key on P-256', 'next', () => ({ publicKey: p256 }), 'key-not-in-profile'],
    ['a smartphone for seven years', 'phone', () => ({ notAfter: longAfter }), 'validity-too-long'],
    ['an authority in place of a next card', 'next', () => ({ extension: keyUsage(0, 5) }), 'ca-certificate'],
    [
      'a next card that the RSA generation signed',
      'next',
      () => ({ signedWith: rsa.keyPair.privateKey }),
      'certificate-policy',
    ],
    [
      'a card that the P-384 generation signed',
      'card',
      () => ({ signedWith: p384.keyPair.privateKey }),
      'certificate-policy',
    ],
    [
      'a next card that a stranger signed',
      'next',
      () => ({ signedWith: p384Holder.privateKey }),
      'signature-invalid',
    ],
  ];

  it.each(misfits)('that fits no profile gets the reason of the best: %s', (_what, kind, changes, reason) => {
    for (const profiles of inAnyOrder) {
      expect(verdictOf(certificateOf(kind, changes()), profiles)).toBe(reason);
    }
  });

  it('whose algorithm and issuer’s key do not belong together is refused, whatever the policies allow', () => {
    const both = [userAuthenticationPolicy, nextCardPolicy];
    const lenient = testProfiles.map((profile) => ({ ...profile, certificatePolicies: both }));
    const crossed = certificateOf('card', {
      signedWith: p384.keyPair.privateKey,
      publicKey: p384Holder.publicKey,
    });
    expect(verdictOf(crossed, lenient)).toBe('signature-invalid');
  });
});

describe('possession of a P-384 key', () => {
  const message = Buffer.from('kazasu:register');
  const signature = (dsaEncoding: 'der' | 'ieee-p1363', digest = 'sha384', key = p384Holder.privateKey) =>
    sign(digest, message, { key, dsaEncoding });

  it('is proved by a signature in either form, where the profile names none', () => {
    const certificate = verified(certificateOf('next'));
    expect(certificate.verifies(message, signature('ieee-p1363'))).toBe(true);
    expect(certificate.verifies(message, signature('der'))).toBe(true);
    expect(certificate.verifies(Buffer.from('kazasu:other'), signature('der'))).toBe(false);
  });

  it.each([
    ['der', 'ieee-p1363'],
    ['ieee-p1363', 'der'],
  ] as const)('is proved in the form %s alone, where the profile names it', (dsaEncoding, other) => {
    const strict = { ...nextCard, possession: { digest: 'sha384', dsaEncoding } } as const;
    const certificate = verified(certificateOf('next'), [strict]);
    expect(certificate.verifies(message, signature(dsaEncoding))).toBe(true);
    expect(certificate.verifies(message, signature(other))).toBe(false);
  });

  it('is not proved under another digest, by another key, or by octets that are no signature', async () => {
    const certificate = verified(certificateOf('next'));
    const stranger = (await generateP384KeyPair()).privateKey;
    expect(certificate.verifies(message, signature('ieee-p1363', 'sha256'))).toBe(false);
    expect(certificate.verifies(message, signature('ieee-p1363', 'sha384', stranger))).toBe(false);
    expect(certificate.verifies(message, sign('sha384', message, rsaHolder.privateKey))).toBe(false);
    // r = s = 0 is a signature of everything to a verifier that forgets to look.
    for (const length of [0, 1, 48, 95, 96, 97, 256]) {
      expect(certificate.verifies(message, Buffer.alloc(length)), `${length} octets`).toBe(false);
    }
    expect(certificate.verifies(message, Buffer.from('3006020100020100', 'hex'))).toBe(false);
    expect(certificate.verifies(message, Buffer.concat([signature('der'), Buffer.alloc(1)]))).toBe(false);
  });

  it('of an RSA key is proved as before, by the card and the smartphone', () => {
    const signed = sign('sha256', message, rsaHolder.privateKey);
    for (const kind of ['card', 'phone'] as const) {
      const certificate = verified(certificateOf(kind));
      expect(certificate.verifies(message, signed)).toBe(true);
      expect(certificate.verifies(message, sign('sha384', message, rsaHolder.privateKey))).toBe(false);
      expect(certificate.verifies(message, signed.subarray(1))).toBe(false);
    }
  });
});

describe('lists', () => {
  function read(authority: CertificationAuthority, profiles?: readonly CardProfile[]) {
    const { serialNumber } = authority.issueUserCertificate({
      publicKey: p384Holder.publicKey,
      notBefore: issuedAt,
    });
    authority.revoke(serialNumber, testDay);
    const list = authority.issueCrl({ thisUpdate: testDay, nextUpdate: testDay + dayMs, crlNumber: 1 });
    const reader = createCrlReader({ ...trusted(), ...(profiles && { profiles }) });
    const verdict = reader.read(list, new Set([serialNumber as SerialNumber]), testDay);
    return verdict.outcome === 'read' ? verdict.hits.length : verdict.reason;
  }

  it('of every configured generation are read, and of no other', () => {
    expect(read(rsa, testProfiles)).toBe(1);
    expect(read(p384, testProfiles)).toBe(1);
    expect(read(p384)).toBe('algorithm-not-in-profile');
    expect(read(p384, [presentCard])).toBe('algorithm-not-in-profile');
    expect(read(rsa, [nextCard])).toBe('algorithm-not-in-profile');
  });
});
