/** Writes DER. Pure functions from values to bytes; nothing is checked, so that tests can write what is wrong on purpose. */

type Bytes = Uint8Array;

const lengthOctets = (length: number): number[] => {
  if (length < 0x80) return [length];
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return [0x80 | octets.length, ...octets];
};

/** One element: identifier octet, shortest definite length, contents. @see X.690 §10.1 */
export function tlv(tag: number, ...contents: readonly Bytes[]): Bytes {
  const body = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([tag, ...lengthOctets(body.length)]), body]);
}

/** The identifier and length octets of an element whose contents are written elsewhere. */
export const tlvHeader = (tag: number, length: number): Bytes => Buffer.from([tag, ...lengthOctets(length)]);

export const sequence = (...items: readonly Bytes[]): Bytes => tlv(0x30, ...items);
export const set = (...items: readonly Bytes[]): Bytes => tlv(0x31, ...items);
export const boolean = (value: boolean): Bytes => tlv(0x01, Buffer.from([value ? 0xff : 0]));
export const octetString = (bytes: Bytes): Bytes => tlv(0x04, bytes);
export const nullValue = (): Bytes => tlv(0x05);
export const enumerated = (value: number): Bytes => tlv(0x0a, Buffer.from([value]));
export const printableString = (text: string): Bytes => tlv(0x13, Buffer.from(text, 'latin1'));
export const utf8String = (text: string): Bytes => tlv(0x0c, Buffer.from(text, 'utf8'));
/** A constructed context-specific element: an EXPLICIT tag, or an IMPLICIT one over a constructed type. */
export const context = (number: number, ...contents: readonly Bytes[]): Bytes =>
  tlv(0xa0 | number, ...contents);
/** A primitive context-specific element: an IMPLICIT tag over a primitive type. */
export const contextPrimitive = (number: number, contents: Bytes): Bytes => tlv(0x80 | number, contents);

/** BIT STRING of whole octets. */
export const bitString = (bytes: Bytes): Bytes => tlv(0x03, Buffer.from([0]), bytes);

/** BIT STRING of named bits, without trailing zero bits. @see X.690 §11.2.2 */
export function namedBits(...bits: readonly number[]): Bytes {
  const highest = Math.max(...bits);
  const octets = Buffer.alloc((highest >> 3) + 1);
  for (const bit of bits) octets[bit >> 3] = (octets[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
  return tlv(0x03, Buffer.from([7 - (highest & 7)]), octets);
}

/** INTEGER from content octets in hex, as they are. */
export const integerOctets = (hex: string): Bytes => tlv(0x02, Buffer.from(hex, 'hex'));

/** INTEGER of a number that is not negative, in the shortest form. @see X.690 §8.3 */
export function integer(value: number | bigint | string): Bytes {
  const digits = typeof value === 'string' ? value : value.toString(16);
  const even = digits.length % 2 === 0 ? digits : `0${digits}`;
  return integerOctets(Number.parseInt(even.slice(0, 2), 16) >= 0x80 ? `00${even}` : even);
}

/** OBJECT IDENTIFIER from its dotted form. @see X.690 §8.19 */
export function objectIdentifier(dotted: string): Bytes {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const octets = [first * 40 + second, ...rest].flatMap((arc) => {
    const groups = [arc % 128];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) {
      groups.unshift(0x80 | (left % 128));
    }
    return groups;
  });
  return tlv(0x06, Buffer.from(octets));
}

const timeDigits = (instant: number): string =>
  `${new Date(instant).toISOString().replace(/[-:T]|\..*/g, '')}Z`;

/** GeneralizedTime in whole seconds. @see RFC 5280 §4.1.2.5.2 */
export const generalizedTime = (instant: number): Bytes =>
  tlv(0x18, Buffer.from(timeDigits(instant), 'latin1'));

/** UTCTime until 2049, GeneralizedTime from 2050. @see RFC 5280 §4.1.2.5 */
export const time = (instant: number): Bytes =>
  new Date(instant).getUTCFullYear() >= 2050
    ? generalizedTime(instant)
    : tlv(0x17, Buffer.from(timeDigits(instant).slice(2), 'latin1'));
