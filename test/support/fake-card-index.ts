import type { CardFacts, CardKey } from '../../idp/domain/card.ts';
import type { CardIndex } from '../../idp/ports/card-index.ts';

/** An index apart from the record, as Redis is one: it knows what was put and nothing else. */
export class FakeCardIndex implements CardIndex {
  readonly #cards = new Map<CardKey, readonly CardFacts[]>();

  find(cardKey: CardKey): readonly CardFacts[] {
    return this.#cards.get(cardKey) ?? [];
  }

  async put(cardKey: CardKey, cards: readonly CardFacts[]): Promise<void> {
    this.#cards.set(cardKey, cards);
  }

  async close(): Promise<void> {}
}
