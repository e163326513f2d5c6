import type { CardKey } from '../domain/card.ts';

/** A card key as the 16 octets that stores keep. */
export function octetsOf(cardKey: CardKey): Buffer {
  return Buffer.from(cardKey, 'hex');
}
