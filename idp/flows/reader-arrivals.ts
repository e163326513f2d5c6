import type { ReaderId } from '../domain/reader.ts';

/** Another node may have kept the tap: nobody here hears of it. */
const recheckMs = 1_000;

/** Lets stations wait for the next tap of their reader, whosever card it is. */
export class ReaderArrivals {
  readonly #waiting = new Map<ReaderId, Set<() => void>>();

  /** A tap of this reader was kept, or something else happened that its station should look at. */
  arrived(readerId: ReaderId): void {
    for (const wake of this.#waiting.get(readerId) ?? []) wake();
  }

  /** Listens from now on, so that what comes between a look and the wait is not missed. */
  listen(readerId: ReaderId): { next(signal: AbortSignal): Promise<void>; end(): void } {
    let { promise, resolve } = Promise.withResolvers<void>();
    const wake = () => resolve();
    const listeners = this.#waiting.get(readerId) ?? new Set();
    this.#waiting.set(readerId, listeners.add(wake));
    return {
      next: async (signal) => {
        const timer = setTimeout(wake, recheckMs);
        signal.addEventListener('abort', wake, { once: true });
        if (signal.aborted) wake();
        await promise;
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
        ({ promise, resolve } = Promise.withResolvers<void>());
      },
      end: () => {
        listeners.delete(wake);
        if (listeners.size === 0 && this.#waiting.get(readerId) === listeners) this.#waiting.delete(readerId);
      },
    };
  }
}
