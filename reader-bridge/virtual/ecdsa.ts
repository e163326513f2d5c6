import { createECDH, type KeyObject } from 'node:crypto';

/** The order of the base point of P-384. @see SP 800-186 §3.2.1.4 */
const n = BigInt(
  '0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973',
);
const octets = 48;

/**
 * Signs a digest with a P-384 key, as a card does: node:crypto signs whole messages only. It takes as long as its numbers
 * are large, so it is for software cards and nothing else.
 * @param digest 48 octets.
 * @returns r ‖ s, 96 octets.
 * @see FIPS 186-5 §6.4.1
 */
export function signDigest(privateKey: KeyObject, digest: Uint8Array): Uint8Array {
  const { d, crv } = privateKey.export({ format: 'jwk' });
  if (crv !== 'P-384' || d === undefined || digest.length !== octets) {
    throw new TypeError('a P-384 key and a digest of 48 octets are needed');
  }
  const secret = numberOf(Buffer.from(d, 'base64url'));
  const once = createECDH('secp384r1');
  // An uncompressed point: 04, x, y.
  const r = numberOf(once.generateKeys().subarray(1, 1 + octets)) % n;
  const s = (inverse(numberOf(once.getPrivateKey())) * (numberOf(digest) + r * secret)) % n;
  return Buffer.concat([octetsOf(r), octetsOf(s)]);
}

/** Ecdsa-Sig-Value from r ‖ s. @see RFC 3279 §2.2.3 */
export function derSignature(signature: Uint8Array): Uint8Array {
  const half = signature.length / 2;
  const numbers = Buffer.concat([signature.subarray(0, half), signature.subarray(half)].map(derInteger));
  return Buffer.concat([Buffer.from([0x30, numbers.length]), numbers]);
}

function derInteger(value: Uint8Array): Uint8Array {
  const first = value.findIndex((octet) => octet !== 0);
  const digits = value.subarray(first === -1 ? value.length - 1 : first);
  const positive = (digits[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), digits]) : digits;
  return Buffer.concat([Buffer.from([0x02, positive.length]), positive]);
}

/** By Fermat: n is prime. */
function inverse(value: bigint): bigint {
  let result = 1n;
  let base = value % n;
  for (let exponent = n - 2n; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = (result * base) % n;
    base = (base * base) % n;
  }
  return result;
}

const numberOf = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);

const octetsOf = (value: bigint): Uint8Array =>
  Buffer.from(value.toString(16).padStart(octets * 2, '0'), 'hex');
