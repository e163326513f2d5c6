import { type Extension, encodeExtensions } from '../../idp/demo/authority/certificate-template.ts';
import {
  type CrlEntry,
  type CrlTemplate,
  cRLNumber,
  encodeCrlEntries,
  jpkiCrlExtensions,
  signCrl,
} from '../../idp/demo/authority/crl-issuer.ts';
import { context, contextPrimitive, integer, sequence, time } from '../../idp/demo/authority/der-writer.ts';
import { encodeName, municipalityCrlName } from '../../idp/demo/authority/names.ts';
import type { TestPki } from '../support/test-pki.ts';
import { hour, type VectorPki } from './pki.ts';
import type { Maker } from './vector.ts';

export const listName = encodeName(municipalityCrlName('JPKI-TEST', 'Demo-ken', 'Demo-shi'));
export const anotherName = encodeName(municipalityCrlName('JPKI-TEST', 'Demo-ken', 'Another-shi'));

/** The serial number that every good list names, and the number that every good list bears. */
export const namedSerialNumber = '0b000001';
export const goodNumber = 7;

export const onHold = (now: number): CrlEntry => ({
  serialNumber: namedSerialNumber,
  revocationDate: now - hour,
  reason: 'certificateHold',
});

/** The template of a good list, of the newer generation unless said otherwise. */
export const goodList = ({ newer, now }: TestPki, authority = newer): CrlTemplate => ({
  issuer: encodeName(authority.name),
  thisUpdate: now - hour,
  nextUpdate: now + 24 * hour,
  revokedCertificates: encodeCrlEntries([onHold(now)]),
  crlExtensions: jpkiCrlExtensions(authority.keyId, goodNumber, listName),
});

type Edit = (list: CrlTemplate, pki: VectorPki) => Partial<CrlTemplate>;

export const edited =
  (edit: Edit) =>
  (pki: VectorPki): Uint8Array => {
    const list = goodList(pki);
    return signCrl({ ...list, ...edit(list, pki) }, pki.newer.keyPair.privateKey);
  };

export const good = edited(() => ({}));

export const changed =
  (change: (der: Buffer) => Uint8Array | string) =>
  (pki: VectorPki): Uint8Array | string =>
    change(Buffer.from(good(pki)));

export const withExtension = (extension: Extension): Maker =>
  edited(({ crlExtensions }) => ({
    crlExtensions: [...crlExtensions.filter(({ oid }) => oid !== extension.oid), extension],
  }));

export const withoutExtension = (oid: string): Maker =>
  edited(({ crlExtensions }) => ({ crlExtensions: crlExtensions.filter((one) => one.oid !== oid) }));

export const point = (...parts: readonly Uint8Array[]): Extension => ({
  oid: '2.5.29.28',
  critical: true,
  value: sequence(...parts),
});

export const named = (...names: readonly Uint8Array[]): Uint8Array =>
  context(0, context(0, ...names.map((name) => context(4, name))));

/** issuingDistributionPoint with more than the municipality's name. */
export const scopeWith = (...parts: readonly Uint8Array[]): Maker =>
  withExtension(point(named(listName), ...parts));

export const flag = (number: number): Uint8Array => contextPrimitive(number, Buffer.from([0xff]));

/** A list whose entries are these, as they are. */
export const withEntries = (entries: (now: number) => readonly Uint8Array[]): Maker =>
  edited((_, { now }) => ({ revokedCertificates: Buffer.concat(entries(now)) }));

export const withEntryExtensions = (...extensions: readonly Extension[]): Maker =>
  withEntries((now) => [sequence(integer('0b000001'), time(now), encodeExtensions(extensions))]);

export const reasonCode = (octets: string, critical = false): Extension => ({
  oid: '2.5.29.21',
  critical,
  value: Buffer.from(octets, 'hex'),
});

export const signedWith =
  (algorithm: Parameters<typeof signCrl>[2]): Maker =>
  (pki) =>
    signCrl(goodList(pki), pki.newer.keyPair.privateKey, algorithm);

export const numbered = (number: number | bigint): Maker =>
  withExtension({ ...cRLNumber(number), value: integer(number) });

export function many(now: number): readonly CrlEntry[] {
  return Array.from({ length: 300 }, (_, index) => ({
    serialNumber: (0x0b00_0001 + index).toString(16).padStart(8, '0'),
    revocationDate: now - index * hour,
    ...(index % 3 === 0 ? {} : { reason: 'superseded' }),
  }));
}

/** The same list with its only entry gone and the lengths mended, under the old signature. */
export function withoutEntries(der: Uint8Array, list: CrlTemplate): Uint8Array {
  const bytes = Buffer.from(der);
  const gone = list.revokedCertificates.length + 2;
  const at = bytes.indexOf(list.revokedCertificates) - 2;
  const shorter = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + gone)]);
  shorter.writeUInt16BE(bytes.readUInt16BE(2) - gone, 2);
  shorter.writeUInt16BE(bytes.readUInt16BE(6) - gone, 6);
  return shorter;
}
