import { InvalidInput } from './fault.ts';

/** A certificate's serial number: lower-case hex, whole octets, no leading zero octet. */
export type SerialNumber = string & { readonly __brand: 'SerialNumber' };

/** The subject key identifier of the issuing CA: lower-case hex. JPKI's CA generations share one DN. */
export type IssuerKeyId = string & { readonly __brand: 'IssuerKeyId' };

/** What names one JPKI certificate. */
export interface CertificateId {
  readonly issuerKeyId: IssuerKeyId;
  readonly serialNumber: SerialNumber;
}

const maxSerialOctets = 20;
const maxKeyIdOctets = 64;

/**
 * Reads a certificate serial number as devices print it.
 * @param text 1–20 octets in hex; separators (space, `:`, `-`) and leading zeros are accepted.
 * @throws {InvalidInput} `ERR_SERIAL_NUMBER` when zero, not hex, or too long.
 * @see RFC 5280 §4.1.2.2
 */
export function parseSerialNumber(text: string): SerialNumber {
  // Bounded before any work on it: the text comes from devices.
  const digits = text.length > 128 ? '' : text.replace(/[\s:-]/g, '').toLowerCase();
  const significant = /^[0-9a-f]+$/.test(digits) ? digits.replace(/^0+/, '') : '';
  const octets = significant.length % 2 === 0 ? significant : `0${significant}`;
  if (octets === '' || octets.length > maxSerialOctets * 2) {
    throw new InvalidInput('ERR_SERIAL_NUMBER', 'A serial number is 1 to 20 octets in hex and not zero.');
  }
  return octets as SerialNumber;
}

/**
 * Reads a subject key identifier.
 * @throws {InvalidInput} `ERR_ISSUER_KEY_ID` when not whole octets of hex, or longer than 64.
 * @see RFC 5280 §4.2.1.2
 */
export function parseIssuerKeyId(text: string): IssuerKeyId {
  const digits = text.toLowerCase();
  if (!/^([0-9a-f]{2})+$/.test(digits) || digits.length > maxKeyIdOctets * 2) {
    throw new InvalidInput('ERR_ISSUER_KEY_ID', 'An issuer key id is the CA key identifier in hex.');
  }
  return digits as IssuerKeyId;
}
