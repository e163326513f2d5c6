import type { CardFacts, CardKey } from '../domain/card.ts';

const mostRemembered = 10_000;

/**
 * Remembers what was read out of a stored value for as long as the store gives the very same value under that key.
 * The store is asked every time, so that nothing old is ever given; only opening and parsing are spared, which cost
 * three times the look-up itself.
 */
export class ReadOnce<Stored extends string | Buffer> {
  readonly #read: (stored: Stored, cardKey: CardKey) => readonly CardFacts[];
  readonly #remembered = new Map<
    CardKey,
    { readonly stored: Stored; readonly cards: readonly CardFacts[] }
  >();

  constructor(read: (stored: Stored, cardKey: CardKey) => readonly CardFacts[]) {
    this.#read = read;
  }

  /** What the value stored under this key says. */
  of(cardKey: CardKey, stored: Stored): readonly CardFacts[] {
    const known = this.#remembered.get(cardKey);
    if (known !== undefined && isSame(known.stored, stored)) return known.cards;
    const cards = this.#read(stored, cardKey);
    // All at once: bookkeeping about which was used when would cost more than reading some again.
    if (this.#remembered.size >= mostRemembered) this.#remembered.clear();
    this.#remembered.set(cardKey, { stored, cards });
    return cards;
  }

  forget(): void {
    this.#remembered.clear();
  }
}

function isSame(one: string | Buffer, other: string | Buffer): boolean {
  return typeof one === 'string' || typeof other === 'string' ? one === other : one.equals(other);
}
