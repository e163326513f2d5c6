import { createPublicKey } from 'node:crypto';
import type { ReaderPublicKey } from '../domain/reader.ts';

const p256Coordinate = /^[\w-]{43}$/;

/** Only the public members of a P-256 key whose point lies on the curve. @see RFC 7518 §6.2.1 */
export function parsePublicKey(claimed: unknown): ReaderPublicKey | undefined {
  const { kty, crv, x, y, d } =
    typeof claimed === 'object' && claimed !== null ? (claimed as ClaimedJwk) : {};
  if (kty !== 'EC' || crv !== 'P-256' || d !== undefined) return undefined;
  if (typeof x !== 'string' || typeof y !== 'string') return undefined;
  if (!p256Coordinate.test(x) || !p256Coordinate.test(y)) return undefined;
  const key = { kty, crv, x, y } as const;
  try {
    createPublicKey({ key, format: 'jwk' });
    return key;
  } catch {
    return undefined;
  }
}

type ClaimedJwk = { readonly [member in 'kty' | 'crv' | 'x' | 'y' | 'd']?: unknown };
