import { constants, type KeyObject, verify } from 'node:crypto';
import type { CardProfile } from './card-profile.ts';

/**
 * Whether the card's key signed exactly this message. The caller must have built the whole message itself: the card
 * signs any digest it is handed, so a digest (or a message) from outside would prove nothing.
 * @param message the message, not its digest
 * @param signature as the card gave it: RSASSA-PKCS1-v1_5 for RSA
 * @see RFC 8017 §8.2.2
 */
export function verifyPossession(
  publicKey: KeyObject,
  message: Uint8Array,
  signature: Uint8Array,
  { possession }: CardProfile,
): boolean {
  const key =
    publicKey.asymmetricKeyType === 'ec'
      ? { key: publicKey, dsaEncoding: possession.dsaEncoding ?? 'ieee-p1363' }
      : { key: publicKey, padding: constants.RSA_PKCS1_PADDING };
  try {
    return verify(possession.digest, message, key, signature);
  } catch {
    return false;
  }
}
