import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from 'node:crypto';

const algorithm = 'aes-256-gcm';
const nonceOctets = 12;
const tagOctets = 16;

/**
 * AES-256-GCM: `nonce (12) ‖ ciphertext ‖ tag (16)`.
 * @param boundTo what the value belongs to: it opens nowhere else.
 * @see NIST SP 800-38D §8.2.2 (random nonces: at most 2^32 values a key)
 */
export function sealBox(key: KeyObject, plain: Uint8Array, boundTo: Uint8Array): Buffer {
  const nonce = randomBytes(nonceOctets);
  const cipher = createCipheriv(algorithm, key, nonce).setAAD(boundTo);
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** @returns `undefined` when it was sealed under another key, for something else, or changed. */
export function openBox(key: KeyObject, sealed: Uint8Array, boundTo: Uint8Array): Buffer | undefined {
  if (sealed.length < nonceOctets + tagOctets) return undefined;
  const end = sealed.length - tagOctets;
  const decipher = createDecipheriv(algorithm, key, sealed.subarray(0, nonceOctets), {
    authTagLength: tagOctets,
  });
  decipher.setAAD(boundTo).setAuthTag(sealed.subarray(end));
  const plain = decipher.update(sealed.subarray(nonceOctets, end));
  try {
    decipher.final();
    return plain;
  } catch {
    return undefined;
  }
}
