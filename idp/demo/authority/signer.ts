import { type KeyObject, sign } from 'node:crypto';
import { bitString, nullValue, objectIdentifier, sequence } from './der-writer.ts';

/** A signature algorithm as X.509 names it, with the digest that node:crypto wants. */
export interface SignatureAlgorithm {
  readonly digest: 'sha1' | 'sha256' | 'sha384';
  readonly algorithmIdentifier: Uint8Array;
}

const rsa = (digest: 'sha1' | 'sha256', oid: string): SignatureAlgorithm => ({
  digest,
  algorithmIdentifier: sequence(objectIdentifier(oid), nullValue()),
});

/** @see RFC 4055 §5 */
export const sha256WithRsaEncryption = rsa('sha256', '1.2.840.113549.1.1.11');
/** For negative tests only. */
export const sha1WithRsaEncryption = rsa('sha1', '1.2.840.113549.1.1.5');
/** The announced next card. @see RFC 5758 §3.2 */
export const ecdsaWithSha384: SignatureAlgorithm = {
  digest: 'sha384',
  algorithmIdentifier: sequence(objectIdentifier('1.2.840.10045.4.3.3')),
};

/** What the kind of key signs with in the JPKI profile. */
export const signatureAlgorithmOf = (key: KeyObject): SignatureAlgorithm =>
  key.asymmetricKeyType === 'ec' ? ecdsaWithSha384 : sha256WithRsaEncryption;

/** SIGNED{ToBeSigned}: the value, the algorithm, the signature. @see RFC 5280 §4.1.1 */
export function signed(
  toBeSigned: Uint8Array,
  privateKey: KeyObject,
  algorithm: SignatureAlgorithm = signatureAlgorithmOf(privateKey),
): Uint8Array {
  const signature = sign(algorithm.digest, toBeSigned, privateKey);
  return sequence(toBeSigned, algorithm.algorithmIdentifier, bitString(signature));
}
