import type { CardFacts, CardKey } from '../domain/card.ts';

/**
 * Answers the hot path with one look-up. The record decides; this only repeats what the record last said.
 * Every method throws `Fault` `ERR_CARD_INDEX_UNAVAILABLE` when it cannot find out.
 */
export interface CardIndex {
  /** Every card under this key: none, one, or several whose bare number is the same. Synchronous where it can be. */
  find(cardKey: CardKey): readonly CardFacts[] | Promise<readonly CardFacts[]>;
  /** Replaces what stands under the key; an empty list removes it. Durable where the backend is. */
  put(cardKey: CardKey, cards: readonly CardFacts[]): Promise<void>;
  close(): Promise<void>;
}
