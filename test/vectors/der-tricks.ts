import { nullValue, objectIdentifier, sequence } from '../../idp/demo/authority/der-writer.ts';
import type { SignatureAlgorithm } from '../../idp/demo/authority/signer.ts';

/** BER and other ways of writing what DER writes in one way only. */

/** The outer length with a leading zero octet. @see X.690 §10.1 */
export function lengthInThreeOctets(der: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0x30, 0x83, 0]), der.subarray(2, 4), der.subarray(4)]);
}

/** @see X.690 §8.1.3.6 */
export const indefinite = (der: Buffer): Buffer =>
  Buffer.concat([Buffer.from('3080', 'hex'), der.subarray(4), Buffer.alloc(2)]);

/** Octets written over the first place where `find` stands; the length stays. Both in hex. */
export function patchedTbs(tbs: Uint8Array, find: string, replace: string): Uint8Array {
  const copy = Buffer.from(tbs);
  const at = copy.indexOf(find, 'hex');
  if (at < 0) throw new Error(`${find} is not there`);
  copy.write(replace, at, 'hex');
  return copy;
}

export const pemText = (label: string, der: Uint8Array): string =>
  `-----BEGIN ${label}-----\n${Buffer.from(der).toString('base64')}\n-----END ${label}-----\n`;

/** Marks that are to be composed with the letter before them, in an order that makes it tedious. @see UAX #15 */
export const accents = (count: number): string =>
  ['\u0345', '\u0301', '\u0316', '\u031b', '\u0327', '\u0334'].map((mark) => mark.repeat(count / 6)).join('');

const withoutParameters = (digest: SignatureAlgorithm['digest'], oid: string): SignatureAlgorithm => ({
  digest,
  algorithmIdentifier: sequence(objectIdentifier(oid), nullValue()),
});

/** Names of algorithms that no profile has. @see RFC 4055 §5 */
export const sha384WithRsaEncryption = withoutParameters('sha384', '1.2.840.113549.1.1.12');
export const sha512WithRsaEncryption = withoutParameters('sha384', '1.2.840.113549.1.1.13');
export const rsaPssWithSha256 = withoutParameters('sha256', '1.2.840.113549.1.1.10');
