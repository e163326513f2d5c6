import { constants, type KeyObject, verify } from 'node:crypto';
import type { CardProfile } from '../domain/card-profile.ts';

/**
 * Whether the card's key signed exactly this message. The caller must have built the whole message itself: the card
 * signs any digest it is handed, so a digest (or a message) from outside would prove nothing.
 * @param message the message, not its digest
 * @param signature as the card gave it: RSASSA-PKCS1-v1_5 for RSA; for ECDSA in the profile's form, or where the
 *   profile names none in either
 * @see RFC 8017 §8.2.2
 * @see FIPS 186-5 §6.4.2
 */
export function verifyPossession(
  publicKey: KeyObject,
  message: Uint8Array,
  signature: Uint8Array,
  { possession }: CardProfile,
): boolean {
  const { digest, dsaEncoding } = possession;
  if (publicKey.asymmetricKeyType !== 'ec') {
    return isSignature(digest, message, { key: publicKey, padding: constants.RSA_PKCS1_PADDING }, signature);
  }
  const encodings = dsaEncoding === undefined ? (['ieee-p1363', 'der'] as const) : [dsaEncoding];
  return encodings.some((encoding) =>
    isSignature(digest, message, { key: publicKey, dsaEncoding: encoding }, signature),
  );
}

function isSignature(
  digest: string,
  message: Uint8Array,
  key: Parameters<typeof verify>[2],
  signature: Uint8Array,
): boolean {
  try {
    return verify(digest, message, key, signature);
  } catch {
    return false;
  }
}
