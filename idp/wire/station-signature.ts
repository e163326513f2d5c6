import { createPublicKey, verify } from 'node:crypto';
import type { ReaderPublicKey } from '../domain/reader.ts';

/** ES256: r and s of 32 octets each, in base64url. @see RFC 7518 §3.4 */
const es256Signature = /^[\w-]{86}$/;

/**
 * A signature as a station's browser sends it.
 * @returns whether it verifies; what is no signature at all does not.
 * @see W3C Web Cryptography API §23.7.1 (ECDSA gives r and s side by side)
 */
export function verifiesStation(signature: string, publicKey: ReaderPublicKey, message: Uint8Array): boolean {
  if (!es256Signature.test(signature)) return false;
  const key = createPublicKey({ key: { ...publicKey }, format: 'jwk' });
  return verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'));
}
