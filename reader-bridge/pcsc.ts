import type { CardInterface, ContextInterface, ReaderInterface, ReaderState } from 'smartcard';
import { Fault } from '../idp/domain/fault.ts';
import type { CardReader, CardSession, PresentedCard } from './card-reader.ts';
import { asCardProblem, isSharingViolation, pcscFault } from './pcsc-problem.ts';
import { pcscSession } from './pcsc-session.ts';

type Pcsc = typeof import('smartcard');

export interface PcscOptions {
  /** A part of the reader's name, where several are connected; otherwise whichever a card is put on. */
  readonly readerName?: string;
}

/** How long one wait inside PC/SC lasts before the list of readers is looked at again. */
const pollMs = 500;
const sharingRetries = 5;
const sharingRetryMs = 100;
/** SCARD_STATE_CHANGED is set in answers and not to be handed back. */
const changedBit = 0x2;

/**
 * Loads PC/SC, which is an optional dependency: everything but a physical reader works without it.
 * @throws {Fault} `ERR_READER_UNAVAILABLE` with the way to install it.
 */
export async function openPcscReader(options: PcscOptions = {}): Promise<CardReader> {
  try {
    return new PcscReader(await import('smartcard'), options);
  } catch (cause) {
    throw new Fault(
      'ERR_READER_UNAVAILABLE',
      'Support for card readers is not installed. On Debian: apt-get install libpcsclite-dev pcscd build-essential python3, then npm ci.',
      cause,
    );
  }
}

/**
 * Readers behind pcscd (or the system's own PC/SC). Two contexts, because a wait blocks every other call of its context.
 * When pcscd goes away its contexts are dead for ever: they are dropped, and the next call makes new ones.
 */
class PcscReader implements CardReader {
  readonly #pcsc: Pcsc;
  readonly #readerName: string;
  #watching: ContextInterface | undefined;
  /** Kept referenced while cards are open: a collected context takes its handles along. */
  #using: ContextInterface | undefined;

  constructor(pcsc: Pcsc, { readerName = '' }: PcscOptions) {
    this.#pcsc = pcsc;
    this.#readerName = readerName;
  }

  async waitForCard(signal: AbortSignal): Promise<PresentedCard> {
    for (;;) {
      signal.throwIfAborted();
      const readers = this.#readers();
      const present = readers.find((reader) => this.#holdsCard(reader.state));
      if (present !== undefined) return this.#presented(present);
      await this.#change(readers, signal);
    }
  }

  async presentCard(): Promise<PresentedCard | undefined> {
    const present = this.#readers().find((reader) => this.#holdsCard(reader.state));
    return present && this.#presented(present);
  }

  close(): void {
    for (const context of [this.#watching, this.#using]) closeQuietly(context);
    this.#watching = undefined;
    this.#using = undefined;
  }

  #readers(): readonly ReaderInterface[] {
    const all = this.#ask(() => {
      this.#watching ??= new this.#pcsc.Context();
      return this.#watching.listReaders();
    });
    const readers = all.filter(({ name }) => name.includes(this.#readerName));
    if (readers.length === 0) {
      const which = this.#readerName === '' ? 'No card reader' : `No card reader named “${this.#readerName}”`;
      throw new Fault(
        'ERR_READER_UNAVAILABLE',
        `${which} is connected. Connect one; nothing else needs to be done.`,
      );
    }
    return readers;
  }

  /** A card that is there but mute lies at the edge of the field: not there yet. */
  #holdsCard(state: number): boolean {
    const { SCARD_STATE_PRESENT, SCARD_STATE_MUTE } = this.#pcsc;
    return (state & SCARD_STATE_PRESENT) !== 0 && (state & SCARD_STATE_MUTE) === 0;
  }

  #presented({ name, state, atr }: ReaderInterface): PresentedCard {
    return {
      readerName: name,
      atr: atr ?? new Uint8Array(),
      connect: () => this.#connect(name),
      waitForRemoval: (signal) => this.#waitForRemoval(name, state, signal),
    };
  }

  async #change(
    readers: readonly { readonly name: string; readonly state: number }[],
    signal: AbortSignal,
  ): Promise<readonly ReaderState[]> {
    const watching = this.#watching;
    const cancel = () => watching?.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      const known = readers.map(({ name, state }) => ({
        name,
        state: state & ~changedBit,
        changed: false,
        atr: null,
      }));
      return (await watching?.waitForChange(known, pollMs)) ?? [];
    } catch (error) {
      throw this.#lost(error);
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  async #waitForRemoval(name: string, presentState: number, signal: AbortSignal): Promise<void> {
    let state = presentState;
    for (;;) {
      signal.throwIfAborted();
      if (this.#watching === undefined) return;
      const [change] = await this.#change([{ name, state }], signal);
      if (change === undefined) continue;
      // The upper half counts insertions and removals: a swap between two polls shows there and nowhere else.
      const swapped = change.state >>> 16 !== presentState >>> 16;
      if (swapped || (change.state & this.#pcsc.SCARD_STATE_PRESENT) === 0) return;
      state = change.state;
    }
  }

  async #connect(name: string): Promise<CardSession> {
    const using = this.#ask(() => {
      this.#using ??= new this.#pcsc.Context();
      return this.#using;
    });
    const reader = this.#ask(() => using.listReaders()).find((candidate) => candidate.name === name);
    if (reader === undefined) throw new Fault('ERR_READER_UNAVAILABLE', 'The card reader was unplugged.');
    const card = await this.#connectExclusively(reader);
    return pcscSession({
      card,
      unpower: this.#pcsc.SCARD_UNPOWER_CARD,
      leave: this.#pcsc.SCARD_LEAVE_CARD,
      // A card that never answers blocks its whole context, and with the next call the event loop.
      abandon: () => {
        if (this.#using === using) this.#using = undefined;
      },
      lost: (error) => this.#lost(error),
    });
  }

  async #connectExclusively(reader: ReaderInterface): Promise<CardInterface> {
    const { SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_T0, SCARD_PROTOCOL_T1 } = this.#pcsc;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await reader.connect(SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1);
      } catch (error) {
        if (!isSharingViolation(error)) throw this.#lost(error);
        if (attempt === sharingRetries) {
          throw new Fault(
            'ERR_READER_UNAVAILABLE',
            'Another program on this computer is using the card. Close it, then hold the card again.',
            error,
          );
        }
        await new Promise((resolve) => setTimeout(resolve, sharingRetryMs));
      }
    }
  }

  #ask<T>(question: () => T): T {
    try {
      return question();
    } catch (error) {
      throw this.#lost(error);
    }
  }

  /** A problem with the card leaves the contexts alone; anything else may mean that pcscd went away. */
  #lost(error: unknown): Error {
    const cardProblem = asCardProblem(error);
    if (cardProblem !== undefined) return cardProblem;
    this.close();
    return pcscFault(error);
  }
}

function closeQuietly(context: ContextInterface | undefined): void {
  try {
    context?.close();
  } catch {
    // Of a pcscd that is gone there is nothing left to release.
  }
}
