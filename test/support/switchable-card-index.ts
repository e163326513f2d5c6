import type { CardFacts, CardKey } from '../../idp/domain/card.ts';
import { Fault } from '../../idp/domain/fault.ts';
import type { CardIndex } from '../../idp/ports/card-index.ts';

/** An index behind a switch: an outage at the moment that a test chooses. */
export class SwitchableCardIndex implements CardIndex {
  readonly #index: CardIndex;
  writesAreDown = false;
  readsAreDown = false;

  constructor(index: CardIndex) {
    this.#index = index;
  }

  find(cardKey: CardKey): readonly CardFacts[] | Promise<readonly CardFacts[]> {
    if (this.readsAreDown) throw new Fault('ERR_CARD_INDEX_UNAVAILABLE', 'switched off by the test');
    return this.#index.find(cardKey);
  }

  async put(cardKey: CardKey, cards: readonly CardFacts[]): Promise<void> {
    if (this.writesAreDown) throw new Fault('ERR_CARD_INDEX_UNAVAILABLE', 'switched off by the test');
    await this.#index.put(cardKey, cards);
  }

  close(): Promise<void> {
    return this.#index.close();
  }
}
