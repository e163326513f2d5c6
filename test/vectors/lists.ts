import { authorityKeyIdentifier } from '../../idp/demo/authority/certificate-template.ts';
import { cRLNumber, encodeCrlEntries, signCrl } from '../../idp/demo/authority/crl-issuer.ts';
import {
  context,
  contextPrimitive,
  integer,
  integerOctets,
  octetString,
  sequence,
  time,
  tlv,
} from '../../idp/demo/authority/der-writer.ts';
import { encodeName } from '../../idp/demo/authority/names.ts';
import {
  ecdsaWithSha384,
  sha1WithRsaEncryption,
  sha256WithRsaEncryption,
  signed,
} from '../../idp/demo/authority/signer.ts';
import type { CrlRefusal } from '../../idp/ports/jpki.ts';
import { signedParts } from '../support/der-tree.ts';
import { turnBit } from '../support/mutate.ts';
import { accents, indefinite, lengthInThreeOctets, pemText, sha384WithRsaEncryption } from './der-tricks.ts';
import {
  anotherName,
  changed,
  edited,
  flag,
  good,
  goodList,
  goodNumber,
  listName,
  many,
  named,
  namedSerialNumber,
  numbered,
  onHold,
  point,
  reasonCode,
  scopeWith,
  signedWith,
  withEntries,
  withEntryExtensions,
  withExtension,
  withoutEntries,
  withoutExtension,
} from './list-makers.ts';
import { hour, second } from './pki.ts';
import type { VectorTable } from './vector.ts';

export const crlVectors = {
  accepted: {
    'number-7': good,
    'number-8': numbered(goodNumber + 1),
    'number-of-20-octets': numbered(2n ** 158n),
    'of-the-older-generation': (pki) => signCrl(goodList(pki, pki.older), pki.older.keyPair.privateKey),
    'without-entries': edited(() => ({ revokedCertificates: new Uint8Array() })),
    'with-300-entries': edited((_, { now }) => ({ revokedCertificates: encodeCrlEntries(many(now)) })),
    'last-second': edited((_, { now }) => ({ nextUpdate: now })),
    'entry-with-an-invalidity-date': withEntryExtensions(reasonCode('0a0101'), {
      oid: '2.5.29.24',
      critical: false,
      value: tlv(0x18, Buffer.from('20260101000000Z')),
    }),
    'negative-serial-number-among-the-entries': withEntries((now) => [
      sequence(integerOctets('8b000001'), time(now)),
      sequence(integer(namedSerialNumber), time(now)),
    ]),
  },
  expired: {
    'a-second-ago': edited((_, { now }) => ({ nextUpdate: now - second })),
    'its-authority-has-ended': (pki) => signCrl(goodList(pki, pki.oldest), pki.oldest.keyPair.privateKey),
  },
  'not-yet-valid': {
    'an-hour-ahead': edited((_, { now }) => ({ thisUpdate: now + hour })),
    'six-minutes-ahead': edited((_, { now }) => ({ thisUpdate: now + 0.1 * hour })),
  },
  'crl-number-missing': { 'no-number': withoutExtension('2.5.29.20') },
  'crl-number-went-back': {
    '6-after-7': numbered(goodNumber - 1),
    '0-after-7': numbered(0),
  },
  'crl-number-reused': {
    '7-with-another-entry': edited((_, { now }) => ({
      revokedCertificates: encodeCrlEntries([onHold(now), ...many(now).slice(1, 2)]),
    })),
    '7-without-entries': edited(() => ({ revokedCertificates: new Uint8Array() })),
  },
  'issuer-unknown': {
    'no-authority-key-id': withoutExtension('2.5.29.35'),
    'unpinned-key-id': withExtension(authorityKeyIdentifier(Buffer.alloc(20, 9))),
    'another-name': edited(() => ({ issuer: encodeName([['O', 'Somebody else']]) })),
  },
  'signature-invalid': {
    'right-name-wrong-generation': (pki) => signCrl(goodList(pki), pki.older.keyPair.privateKey),
    'of-a-stranger': (pki) => signCrl(goodList(pki), pki.key('stranger').privateKey),
    'bit-of-the-signature-turned': changed((der) => turnBit(der, der.length - 1)),
    'another-serial-number-put-in': changed((der) => turnBit(der, der.indexOf(namedSerialNumber, 'hex') + 3)),
    'entry-cut-out': (pki) => withoutEntries(good(pki), goodList(pki)),
    'later-nextupdate-written-in': changed((der) =>
      turnBit(der, der.indexOf('170d', der.indexOf('170d', 'hex') + 2, 'hex') + 3),
    ),
  },
  'algorithm-not-in-profile': {
    'sha-1': signedWith(sha1WithRsaEncryption),
    'sha-384': signedWith(sha384WithRsaEncryption),
    'ecdsa-by-name-under-an-rsa-key': signedWith(ecdsaWithSha384),
    'another-outside-than-inside': changed((der) => {
      der.write('2a864886f70d010105', der.lastIndexOf('2a864886f70d01010b', undefined, 'hex'), 'hex');
      return der;
    }),
  },
  'delta-list': {
    'delta-to-number-6': withExtension({ oid: '2.5.29.27', critical: true, value: integer(6) }),
    'delta-not-critical': withExtension({ oid: '2.5.29.27', critical: false, value: integer(6) }),
  },
  'indirect-list': {
    'its-scope-says-so': scopeWith(flag(4)),
    'entry-of-another-issuer': withEntryExtensions({
      oid: '2.5.29.29',
      critical: true,
      value: sequence(context(4, anotherName)),
    }),
  },
  'partial-list': {
    'authorities-only': scopeWith(flag(2)),
    'attribute-certificates-only': scopeWith(flag(5)),
    'users-and-authorities-only': scopeWith(flag(1), flag(2)),
    'some-reasons-only': scopeWith(contextPrimitive(3, Buffer.from('0640', 'hex'))),
  },
  'distribution-point-mismatch': {
    'another-municipality-under-this-name': withExtension(point(named(anotherName), flag(1))),
    'two-names-of-lists': withExtension(point(named(listName, anotherName))),
    'a-uri-for-a-name': withExtension(
      point(context(0, context(0, contextPrimitive(6, Buffer.from('http://127.0.0.1/crl'))))),
    ),
  },
  'unknown-critical-extension': {
    'nobody-knows': withExtension({ oid: '1.2.3', critical: true, value: sequence() }),
    'in-an-entry': withEntryExtensions({ oid: '1.2.3', critical: true, value: sequence() }),
    'freshest-list': withExtension({ oid: '2.5.29.46', critical: true, value: sequence() }),
  },
  'trailing-bytes': {
    'one-octet': changed((der) => Buffer.concat([der, Buffer.alloc(1)])),
    'a-second-list': changed((der) => Buffer.concat([der, der])),
  },
  malformed: {
    nothing: () => new Uint8Array(),
    half: changed((der) => der.subarray(0, der.length / 2)),
    'last-octet-missing': changed((der) => der.subarray(0, -1)),
    pem: changed((der) => pemText('X509 CRL', der)),
    'a-web-page': () => '<!doctype html><title>Sign in to the network</title>',
    'non-minimal-length': changed(lengthInThreeOctets),
    'indefinite-length': changed(indefinite),
    'no-nextupdate': (pki) => {
      const { nextUpdate: _, ...list } = goodList(pki);
      return signCrl(list, pki.newer.keyPair.privateKey);
    },
    'no-extensions': edited(() => ({ crlExtensions: [] })),
    'extension-twice': edited(({ crlExtensions }) => ({
      crlExtensions: [...crlExtensions, ...crlExtensions],
    })),
    'extensions-after-the-extensions': (pki) => {
      const tbs = Buffer.from(signedParts(good(pki))?.toBeSigned ?? []);
      // [0] is the last of what is signed; its header has three octets.
      const start = tbs.lastIndexOf('a081e63081e3', undefined, 'hex');
      const twice = context(0, tbs.subarray(start + 3), tbs.subarray(start + 3));
      return signed(sequence(tbs.subarray(4, start), twice), pki.newer.keyPair.privateKey);
    },
    'issuer-of-3000-accents': edited(() => ({ issuer: encodeName([['O', accents(3000)]]) })),
    'distribution-point-of-30000-accents': withExtension(
      point(named(encodeName([['CN', accents(30_000)]])), flag(1)),
    ),
    'number-negative': withExtension({ ...cRLNumber(0), value: integerOctets('ff') }),
    'number-of-21-octets': withExtension({ ...cRLNumber(0), value: integerOctets('01'.repeat(21)) }),
    'number-not-minimal': withExtension({ ...cRLNumber(0), value: integerOctets('0007') }),
    'number-is-no-integer': withExtension({ ...cRLNumber(0), value: octetString(Buffer.from([7])) }),
    'entry-is-no-sequence': withEntries(() => [integer(1)]),
    'entry-without-a-date': withEntries(() => [sequence(integer(1))]),
    'entry-without-a-serial-number': withEntries((now) => [sequence(time(now))]),
    'entry-with-an-empty-serial-number': withEntries((now) => [sequence(integerOctets(''), time(now))]),
    'entry-serial-number-not-minimal': withEntries((now) => [sequence(integerOctets('000b'), time(now))]),
    'entry-serial-number-of-21-octets': withEntries((now) => [
      sequence(integerOctets('01'.repeat(21)), time(now)),
    ]),
    'entry-with-two-extension-lists': withEntries((now) => [
      sequence(integer(1), time(now), sequence(), sequence()),
    ]),
    'entry-extensions-empty': withEntryExtensions(),
    'entry-reason-7': withEntryExtensions(reasonCode('0a0107')),
    'entry-reason-11': withEntryExtensions(reasonCode('0a010b')),
    'entry-reason-of-two-octets': withEntryExtensions(reasonCode('0a020001')),
    'entry-reason-is-no-enumerated': withEntryExtensions(reasonCode('020101')),
    'entry-reason-twice': withEntryExtensions(reasonCode('0a0101'), reasonCode('0a0101')),
    'entry-date-of-31-february': withEntries(() => [
      sequence(integer(namedSerialNumber), tlv(0x17, Buffer.from('260231000000Z'))),
    ]),
    'entry-longer-than-any': withEntryExtensions({
      oid: '1.2.3',
      critical: false,
      value: octetString(Buffer.alloc(2000)),
    }),
    'entry-ends-in-the-next': withEntries((now) => [Buffer.from('3030', 'hex'), integer(1), time(now)]),
    'false-written-out-in-its-scope': scopeWith(contextPrimitive(4, Buffer.from([0]))),
    'flags-in-the-wrong-order': withExtension(point(flag(1), named(listName))),
    'version-1': changed((der) => {
      der[der.indexOf('020101', 'hex') + 2] = 0;
      return der;
    }),
    'algorithm-without-a-name': (pki) =>
      signCrl(goodList(pki), pki.newer.keyPair.privateKey, {
        ...sha256WithRsaEncryption,
        algorithmIdentifier: sequence(),
      }),
  },
} satisfies VectorTable<CrlRefusal>;
