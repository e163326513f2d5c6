import { hash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import type { Secrets } from '../../ports/secrets.ts';

/** @see RFC 4648 §6, in lower case */
const base32 = 'abcdefghijklmnopqrstuvwxyz234567';
const bitsPerLetter = 5;

/** Secrets from the operating system's random source. */
export function createSecrets(): Secrets {
  return {
    random: randomText,
    id: () => randomUUID(),
    hash: (text) => hash('sha256', text, 'hex'),
    equal: (one, other) => {
      const [a, b] = [Buffer.from(one), Buffer.from(other)];
      // Only the length of a hash can be learned from the difference, and that is known.
      return a.length === b.length && timingSafeEqual(a, b);
    },
  };
}

/** 32 letters divide the 256 values of an octet evenly: every letter is as likely as the others. */
function randomText(bits: number): string {
  const letters = Math.ceil(bits / bitsPerLetter);
  return Array.from(randomBytes(letters), (octet) => base32[octet % base32.length]).join('');
}
