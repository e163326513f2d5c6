import type { Instant } from '../domain/instant.ts';
import { contentsOf, type DerElement, notDer, tag } from './der-reader.ts';

/** BOOLEAN; DER knows only 00 and FF. @see X.690 §11.1 */
export function booleanOf(element: DerElement): boolean {
  const octet = element.bytes[element.contentStart];
  if (element.end - element.contentStart !== 1 || (octet !== 0 && octet !== 0xff)) throw notDer('BOOLEAN');
  return octet === 0xff;
}

/** The contents of an INTEGER in the shortest form, sign octet included. @see X.690 §8.3.2 */
export function integerOctetsOf(element: DerElement): Uint8Array {
  const octets = contentsOf(element);
  const [first, second] = octets;
  if (first === undefined) throw notDer('empty INTEGER');
  const redundant =
    second !== undefined && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80));
  if (redundant) throw notDer('INTEGER not in the shortest form');
  return octets;
}

/** A small INTEGER or ENUMERATED that is not negative. */
export function smallIntegerOf(element: DerElement): number {
  const octets = integerOctetsOf(element);
  if (octets.length > 2 || (octets[0] ?? 0) >= 0x80) throw notDer('INTEGER out of range');
  return octets.reduce((value, octet) => value * 256 + octet, 0);
}

/** BIT STRING as its octets and the count of bits that do not count, which must be zero. @see X.690 §11.2 */
export function bitStringOf(element: DerElement): {
  readonly octets: Uint8Array;
  readonly unusedBits: number;
} {
  const [unusedBits = 8, ...rest] = contentsOf(element).subarray(0, 1);
  const octets = contentsOf(element).subarray(1);
  const last = octets.at(-1);
  if (rest.length > 0 || unusedBits > 7 || (last === undefined && unusedBits > 0)) throw notDer('BIT STRING');
  if (last !== undefined && (last & ((1 << unusedBits) - 1)) !== 0)
    throw notDer('unused bits of a BIT STRING');
  return { octets, unusedBits };
}

/** The numbers of the bits that are set. @throws {InvalidInput} `ERR_DER` when it is no BIT STRING */
export function namedBitsOf(element: DerElement): ReadonlySet<number> {
  if (element.tag !== tag.bitString) throw notDer('another type was expected');
  const { octets } = bitStringOf(element);
  const bits = new Set<number>();
  for (let bit = 0; bit < octets.length * 8; bit++) {
    if (((octets[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0) bits.add(bit);
  }
  return bits;
}

/** OBJECT IDENTIFIER in dotted form. @see X.690 §8.19 */
export function objectIdentifierOf(element: DerElement): string {
  const octets = contentsOf(element);
  if (octets.length === 0 || octets.length > 32) throw notDer('OBJECT IDENTIFIER');
  const arcs: bigint[] = [];
  let arc = 0n;
  let starting = true;
  for (const octet of octets) {
    if (starting && octet === 0x80) throw notDer('arc not in the shortest form');
    arc = (arc << 7n) | BigInt(octet & 0x7f);
    starting = octet < 0x80;
    if (starting) {
      arcs.push(arc);
      arc = 0n;
    }
  }
  if (!starting) throw notDer('OBJECT IDENTIFIER');
  const [head = 0n, ...tail] = arcs;
  const root = head >= 80n ? 2n : head / 40n;
  return [root, head - root * 40n, ...tail].join('.');
}

const timePattern = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/;

/** UTCTime or GeneralizedTime to the second, in Zulu. @see RFC 5280 §4.1.2.5 */
export function timeOf(element: DerElement): Instant {
  const text = Buffer.from(contentsOf(element)).toString('latin1');
  const century = Number(text.slice(0, 2)) >= 50 ? '19' : '20';
  const full =
    element.tag === tag.utcTime ? `${century}${text}` : element.tag === tag.generalizedTime ? text : '';
  const [, year, month, day, hour, minute, second] = (timePattern.exec(full) ?? []).map(Number);
  const instant = Date.UTC(year ?? Number.NaN, (month ?? 0) - 1, day, hour, minute, second);
  // The round trip refuses 31 February and the leap second alike.
  const digits = Number.isNaN(instant) ? '' : new Date(instant).toISOString().replace(/[-:T]|\.\d+/g, '');
  if (digits === '' || digits !== full) throw notDer('time');
  return instant;
}
