import { Fault } from '../../idp/domain/fault.ts';
import { cardRemoved } from '../card-error.ts';
import type { CardReader, CardSession, PresentedCard } from '../card-reader.ts';
import type { SoftwareCard } from './software-card.ts';

/** What a software reader saw pass, for demos and tests. It holds PINs: never write it anywhere. */
export type ReaderEvent =
  | { readonly type: 'apdu'; readonly command: Uint8Array; readonly response: Uint8Array }
  | { readonly type: 'power-off' }
  | { readonly type: 'release' };

/** A reader in this process, for the demo: hands do not hold the card, `present` and `remove` do. */
export class SoftwareReader implements CardReader {
  readonly name: string;
  readonly #observe: (event: ReaderEvent) => void;
  #present: Insertion | undefined;
  #changed = Promise.withResolvers<void>();

  constructor(name = 'Software reader', observe: (event: ReaderEvent) => void = () => {}) {
    this.name = name;
    this.#observe = observe;
  }

  /** Puts a card on the reader, in place of one that lies there. */
  present(card: SoftwareCard): void {
    this.remove();
    card.powerOn();
    this.#present = new Insertion(card, this.name, this.#observe);
    this.#signalChange();
  }

  /** Takes the card away. */
  remove(): void {
    this.#present?.end();
    this.#present = undefined;
    this.#signalChange();
  }

  async waitForCard(signal: AbortSignal): Promise<PresentedCard> {
    for (;;) {
      signal.throwIfAborted();
      if (this.#present !== undefined && !this.#present.ended) return this.#present;
      await abortable(this.#changed.promise, signal);
    }
  }

  async presentCard(): Promise<PresentedCard | undefined> {
    return this.#present?.ended === false ? this.#present : undefined;
  }

  close(): void {
    this.remove();
  }

  #signalChange(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}

/** One time that a card lies on the reader. */
class Insertion implements PresentedCard {
  readonly readerName: string;
  readonly atr: Uint8Array;
  ended = false;
  readonly #card: SoftwareCard;
  readonly #observe: (event: ReaderEvent) => void;
  readonly #end = Promise.withResolvers<void>();
  #open = false;
  #powered = true;

  constructor(card: SoftwareCard, readerName: string, observe: (event: ReaderEvent) => void) {
    this.#card = card;
    this.readerName = readerName;
    this.atr = card.atr;
    this.#observe = observe;
  }

  end(): void {
    this.ended = true;
    this.#card.powerOff();
    this.#end.resolve();
  }

  waitForRemoval(signal: AbortSignal): Promise<void> {
    return abortable(this.#end.promise, signal);
  }

  async connect(): Promise<CardSession> {
    if (this.ended) throw cardRemoved();
    if (this.#open) throw new Fault('ERR_READER_UNAVAILABLE', 'The card is in use by another program.');
    this.#open = true;
    if (!this.#powered) this.#card.powerOn();
    this.#powered = true;
    return {
      transmit: (command) => this.#transmit(command),
      powerOff: async () => {
        this.#open = false;
        this.#powered = false;
        this.#card.powerOff();
        this.#observe({ type: 'power-off' });
      },
      release: async () => {
        this.#open = false;
        this.#observe({ type: 'release' });
      },
    };
  }

  async #transmit(command: Uint8Array): Promise<Uint8Array> {
    const response = this.ended ? undefined : this.#card.process(command);
    if (response === undefined) this.end();
    // As PC/SC does: a card pulled mid-way is an empty answer.
    const answered = response ?? new Uint8Array();
    this.#observe({ type: 'apdu', command: Uint8Array.from(command), response: answered });
    return answered;
  }
}

/** Waits for something, or for being told to stop. */
async function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
