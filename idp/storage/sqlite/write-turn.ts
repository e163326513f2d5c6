import { AsyncLocalStorage } from 'node:async_hooks';
import { RecordChanges } from './record-changes.ts';

/**
 * Lets the connections of this process write to one file one after the other, first come first served.
 * SQLite admits one writer a file; without turns the others would meet SQLITE_BUSY and poll.
 */
export class WriteTurn {
  /** Of what this file says of cards; the audit trail's lines are none. */
  readonly changes = new RecordChanges();
  #last: Promise<unknown> = Promise.resolve();
  readonly #inside = new AsyncLocalStorage<true>();

  /** @throws {Error} when called from within a turn of the same file: it would wait for itself for ever. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    this.assertOutside();
    const mine = this.#last.then(() => this.#inside.run(true, work));
    this.#last = mine.then(nothing, nothing);
    return mine;
  }

  assertOutside(): void {
    if (this.#inside.getStore() === true) {
      throw new Error('A change awaits another write to the same file; use the tables of the change.');
    }
  }
}

function nothing(): void {}
