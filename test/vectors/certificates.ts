import {
  basicConstraints,
  certificatePolicies,
  type Extension,
  encodeTbsCertificate,
  extendedKeyUsage,
  keyUsage,
  signCertificate,
} from '../../idp/demo/authority/certificate-template.ts';
import {
  context,
  contextPrimitive,
  integerOctets,
  objectIdentifier,
  octetString,
  sequence,
  tlv,
} from '../../idp/demo/authority/der-writer.ts';
import { encodeName } from '../../idp/demo/authority/names.ts';
import {
  ecdsaWithSha384,
  sha1WithRsaEncryption,
  sha256WithRsaEncryption,
  signed,
} from '../../idp/demo/authority/signer.ts';
import type { CertificateRefusal } from '../../idp/ports/jpki.ts';
import { turnBit } from '../support/mutate.ts';
import {
  added,
  beginning,
  changed,
  criticalFalse,
  disguised,
  edited,
  good,
  goodTemplate,
  otherAlgorithmOutside,
  removed,
  replaced,
  signatureOf,
  signedWith,
  withKey,
  withSerialNumber,
  withSignatureOfAnother,
  withUniqueIdentifiers,
  written,
} from './certificate-makers.ts';
import {
  accents,
  indefinite,
  lengthInThreeOctets,
  pemText,
  rsaPssWithSha256,
  sha384WithRsaEncryption,
  sha512WithRsaEncryption,
} from './der-tricks.ts';
import { day, second } from './pki.ts';
import type { VectorTable } from './vector.ts';

const oid = {
  keyUsage: '2.5.29.15',
  basicConstraints: '2.5.29.19',
  policies: '2.5.29.32',
  extKeyUsage: '2.5.29.37',
  authorityKeyId: '2.5.29.35',
} as const;

const httpAddress = contextPrimitive(6, Buffer.from('http://127.0.0.1:1/ocsp'));

/** The policies of the authentication and of the signature certificate. */
const authenticationPolicy = '1.2.392.200149.8.5.1.3.30';
const signaturePolicy = '1.2.392.200149.8.5.1.1.20';

export const certificateVectors = {
  accepted: {
    'newer-generation': good,
    'older-generation': (pki) => signCertificate(goodTemplate(pki, pki.older), pki.older.keyPair.privateKey),
    'last-second': edited((_, { now }) => ({ notAfter: now })),
    'first-second': edited((_, { now }) => ({ notBefore: now })),
    'serial-number-of-20-octets': withSerialNumber('7f'.repeat(20)),
    'serial-number-with-its-highest-bit': withSerialNumber('008b000001'),
    'a-further-policy': replaced(certificatePolicies('1.2.3', authenticationPolicy)),
    'a-further-purpose': replaced(extendedKeyUsage('1.3.6.1.5.5.7.3.4', '1.3.6.1.5.5.7.3.2')),
    'unknown-extension-not-critical': added({ oid: '1.2.3', critical: false, value: sequence() }),
    'basic-constraints-of-a-holder': added(basicConstraints(false)),
  },
  expired: {
    'a-second-ago': edited((_, { now }) => ({ notAfter: now - second })),
    yesterday: edited((_, { now }) => ({ notAfter: now - day })),
    'in-the-last-century': edited(() => ({
      notBefore: Date.UTC(1996, 0, 1),
      notAfter: Date.UTC(2001, 0, 1),
    })),
  },
  'not-yet-valid': {
    'in-a-second': edited((_, { now }) => ({ notBefore: now + second })),
    tomorrow: edited((_, { now }) => ({ notBefore: now + day })),
  },
  'issuer-expired': {
    'a-generation-that-has-ended': (pki) =>
      signCertificate(goodTemplate(pki, pki.oldest), pki.oldest.keyPair.privateKey),
  },
  'validity-too-long': {
    'ten-years': edited(({ notBefore }) => ({ notAfter: notBefore + 3652 * day })),
    'until-9999': edited(() => ({ notAfter: Date.UTC(9999, 11, 31, 23, 59, 59) })),
  },
  'key-usage': {
    missing: removed(oid.keyUsage),
    'key-encipherment': replaced(keyUsage(2)),
    'non-repudiation-alone': replaced(keyUsage(1)),
    'non-repudiation-besides': replaced(keyUsage(0, 1)),
    'key-agreement-besides': replaced(keyUsage(0, 4)),
    'not-critical': replaced({ ...keyUsage(0), critical: false }),
  },
  'extended-key-usage': {
    missing: removed(oid.extKeyUsage),
    'server-authentication': replaced(extendedKeyUsage('1.3.6.1.5.5.7.3.1')),
    'ocsp-signing': replaced(extendedKeyUsage('1.3.6.1.5.5.7.3.9')),
    'any-purpose': replaced(extendedKeyUsage('2.5.29.37.0')),
  },
  'certificate-policy': {
    missing: removed(oid.policies),
    another: replaced(certificatePolicies('1.2.392.200149.8.5.1.3.31')),
    'any-policy': replaced(certificatePolicies('2.5.29.32.0')),
    'not-critical': replaced({ ...certificatePolicies(authenticationPolicy), critical: false }),
    'of-the-signature-certificate': replaced(certificatePolicies(signaturePolicy)),
    'signature-certificate-in-its-place': ({ newer, holder, now }) =>
      newer.issueSignatureCertificate({ publicKey: holder.publicKey, notBefore: now - day }).certificate,
    'ocsp-responder-in-its-place': ({ newer, holder, now }) =>
      newer.issueOcspResponderCertificate({ publicKey: holder.publicKey, notBefore: now - day }).certificate,
  },
  'unknown-critical-extension': {
    'nobody-knows': added({ oid: '1.2.3.4.5', critical: true, value: sequence() }),
    'name-constraints': added({ oid: '2.5.29.30', critical: true, value: sequence() }),
    'policy-constraints': added({
      oid: '2.5.29.36',
      critical: true,
      value: sequence(contextPrimitive(0, Buffer.from([0]))),
    }),
    'subject-alternative-name': added({
      oid: '2.5.29.17',
      critical: true,
      value: sequence(contextPrimitive(1, Buffer.from('holder@example.jp'))),
    }),
  },
  'ca-certificate': {
    'the-authority-itself': ({ newer }) => newer.certificate,
    'basic-constraints-say-so': added(basicConstraints(true)),
    'may-sign-certificates': replaced(keyUsage(0, 5)),
  },
  'issuer-unknown': {
    'right-name-unpinned-key-id': replaced({
      oid: oid.authorityKeyId,
      critical: false,
      value: sequence(contextPrimitive(0, Buffer.alloc(20, 9))),
    }),
    'no-authority-key-id': removed(oid.authorityKeyId),
    'authority-by-name-and-serial-number-only': replaced({
      oid: oid.authorityKeyId,
      critical: false,
      value: sequence(contextPrimitive(2, Buffer.from('06d10002', 'hex'))),
    }),
    'another-name-pinned-key-id': edited(() => ({
      issuer: encodeName([
        ['C', 'JP'],
        ['O', 'Somebody else'],
      ]),
    })),
  },
  'signature-invalid': {
    'right-name-wrong-generation': (pki) => signCertificate(goodTemplate(pki), pki.older.keyPair.privateKey),
    'of-a-stranger': (pki) => signCertificate(goodTemplate(pki), pki.key('stranger').privateKey),
    'by-the-holder': (pki) => signCertificate(goodTemplate(pki), pki.holder.privateKey),
    'of-another-certificate': withSignatureOfAnother,
    'bit-of-the-signature-turned': changed((der) => turnBit(der, der.length - 1)),
    'bit-of-the-key-turned': changed((der) => turnBit(der, der.indexOf('0203010001', 'hex') - 40)),
    'a-day-longer-written-in': changed((der) => {
      der[der.indexOf('145959Z') - 1] = 0x32;
      return der;
    }),
    empty: signatureOf(Buffer.alloc(0)),
    'all-zero': signatureOf(Buffer.alloc(256)),
    'one-octet-short': signatureOf(Buffer.alloc(255, 1)),
  },
  'no-anchor': { 'nothing-is-pinned': good },
  'test-authority': {
    'none-is-allowed': good,
    'its-name-in-small-letters': disguised,
  },
  'trailing-bytes': {
    'one-octet': changed((der) => Buffer.concat([der, Buffer.alloc(1)])),
    'a-line-end': changed((der) => Buffer.concat([der, Buffer.from('\r\n')])),
    'a-second-certificate': changed((der) => Buffer.concat([der, der])),
  },
  malformed: {
    nothing: () => new Uint8Array(),
    'cut-off-in-the-middle': changed((der) => der.subarray(0, 700)),
    'last-octet-missing': changed((der) => der.subarray(0, -1)),
    pem: changed((der) => pemText('CERTIFICATE', der)),
    'non-minimal-length': changed(lengthInThreeOctets),
    'indefinite-length': changed(indefinite),
    'length-of-five-octets': changed((der) =>
      Buffer.concat([Buffer.from('3085000000', 'hex'), der.subarray(2)]),
    ),
    'tag-of-two-octets': changed((der) => Buffer.concat([Buffer.from('3f30', 'hex'), der.subarray(1)])),
    'octet-string-outside': changed((der) => octetString(der)),
    'serial-number-not-minimal': withSerialNumber('000a000001'),
    'serial-number-not-minimal-and-negative': withSerialNumber('ff8a000001'),
    'serial-number-empty': withSerialNumber(''),
    'version-1': edited(() => ({ version: 1 })),
    'version-2': edited(() => ({ version: 2 })),
    'version-4': edited(() => ({ version: 4 })),
    'name-of-600-octets': edited(() => ({ subject: encodeName([['CN', 'x'.repeat(600)]]) })),
    'name-of-3000-accents': edited(() => ({ subject: encodeName([['CN', `a${accents(3000)}`]]) })),
    'version-twice': (pki) => {
      const tbs = Buffer.from(encodeTbsCertificate(goodTemplate(pki), sha256WithRsaEncryption));
      // Four octets of header, then [0] { INTEGER 2 }.
      const versions = context(0, tbs.subarray(6, 9), tbs.subarray(6, 9));
      return signed(sequence(versions, tbs.subarray(9)), pki.newer.keyPair.privateKey);
    },
    'responder-address-twice-in-one-place': replaced({
      oid: '1.3.6.1.5.5.7.1.1',
      critical: false,
      value: sequence(sequence(objectIdentifier('1.3.6.1.5.5.7.48.1'), httpAddress, httpAddress)),
    }),
    'extension-twice': edited(({ extensions }) => ({
      extensions: [...extensions, extensions[0] as Extension],
    })),
    'no-extensions': edited(() => ({ extensions: [] })),
    'critical-false-written-out': criticalFalse,
    'true-as-01': written('0603551d0f0101ff', '0603551d0f010101'),
    'octets-after-an-extension': replaced({
      ...keyUsage(0),
      value: Buffer.concat([keyUsage(0).value, Buffer.alloc(2)]),
    }),
    'unused-bits-set': replaced({ ...keyUsage(0), value: Buffer.from('03020781', 'hex') }),
    'key-usage-is-no-bit-string': replaced({ ...keyUsage(0), value: integerOctets('80') }),
    'key-usage-in-an-octet-string': replaced({ ...keyUsage(0), value: Buffer.from('04020780', 'hex') }),
    'policies-are-no-sequence': replaced({ ...certificatePolicies(), value: octetString(Buffer.alloc(2)) }),
    'policy-with-a-padded-arc': replaced({
      ...certificatePolicies(),
      value: sequence(sequence(Buffer.from('0604802a0304', 'hex'))),
    }),
    'date-with-an-offset': beginning(tlv(0x17, Buffer.from('2601010000+0900'))),
    'date-without-seconds': beginning(tlv(0x17, Buffer.from('2601010000Z'))),
    'date-with-a-fraction': beginning(tlv(0x18, Buffer.from('20260101000000.5Z'))),
    'date-of-31-february': beginning(tlv(0x17, Buffer.from('260231000000Z'))),
    'date-with-a-60th-second': beginning(tlv(0x17, Buffer.from('260101000060Z'))),
    'date-as-text': beginning(tlv(0x13, Buffer.from('260101000000Z'))),
    'unique-identifiers': withUniqueIdentifiers,
    'longer-than-any-certificate': added({ oid: '1.2.3', critical: false, value: Buffer.alloc(9000, 5) }),
  },
  'serial-number-invalid': {
    zero: withSerialNumber('00'),
    negative: withSerialNumber('8a000001'),
    '21-octets': withSerialNumber('01'.repeat(21)),
    '21-octets-for-the-sign': withSerialNumber(`00${'ff'.repeat(20)}`),
  },
  'algorithm-not-in-profile': {
    'sha-1': signedWith(sha1WithRsaEncryption),
    'sha-384': signedWith(sha384WithRsaEncryption),
    'sha-512': signedWith(sha512WithRsaEncryption),
    'rsa-pss': signedWith(rsaPssWithSha256),
    'another-outside-than-inside': otherAlgorithmOutside,
    'ecdsa-by-name-under-an-rsa-key': signedWith(ecdsaWithSha384),
  },
  'key-not-in-profile': {
    'rsa-1024': withKey('rsa-1024'),
    'rsa-3072': withKey('rsa-3072'),
    'rsa-exponent-3': withKey('rsa-exponent-3'),
    'p-256': withKey('p-256'),
    'p-384': withKey('p-384'),
  },
} satisfies VectorTable<CertificateRefusal>;
