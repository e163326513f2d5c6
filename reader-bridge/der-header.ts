import { CardError } from './card-error.ts';

/** Where a DER element's value begins and ends; the value itself need not be at hand. */
export interface DerHeader {
  readonly tag: number;
  readonly valueStart: number;
  readonly valueEnd: number;
}

/**
 * Reads the tag and length of the element at an offset.
 * @returns `undefined` when the octets at hand end before the header does: read more.
 * @throws {CardError} `ERR_CARD_MALFORMED` for lengths that DER does not allow here.
 * @see ITU-T X.690 §8.1, §10.1
 */
export function derHeader(bytes: Uint8Array, offset: number): DerHeader | undefined {
  const tag = bytes[offset];
  const first = bytes[offset + 1];
  if (tag === undefined || first === undefined) return undefined;
  if (first < 0x80) return { tag, valueStart: offset + 2, valueEnd: offset + 2 + first };
  const lengthOctets = first & 0x7f;
  if (lengthOctets === 0 || lengthOctets > 2) throw malformed('a length that no certificate has');
  const octets = bytes.subarray(offset + 2, offset + 2 + lengthOctets);
  if (octets.length < lengthOctets) return undefined;
  const length = octets.reduce((total, octet) => total * 256 + octet, 0);
  const valueStart = offset + 2 + lengthOctets;
  return { tag, valueStart, valueEnd: valueStart + length };
}

/**
 * Finds the serial number in the beginning of a certificate.
 * @returns the content octets of the INTEGER, or `undefined` when the octets at hand end before it does.
 * @throws {CardError} `ERR_CARD_MALFORMED` when this is no certificate.
 * @see RFC 5280 §4.1
 */
export function findSerialNumber(bytes: Uint8Array): Uint8Array | undefined {
  const certificate = expectTag(derHeader(bytes, 0), 0x30);
  const tbsCertificate = certificate && expectTag(derHeader(bytes, certificate.valueStart), 0x30);
  if (tbsCertificate === undefined) return undefined;
  let field = derHeader(bytes, tbsCertificate.valueStart);
  // `version` is explicit [0] and absent in X.509 v1.
  if (field?.tag === 0xa0) field = derHeader(bytes, field.valueEnd);
  const serialNumber = expectTag(field, 0x02);
  if (serialNumber === undefined || serialNumber.valueEnd > bytes.length) return undefined;
  const value = bytes.subarray(serialNumber.valueStart, serialNumber.valueEnd);
  const [first] = value;
  if (first === undefined || first >= 0x80 || value.length > 21) throw malformed('no positive serial number');
  return value;
}

function expectTag(header: DerHeader | undefined, tag: number): DerHeader | undefined {
  if (header !== undefined && header.tag !== tag) throw malformed('no certificate');
  return header;
}

function malformed(what: string): CardError {
  return new CardError('ERR_CARD_MALFORMED', `What the card holds is not a certificate (${what}).`);
}
