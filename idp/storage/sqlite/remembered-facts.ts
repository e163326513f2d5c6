import type { CardFacts, CardKey } from '../../domain/card.ts';
import type { RecordChanges } from './record-changes.ts';

/** About a kilobyte each: 16 MB. A city's staff fits; the few who come when it is full are looked up again. */
const mostRemembered = 16_384;

/** Their own room: numbers that are nobody's can be made up without end, and must not push cards out. */
const mostUnknown = 1_024;
const nobodys: readonly CardFacts[] = [];

/** What was looked up since the record last changed; forgotten as a whole with every change. */
export class RememberedFacts {
  readonly #changes: RecordChanges;
  readonly #facts = new Map<CardKey, readonly CardFacts[]>();
  readonly #unknown = new Set<CardKey>();
  #generation = -1;

  constructor(changes: RecordChanges) {
    this.#changes = changes;
  }

  /** @param lookUp asks the record; while it changes, every time. */
  of(cardKey: CardKey, lookUp: (cardKey: CardKey) => readonly CardFacts[]): readonly CardFacts[] {
    // Before the look-up: a change that ends during it, in another thread, must end what is remembered of it.
    const { generation } = this.#changes;
    if (!this.#changes.areSettled) return lookUp(cardKey);
    if (this.#generation !== generation) {
      this.#facts.clear();
      this.#unknown.clear();
      this.#generation = generation;
    }
    const known = this.#facts.get(cardKey);
    if (known !== undefined) return known;
    // Asked again, a number that is nobody's is answered as quickly as one that is somebody's and may not sign in.
    if (this.#unknown.has(cardKey)) return nobodys;
    const facts = lookUp(cardKey);
    if (facts.length > 0) this.#remember(cardKey, facts);
    else this.#rememberUnknown(cardKey);
    return facts;
  }

  #rememberUnknown(cardKey: CardKey): void {
    if (this.#unknown.size >= mostUnknown) this.#unknown.clear();
    this.#unknown.add(cardKey);
  }

  #remember(cardKey: CardKey, facts: readonly CardFacts[]): void {
    // All at once: bookkeeping about which was used when would cost more than reading some again.
    if (this.#facts.size >= mostRemembered) this.#facts.clear();
    this.#facts.set(cardKey, facts);
  }
}
