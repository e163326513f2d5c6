import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { type RunningBridge, startBridge } from '../../reader-bridge/bridge.ts';
import type { BridgeState } from '../../reader-bridge/bridge-state.ts';
import type { CardReader, PresentedCard } from '../../reader-bridge/card-reader.ts';
import { IdpClient } from '../../reader-bridge/idp-client.ts';
import { registerCard } from '../../reader-bridge/register.ts';
import { systemClock } from '../../reader-bridge/system-clock.ts';
import type { SoftwareJpkiCard } from '../../reader-bridge/virtual/jpki-card.ts';
import type { SoftwareReader } from '../../reader-bridge/virtual/software-reader.ts';
import type { Journal } from './journal.ts';
import { watchedReader } from './watched-reader.ts';

/** About as long as a person takes from reading "hold your card" to holding it. */
const handMs = 1_500;

/** The reader beside the kiosk, with the real bridge behind it and its page on loopback. */
export class FrontDesk {
  readonly reader: SoftwareReader;
  readonly #client: IdpClient;
  #bridge: RunningBridge | undefined;
  #offered: SoftwareJpkiCard | undefined;

  private constructor(reader: SoftwareReader, client: IdpClient) {
    this.reader = reader;
    this.#client = client;
  }

  static async start(
    state: BridgeState,
    options: { readonly journal: Journal; readonly port: number; readonly log: (line: string) => void },
  ): Promise<FrontDesk> {
    const reader = watchedReader('front desk', options.journal);
    const desk = new FrontDesk(reader, new IdpClient(state.enrolment(), state, systemClock));
    desk.#bridge = await startBridge({
      ...{ state, reader: desk.#handledReader(), clock: systemClock, locale: 'ja', say: () => {} },
      ...{ port: options.port, log: options.log },
    });
    return desk;
  }

  /** Gives a visitor who walks the pages a hand: the card is held as soon as the reader asks for one. */
  offer(card: SoftwareJpkiCard): void {
    this.withdraw();
    this.#offered = card;
  }

  /** Takes the card away, and the hand. */
  withdraw(): void {
    this.#offered = undefined;
    this.reader.remove();
  }

  /**
   * `kazasu bridge register` at this reader: consent, PIN, signature.
   * @throws {InvalidInput} when the provider refuses or the PIN is wrong.
   */
  async register(card: SoftwareJpkiCard, invite: string, pin: string): Promise<void> {
    const io = { out: () => {}, err: () => {}, stdin: Readable.from([`${pin}\n`]) };
    const parts = { reader: this.reader, client: this.#client, io };
    this.reader.present(card);
    try {
      await registerCard(parts, { invite, pinStdin: true, agree: true });
    } finally {
      this.reader.remove();
    }
  }

  async close(): Promise<void> {
    await this.#bridge?.close();
    this.reader.close();
  }

  #handledReader(): CardReader {
    return {
      waitForCard: (signal) => this.#waitForCard(signal),
      presentCard: () => this.reader.presentCard(),
      close: () => this.reader.close(),
    };
  }

  async #waitForCard(signal: AbortSignal): Promise<PresentedCard> {
    const waiting = this.reader.waitForCard(signal);
    // The bridge gave up: there is nothing to hold a card for.
    delay(handMs, undefined, { signal }).then(
      () => this.#hold(),
      () => undefined,
    );
    return waiting;
  }

  async #hold(): Promise<void> {
    if (this.#offered === undefined || (await this.reader.presentCard()) !== undefined) return;
    this.reader.present(this.#offered);
  }
}
