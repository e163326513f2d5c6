import type { CardKey } from '../domain/card.ts';
import { msPerSecond } from '../domain/instant.ts';
import type { ClientId } from '../domain/login-policy.ts';
import { ReaderArrivals } from './reader-arrivals.ts';

/** What somebody waits for. */
export interface TapWait {
  readonly clientId: ClientId;
  readonly cardKeys: readonly CardKey[];
  readonly seconds: number;
  /** Whoever waited is gone. */
  readonly signal: AbortSignal;
}

const mostAtOneDevice = 16;
const mostInAll = 256;
/** Another node may have kept the tap: nobody here hears of it. */
const usualRecheckMs = 1_000;

/** Lets sign-ins wait for a tap that is still to come, so many at a device and in all. */
export class TapWaits {
  /** For stations, which wait for whoever comes. */
  readonly readers = new ReaderArrivals();
  readonly #recheckMs: number;
  readonly #waitingFor = new Map<CardKey, Set<() => void>>();
  readonly #atDevice = new Map<ClientId, number>();
  #inAll = 0;

  constructor(recheckMs = usualRecheckMs) {
    this.#recheckMs = recheckMs;
  }

  /** A tap of this card was kept. */
  arrived(cardKey: CardKey): void {
    for (const wake of this.#waitingFor.get(cardKey) ?? []) wake();
  }

  /**
   * Tries now, and again whenever a tap of these cards comes, until something is found, the time is over or nobody waits
   * any more.
   * @returns `undefined` where nothing was found; `too-many` where nobody else may wait
   */
  async until<T>(wait: TapWait, attempt: () => Promise<T | undefined>): Promise<T | 'too-many' | undefined> {
    if (wait.seconds === 0) return attempt();
    const here = this.#atDevice.get(wait.clientId) ?? 0;
    if (here >= mostAtOneDevice || this.#inAll >= mostInAll) return (await attempt()) ?? 'too-many';
    this.#count(wait.clientId, 1);
    try {
      return await this.#repeat(wait, attempt);
    } finally {
      this.#count(wait.clientId, -1);
    }
  }

  async #repeat<T>(
    { cardKeys, seconds, signal }: TapWait,
    attempt: () => Promise<T | undefined>,
  ): Promise<T | undefined> {
    const over = AbortSignal.any([signal, AbortSignal.timeout(seconds * msPerSecond)]);
    // A tap that nobody waits for any more is not used up.
    while (!signal.aborted) {
      // Listens first: a tap that comes during the attempt wakes the next one.
      const arrival = this.#arrivalOf(cardKeys, over);
      const isLast = over.aborted;
      try {
        const found = await attempt();
        if (found !== undefined || isLast) return found;
        await arrival.come;
      } finally {
        arrival.end();
      }
    }
    return undefined;
  }

  #arrivalOf(cardKeys: readonly CardKey[], over: AbortSignal): { come: Promise<void>; end: () => void } {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, this.#recheckMs);
    const end = () => {
      clearTimeout(timer);
      over.removeEventListener('abort', end);
      for (const key of cardKeys) this.#stopListening(key, end);
      resolve();
    };
    over.addEventListener('abort', end);
    for (const key of cardKeys) {
      const listeners = this.#waitingFor.get(key) ?? new Set();
      this.#waitingFor.set(key, listeners.add(end));
    }
    return { come: promise, end };
  }

  #stopListening(key: CardKey, listener: () => void): void {
    const listeners = this.#waitingFor.get(key);
    listeners?.delete(listener);
    if (listeners?.size === 0) this.#waitingFor.delete(key);
  }

  #count(clientId: ClientId, change: 1 | -1): void {
    this.#inAll += change;
    const here = (this.#atDevice.get(clientId) ?? 0) + change;
    if (here === 0) this.#atDevice.delete(clientId);
    else this.#atDevice.set(clientId, here);
  }
}
