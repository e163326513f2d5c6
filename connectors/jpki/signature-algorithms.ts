import { type KeyObject, verify } from 'node:crypto';

export interface SignatureAlgorithm {
  readonly digest: string;
  readonly keyType: 'rsa' | 'ec';
}

/** By object identifier; what is not here is too weak or unheard of. @see RFC 4055 §5 @see RFC 5758 §3.2 */
const algorithms: { readonly [oid: string]: SignatureAlgorithm } = {
  '1.2.840.113549.1.1.11': { digest: 'sha256', keyType: 'rsa' },
  '1.2.840.113549.1.1.12': { digest: 'sha384', keyType: 'rsa' },
  '1.2.840.113549.1.1.13': { digest: 'sha512', keyType: 'rsa' },
  '1.2.840.10045.4.3.2': { digest: 'sha256', keyType: 'ec' },
  '1.2.840.10045.4.3.3': { digest: 'sha384', keyType: 'ec' },
  '1.2.840.10045.4.3.4': { digest: 'sha512', keyType: 'ec' },
};
const curves = ['prime256v1', 'secp384r1', 'secp521r1'];
const shortestRsaBits = 2048;
const longestRsaBits = 4096;
const longestRsaExponent = 2n ** 32n;

/** @returns `undefined` for what is not allowed. */
export const signatureAlgorithm = (oid: string): SignatureAlgorithm | undefined => algorithms[oid];

/** Whether the key made this signature by this algorithm. */
export function verifies(
  { digest, keyType }: SignatureAlgorithm,
  data: Uint8Array,
  key: KeyObject,
  signature: Uint8Array,
): boolean {
  try {
    return key.asymmetricKeyType === keyType && isCheapKey(key) && verify(digest, data, key, signature);
  } catch {
    return false;
  }
}

/** A delegate's key may be anybody's until its certificate was checked: to try the longest takes 12 ms, for each of four. */
function isCheapKey({ asymmetricKeyDetails = {} }: KeyObject): boolean {
  const { modulusLength = 0, publicExponent = 0n } = asymmetricKeyDetails;
  return modulusLength <= longestRsaBits && publicExponent <= longestRsaExponent;
}

/** Whether a key is long enough for what it signs to be believed. */
export function isStrongKey({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): boolean {
  if (asymmetricKeyType === 'rsa') return (asymmetricKeyDetails?.modulusLength ?? 0) >= shortestRsaBits;
  return curves.includes(asymmetricKeyDetails?.namedCurve ?? '');
}
