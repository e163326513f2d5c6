import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { setImmediate as nextTurnOfTheEventLoop } from 'node:timers/promises';
import { type ChainTail, chain } from './audit-chain.ts';
import { beginImmediate, rollBack } from './connection.ts';

/** Under which the record notes the newest generation that it holds of a journal. */
const generationName = (journal: string) => `audit-journal-${journal}`;
/** Together in one row: a few hundred share the price of an insert, and a reader need not hold many at once. */
const eventsPerRow = 512;
/** About 3 ms of work; then others get their turn. */
const rowsPerTurn = 4;

/** Moves events out of the journals into the chain, and notes in the same transaction which generation that was. */
export class AuditMover {
  readonly #connection: DatabaseSync;
  readonly #newest: () => ChainTail;
  readonly #insert: StatementSync;
  readonly #generation: StatementSync;
  readonly #noteGeneration: StatementSync;

  /** @param newest reads the chain's tail through the same connection. */
  constructor(connection: DatabaseSync, newest: () => ChainTail) {
    this.#connection = connection;
    this.#newest = newest;
    this.#insert = connection.prepare('INSERT INTO audit_events (sequence, line, hash) VALUES (?, ?, ?)');
    this.#generation = connection.prepare('SELECT value FROM settings WHERE name = ?');
    this.#noteGeneration = connection.prepare(
      `INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
    );
  }

  /** The newest generation that the record holds of a journal. */
  movedGeneration(journal: string): number {
    return Number(this.#generation.get(generationName(journal))?.value ?? 0);
  }

  /** To be called in the file's own turn to write. @throws SQLite's error; nothing was moved then */
  async move(journal: string, events: readonly string[], generation: number): Promise<void> {
    await beginImmediate(this.#connection);
    try {
      // Tried again, because it was not known whether they had come to disk.
      if (generation <= this.movedGeneration(journal)) {
        rollBack(this.#connection);
        return;
      }
      let tail = this.#newest();
      for (let from = 0; from < events.length; from += eventsPerRow) {
        if (from > 0 && from % (eventsPerRow * rowsPerTurn) === 0) await nextTurnOfTheEventLoop();
        const row = chain(tail, events.slice(from, from + eventsPerRow));
        this.#insert.run(row.sequence, row.line, row.hash);
        tail = row;
      }
      this.#noteGeneration.run(generationName(journal), String(generation));
      this.#connection.exec('COMMIT');
    } catch (error) {
      rollBack(this.#connection);
      throw error;
    }
  }
}
