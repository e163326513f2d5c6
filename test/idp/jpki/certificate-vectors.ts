import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import {
  basicConstraints,
  type CertificateTemplate,
  certificatePolicies,
  type Extension,
  encodeTbsCertificate,
  extendedKeyUsage,
  keyUsage,
  signCertificate,
} from '../../../idp/demo/authority/certificate-template.ts';
import type { CertificationAuthority } from '../../../idp/demo/authority/certification-authority.ts';
import { bitString, integerOctets, octetString, sequence } from '../../../idp/demo/authority/der-writer.ts';
import { userAuthenticationTemplate } from '../../../idp/demo/authority/jpki-certificates.ts';
import { encodeName } from '../../../idp/demo/authority/names.ts';
import {
  ecdsaWithSha384,
  sha1WithRsaEncryption,
  sha256WithRsaEncryption,
  signed,
} from '../../../idp/demo/authority/signer.ts';
import type { CertificateRefusal } from '../../../idp/ports/jpki.ts';
import { turnBit } from '../../support/mutate.ts';
import type { TestPki } from '../../support/test-pki.ts';

/** One certificate that must be refused, the reason, and what is wrong with it. */
export interface CertificateVector {
  readonly reason: CertificateRefusal;
  readonly what: string;
  readonly der: (pki: TestPki) => Uint8Array;
}

const dayMs = 24 * 3_600_000;

/** The template of a good certificate of the newer generation. */
export const goodTemplate = (
  pki: TestPki,
  authority: CertificationAuthority = pki.newer,
): CertificateTemplate =>
  userAuthenticationTemplate(
    authority.nextEntity({ publicKey: pki.holder.publicKey, notBefore: pki.now - 30 * dayMs }),
  );

type Edit = (template: CertificateTemplate, pki: TestPki) => Partial<CertificateTemplate>;

/** A certificate with parts exchanged and everything else right, signature included. */
const edited =
  (edit: Edit) =>
  (pki: TestPki): Uint8Array => {
    const template = goodTemplate(pki);
    return signCertificate({ ...template, ...edit(template, pki) }, pki.newer.keyPair.privateKey);
  };

const without = (template: CertificateTemplate, oid: string): readonly Extension[] =>
  template.extensions.filter((extension) => extension.oid !== oid);

const replaced = (extension: Extension): ((pki: TestPki) => Uint8Array) =>
  edited((template) => ({ extensions: [...without(template, extension.oid), extension] }));

const removed = (oid: string): ((pki: TestPki) => Uint8Array) =>
  edited((template) => ({ extensions: without(template, oid) }));

const good = (pki: TestPki): Uint8Array => edited(() => ({}))(pki);

/** The bytes of a good certificate, changed after it was signed. */
const changed =
  (change: (der: Buffer) => Uint8Array) =>
  (pki: TestPki): Uint8Array =>
    change(Buffer.from(good(pki)));

/** A whole certificate out of its three parts, as they are. */
const assembled =
  (build: (template: CertificateTemplate, key: KeyObject) => Uint8Array) =>
  (pki: TestPki): Uint8Array =>
    build(goodTemplate(pki), pki.newer.keyPair.privateKey);

const oid = {
  keyUsage: '2.5.29.15',
  policies: '2.5.29.32',
  extKeyUsage: '2.5.29.37',
  authorityKeyId: '2.5.29.35',
} as const;

const cases: readonly (readonly [CertificateRefusal, string, CertificateVector['der']])[] = [
  ['expired', 'it ended a second ago', edited((_, { now }) => ({ notAfter: now - 1000 }))],
  ['not-yet-valid', 'it starts in a second', edited((_, { now }) => ({ notBefore: now + 1000 }))],
  [
    'validity-too-long',
    'it holds for ten years',
    edited((template) => ({ notAfter: template.notBefore + 3652 * dayMs })),
  ],
  ['key-usage', 'no key usage', removed(oid.keyUsage)],
  ['key-usage', 'key encipherment', replaced(keyUsage(2))],
  ['key-usage', 'non-repudiation besides', replaced(keyUsage(0, 1))],
  ['key-usage', 'key usage not critical', replaced({ ...keyUsage(0), critical: false })],
  ['extended-key-usage', 'no extended key usage', removed(oid.extKeyUsage)],
  ['extended-key-usage', 'server authentication', replaced(extendedKeyUsage('1.3.6.1.5.5.7.3.1'))],
  ['extended-key-usage', 'any purpose', replaced(extendedKeyUsage('2.5.29.37.0'))],
  ['certificate-policy', 'no policy', removed(oid.policies)],
  ['certificate-policy', 'another policy', replaced(certificatePolicies('1.2.392.200149.8.5.1.1.20'))],
  ['certificate-policy', 'any policy', replaced(certificatePolicies('2.5.29.32.0'))],
  [
    'certificate-policy',
    'policy not critical',
    replaced({ ...certificatePolicies('1.2.392.200149.8.5.1.3.30'), critical: false }),
  ],
  [
    'certificate-policy',
    'the signature certificate of the card',
    ({ newer, holder, now }) =>
      newer.issueSignatureCertificate({ publicKey: holder.publicKey, notBefore: now - dayMs }).certificate,
  ],
  [
    'unknown-critical-extension',
    'a critical extension nobody knows',
    replaced({ oid: '1.2.3.4.5', critical: true, value: sequence() }),
  ],
  ['ca-certificate', 'the certificate of the authority itself', ({ newer }) => newer.certificate],
  ['ca-certificate', 'a holder who says to be an authority', replaced(basicConstraints(true))],
  ['ca-certificate', 'a holder who may sign certificates', replaced(keyUsage(0, 5))],
  [
    'issuer-unknown',
    'the right name, a key identifier nobody pinned',
    edited((template) => ({
      extensions: [
        ...without(template, oid.authorityKeyId),
        { oid: oid.authorityKeyId, critical: false, value: sequence(Buffer.from('80020102', 'hex')) },
      ],
    })),
  ],
  ['issuer-unknown', 'no authority key identifier', removed(oid.authorityKeyId)],
  [
    'issuer-unknown',
    'another name, a pinned key identifier',
    edited(() => ({
      issuer: encodeName([
        ['C', 'JP'],
        ['O', 'Somebody else'],
      ]),
    })),
  ],
  [
    'signature-invalid',
    "the right name, the other generation's key",
    (pki) => signCertificate(goodTemplate(pki, pki.newer), pki.older.keyPair.privateKey),
  ],
  ['signature-invalid', 'a bit of the signature turned', changed((der) => turnBit(der, der.length - 1))],
  [
    'signature-invalid',
    'a bit of the key turned',
    changed((der) => turnBit(der, der.indexOf('0203010001', 'hex') - 40)),
  ],
  ['test-authority', 'a test authority where none is allowed', (pki) => good(pki)],
  ['trailing-bytes', 'one octet after the end', changed((der) => Buffer.concat([der, Buffer.alloc(1)]))],
  ['trailing-bytes', 'a second certificate after it', changed((der) => Buffer.concat([der, der]))],
  ['malformed', 'nothing at all', () => new Uint8Array()],
  ['malformed', 'cut off in the middle', changed((der) => der.subarray(0, 700))],
  ['malformed', 'the last octet missing', changed((der) => der.subarray(0, -1))],
  [
    'malformed',
    'PEM',
    changed((der) =>
      Buffer.from(`-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----`),
    ),
  ],
  ['malformed', 'a length not in the shortest form', changed(withLongLength)],
  [
    'malformed',
    'indefinite length',
    changed((der) => Buffer.concat([Buffer.from('3080', 'hex'), der.subarray(4), Buffer.alloc(2)])),
  ],
  [
    'malformed',
    'a serial number not in the shortest form',
    edited(() => ({ serialNumber: integerOctets('000a000001') })),
  ],
  ['malformed', 'an empty serial number', edited(() => ({ serialNumber: integerOctets('') }))],
  ['malformed', 'version 1', edited(() => ({ version: 1 }))],
  [
    'malformed',
    'the same extension twice',
    edited(({ extensions }) => ({ extensions: [...extensions, extensions[0] as Extension] })),
  ],
  ['malformed', 'no extensions', edited(() => ({ extensions: [] }))],
  ['malformed', 'critical FALSE written out', assembled(withCriticalFalse)],
  [
    'malformed',
    'longer than any certificate',
    replaced({ oid: '1.2.3', critical: false, value: octetString(Buffer.alloc(9000)) }),
  ],
  ['serial-number-invalid', 'serial number zero', edited(() => ({ serialNumber: integerOctets('00') }))],
  [
    'serial-number-invalid',
    'a negative serial number',
    edited(() => ({ serialNumber: integerOctets('8a000001') })),
  ],
  [
    'serial-number-invalid',
    '21 octets of serial number',
    edited(() => ({ serialNumber: integerOctets('01'.repeat(21)) })),
  ],
  [
    'algorithm-not-in-profile',
    'SHA-1',
    (pki) => signCertificate(goodTemplate(pki), pki.newer.keyPair.privateKey, sha1WithRsaEncryption),
  ],
  ['algorithm-not-in-profile', 'another algorithm outside than inside', assembled(withOtherAlgorithmOutside)],
  ['algorithm-not-in-profile', 'an algorithm of the next card', assembled(withEcdsa)],
  ['key-not-in-profile', 'RSA-1024', edited(() => ({ subjectPublicKey: rsaKey(1024) }))],
  ['key-not-in-profile', 'RSA-3072', edited(() => ({ subjectPublicKey: rsaKey(3072) }))],
  ['key-not-in-profile', 'exponent 3', edited(() => ({ subjectPublicKey: rsaKey(2048, 3) }))],
  ['key-not-in-profile', 'a P-256 key', edited(() => ({ subjectPublicKey: p256Key() }))],
];

export const certificateVectors: readonly CertificateVector[] = cases.map(([reason, what, der]) => ({
  reason,
  what,
  der,
}));

function withLongLength(der: Buffer): Buffer {
  const length = der.readUInt16BE(2);
  const header = Buffer.from([0x30, 0x83, 0, length >> 8, length & 0xff]);
  return Buffer.concat([header, der.subarray(4)]);
}

function withCriticalFalse(template: CertificateTemplate, key: KeyObject): Uint8Array {
  const placeholder = { oid: '1.2.3', critical: false, value: Buffer.from('aaaaaa3000', 'hex') };
  const extensions = [...template.extensions, placeholder];
  const tbs = Buffer.from(encodeTbsCertificate({ ...template, extensions }, sha256WithRsaEncryption));
  // The same length: FALSE and two octets of value in place of five octets of value.
  tbs.write('01010004023000', tbs.indexOf('0405aaaaaa3000', 'hex'), 'hex');
  return signed(tbs, key);
}

function withOtherAlgorithmOutside(template: CertificateTemplate, key: KeyObject): Uint8Array {
  const tbs = encodeTbsCertificate(template, sha256WithRsaEncryption);
  const signature = signCertificate(template, key).subarray(-256);
  return sequence(tbs, sha1WithRsaEncryption.algorithmIdentifier, bitString(signature));
}

function withEcdsa(template: CertificateTemplate): Uint8Array {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  return signCertificate(template, privateKey, ecdsaWithSha384);
}

const rsaKey = (modulusLength: number, publicExponent = 65537): KeyObject =>
  generateKeyPairSync('rsa', { modulusLength, publicExponent }).publicKey;

const p256Key = (): KeyObject => generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
