import type { CardKey, CardNumber } from '../domain/card.ts';

/** Finds by HMAC, keeps by encryption: two secrets held apart (design: numbers are kept sealed). */
export interface CardNumbers {
  /** First 16 bytes of HMAC-SHA-256 over length-prefixed version, kind and number. */
  keyOf(number: CardNumber): CardKey;
  /** AES-256-GCM under the number key, bound to `boundTo` (the card key), base64url. */
  seal(plain: Uint8Array, boundTo: CardKey): string;
  /** @throws {Fault} `ERR_KEYS_UNAVAILABLE` when it was sealed under another key or changed. */
  open(sealed: string, boundTo: CardKey): Uint8Array;
}
