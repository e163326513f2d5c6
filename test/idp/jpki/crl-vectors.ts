import type { Extension } from '../../../idp/demo/authority/certificate-template.ts';
import {
  authorityKeyIdentifier,
  encodeExtensions,
} from '../../../idp/demo/authority/certificate-template.ts';
import {
  type CrlTemplate,
  cRLNumber,
  encodeCrlEntries,
  jpkiCrlExtensions,
  signCrl,
} from '../../../idp/demo/authority/crl-issuer.ts';
import {
  context,
  contextPrimitive,
  integer,
  integerOctets,
  sequence,
  time,
} from '../../../idp/demo/authority/der-writer.ts';
import { encodeName, municipalityCrlName } from '../../../idp/demo/authority/names.ts';
import { sha1WithRsaEncryption } from '../../../idp/demo/authority/signer.ts';
import type { CrlRefusal } from '../../../idp/ports/jpki.ts';
import { turnBit } from '../../support/mutate.ts';
import type { TestPki } from '../../support/test-pki.ts';

/** One list that must be refused, the reason, and what is wrong with it. */
export interface CrlVector {
  readonly reason: CrlRefusal;
  readonly what: string;
  readonly der: (pki: TestPki) => Uint8Array;
}

const hourMs = 3_600_000;
export const listName = encodeName(municipalityCrlName('JPKI-TEST', 'Demo-ken', 'Demo-shi'));
const entries = (now: number): Uint8Array =>
  encodeCrlEntries([{ serialNumber: '0b000001', revocationDate: now - hourMs, reason: 'certificateHold' }]);

/** The template of a good list of the newer generation. */
export const goodList = ({ newer, now }: TestPki): CrlTemplate => ({
  issuer: encodeName(newer.name),
  thisUpdate: now - hourMs,
  nextUpdate: now + 24 * hourMs,
  revokedCertificates: entries(now),
  crlExtensions: jpkiCrlExtensions(newer.keyId, 7, listName),
});

type Edit = (list: CrlTemplate, pki: TestPki) => Partial<CrlTemplate>;

const edited =
  (edit: Edit) =>
  (pki: TestPki): Uint8Array => {
    const list = goodList(pki);
    return signCrl({ ...list, ...edit(list, pki) }, pki.newer.keyPair.privateKey);
  };

const good = edited(() => ({}));

const changed =
  (change: (der: Buffer) => Uint8Array) =>
  (pki: TestPki): Uint8Array =>
    change(Buffer.from(good(pki)));

const withExtension = (extension: Extension): CrlVector['der'] =>
  edited(({ crlExtensions }) => ({
    crlExtensions: [...crlExtensions.filter(({ oid }) => oid !== extension.oid), extension],
  }));

const withoutExtension = (oid: string): CrlVector['der'] =>
  edited(({ crlExtensions }) => ({ crlExtensions: crlExtensions.filter((one) => one.oid !== oid) }));

/** issuingDistributionPoint with one more flag than the municipality's name. */
const scopeWith = (...parts: readonly Uint8Array[]): CrlVector['der'] =>
  withExtension({
    oid: '2.5.29.28',
    critical: true,
    value: sequence(context(0, context(0, context(4, listName))), ...parts),
  });

const flag = (number: number): Uint8Array => contextPrimitive(number, Buffer.from([0xff]));

/** A list with one entry, as it is. */
const withEntry = (entry: (now: number) => Uint8Array): CrlVector['der'] =>
  edited((_, { now }) => ({ revokedCertificates: entry(now) }));

const withEntryExtension = (oid: string, critical: boolean): CrlVector['der'] =>
  withEntry((now) =>
    sequence(integer('0b000001'), time(now), encodeExtensions([{ oid, critical, value: sequence() }])),
  );

const cases: readonly (readonly [CrlRefusal, string, CrlVector['der']])[] = [
  ['expired', 'nextUpdate was a second ago', edited((_, { now }) => ({ nextUpdate: now - 1000 }))],
  ['not-yet-valid', 'thisUpdate is an hour ahead', edited((_, { now }) => ({ thisUpdate: now + hourMs }))],
  ['crl-number-missing', 'no number', withoutExtension('2.5.29.20')],
  ['issuer-unknown', 'no authority key identifier', withoutExtension('2.5.29.35')],
  [
    'issuer-unknown',
    'a key nobody pinned',
    withExtension(authorityKeyIdentifier(Buffer.from('0102', 'hex'))),
  ],
  ['issuer-unknown', 'another name', edited(() => ({ issuer: encodeName([['O', 'Somebody else']]) }))],
  [
    'signature-invalid',
    "the other generation's key",
    (pki) => signCrl(goodList(pki), pki.older.keyPair.privateKey),
  ],
  ['signature-invalid', 'a bit of the signature turned', changed((der) => turnBit(der, der.length - 1))],
  [
    'signature-invalid',
    'another serial number put in',
    changed((der) => turnBit(der, der.indexOf('0b000001', 'hex') + 3)),
  ],
  ['signature-invalid', 'an entry cut out', (pki) => withoutEntries(good(pki), goodList(pki))],
  [
    'algorithm-not-in-profile',
    'SHA-1',
    (pki) => signCrl(goodList(pki), pki.newer.keyPair.privateKey, sha1WithRsaEncryption),
  ],
  [
    'algorithm-not-in-profile',
    'another algorithm outside than inside',
    changed((der) => {
      der.write('2a864886f70d010105', der.lastIndexOf('2a864886f70d01010b', undefined, 'hex'), 'hex');
      return der;
    }),
  ],
  ['delta-list', 'a delta list', withExtension({ oid: '2.5.29.27', critical: true, value: integer(6) })],
  ['indirect-list', 'an indirect list', scopeWith(flag(4))],
  ['indirect-list', 'an entry of another issuer', withEntryExtension('2.5.29.29', true)],
  ['distribution-point-mismatch', 'authorities only', scopeWith(flag(2))],
  ['distribution-point-mismatch', 'attribute certificates only', scopeWith(flag(5))],
  [
    'distribution-point-mismatch',
    'some reasons only',
    scopeWith(contextPrimitive(3, Buffer.from('0640', 'hex'))),
  ],
  [
    'distribution-point-mismatch',
    'two names of lists',
    withExtension({
      oid: '2.5.29.28',
      critical: true,
      value: sequence(context(0, context(0, context(4, listName), context(4, listName)))),
    }),
  ],
  [
    'unknown-critical-extension',
    'a critical extension nobody knows',
    withExtension({ oid: '1.2.3', critical: true, value: sequence() }),
  ],
  ['unknown-critical-extension', 'such an extension in an entry', withEntryExtension('1.2.3', true)],
  ['trailing-bytes', 'one octet after the end', changed((der) => Buffer.concat([der, Buffer.alloc(1)]))],
  ['malformed', 'nothing at all', () => new Uint8Array()],
  ['malformed', 'half of it', changed((der) => der.subarray(0, der.length / 2))],
  ['malformed', 'the last octet missing', changed((der) => der.subarray(0, -1))],
  ['malformed', 'PEM', changed((der) => Buffer.from(`-----BEGIN X509 CRL-----\n${der.toString('base64')}`))],
  ['malformed', 'no nextUpdate', withoutNextUpdate],
  ['malformed', 'no extensions', edited(() => ({ crlExtensions: [] }))],
  ['malformed', 'a negative number', withExtension({ ...cRLNumber(0), value: integerOctets('ff') })],
  ['malformed', 'an entry that is no sequence', withEntry(() => integer(1))],
  ['malformed', 'an entry without a date', withEntry(() => sequence(integer(1)))],
  [
    'malformed',
    'a serial number not in the shortest form',
    withEntry((now) => sequence(integerOctets('000b'), time(now))),
  ],
  [
    'malformed',
    'a serial number of 21 octets',
    withEntry((now) => sequence(integerOctets('01'.repeat(21)), time(now))),
  ],
  [
    'malformed',
    'something after an entry’s extensions',
    withEntry((now) => sequence(integer(1), time(now), sequence(), sequence())),
  ],
  [
    'malformed',
    'a reason that does not exist',
    withEntry((now) =>
      sequence(
        integer(1),
        time(now),
        encodeExtensions([{ oid: '2.5.29.21', critical: false, value: Buffer.from('0a0107', 'hex') }]),
      ),
    ),
  ],
  ['malformed', 'FALSE written out in its scope', scopeWith(contextPrimitive(4, Buffer.from([0])))],
];

export const crlVectors: readonly CrlVector[] = cases.map(([reason, what, der]) => ({ reason, what, der }));

function withoutNextUpdate(pki: TestPki): Uint8Array {
  const { nextUpdate: _, ...list } = goodList(pki);
  return signCrl(list, pki.newer.keyPair.privateKey);
}

/** The same list with its only entry gone and the lengths mended, under the old signature. */
function withoutEntries(der: Uint8Array, list: CrlTemplate): Uint8Array {
  const bytes = Buffer.from(der);
  const gone = list.revokedCertificates.length + 2;
  const at = bytes.indexOf(list.revokedCertificates) - 2;
  const shorter = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + gone)]);
  shorter.writeUInt16BE(bytes.readUInt16BE(2) - gone, 2);
  shorter.writeUInt16BE(bytes.readUInt16BE(6) - gone, 6);
  return shorter;
}
