import { contentsOf, type DerElement, DerReader, notDer, tag } from './der-reader.ts';
import { objectIdentifierOf } from './der-values.ts';

/** @see RFC 4514 §3 */
const shortNames: { readonly [oid: string]: string } = {
  '2.5.4.3': 'CN',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'STREET',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '0.9.2342.19200300.100.1.1': 'UID',
  '0.9.2342.19200300.100.1.25': 'DC',
};

const encodings: { readonly [tagNumber: number]: 'utf8' | 'latin1' } = {
  12: 'utf8', // UTF8String
  19: 'latin1', // PrintableString
  20: 'latin1', // TeletexString
  22: 'latin1', // IA5String
};

/** One attribute of a name: its short name (or dotted type) and its text. */
export interface NameAttribute {
  readonly type: string;
  /** With runs of spaces as one, and none at either end. */
  readonly value: string;
}

/** A name, most general part first; a part may have several attributes. @see RFC 5280 §4.1.2.4 */
export type DistinguishedName = readonly (readonly NameAttribute[])[];

/**
 * The longest kinds of text in a name have 128 characters. Composing takes a time that grows with the square of what is
 * to be composed: 32,000 accents on one letter took seconds, before any signature was looked at. @see RFC 5280 §A.1
 */
const longestValue = 4 * 128;

function textOf(value: DerElement): string {
  const encoding = encodings[value.tag];
  if (encoding === undefined) throw notDer('kind of string in a name');
  if (value.end - value.contentStart > longestValue) throw notDer('longer than any text in a name');
  return Buffer.from(contentsOf(value)).toString(encoding).normalize('NFC').replace(/\s+/g, ' ').trim();
}

function readAttribute(part: DerReader): NameAttribute {
  const attribute = part.enter(tag.sequence);
  const oid = objectIdentifierOf(attribute.read(tag.objectIdentifier));
  const value = attribute.readAny();
  attribute.finish();
  return { type: shortNames[oid] ?? oid, value: textOf(value) };
}

/** Reads a Name (or the RDNSequence under a directoryName). @throws {InvalidInput} `ERR_DER` */
export function readName(element: DerElement): DistinguishedName {
  const parts: NameAttribute[][] = [];
  const name = DerReader.inside(element);
  while (!name.atEnd) {
    const part = name.enter(tag.set);
    const attributes: NameAttribute[] = [];
    while (!part.atEnd) attributes.push(readAttribute(part));
    if (attributes.length === 0) throw notDer('empty part of a name');
    parts.push(attributes);
  }
  return parts;
}

const escapeValue = (value: string): string =>
  value.replace(/["+,;<>\\]|^#/g, '\\$&').replaceAll('\0', '\\00');

/**
 * The name as LDAP writes it, most special part first. The same name always gives the same text, whatever string type
 * it was encoded in; letters keep their case, so that a directory is asked for exactly what the certificate says.
 * @see RFC 4514 §2
 */
export function formatName(name: DistinguishedName): string {
  return name
    .map((part) => part.map(({ type, value }) => `${type}=${escapeValue(value)}`).join('+'))
    .reverse()
    .join(',');
}

/** Whether two names are the same, as X.509 compares them: case and the kind of string do not count. @see RFC 5280 §7.1 */
export const sameName = (one: DistinguishedName, other: DistinguishedName): boolean =>
  formatName(one).toLowerCase() === formatName(other).toLowerCase();
