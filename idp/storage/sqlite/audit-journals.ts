import { AuditJournal, journalNames, readLeftover } from '../audit-journal.ts';
import { DiskLost } from './audit-intake.ts';
import type { AuditMover } from './audit-mover.ts';
import type { WalSync } from './wal-sync.ts';
import type { WriteTurn } from './write-turn.ts';

interface JournalsParts {
  readonly directory: string;
  readonly turn: WriteTurn;
  readonly mover: AuditMover;
  readonly walSync: WalSync;
  readonly onMoved: () => void;
}

/** The way from every journal of a data directory into the one trail: this process's own, and those of its threads. */
export class AuditJournals {
  readonly #parts: JournalsParts;
  readonly #outposts = new Set<() => Promise<void>>();

  constructor(parts: JournalsParts) {
    this.#parts = parts;
  }

  /** Takes over what a crash left in any journal, also of threads that there are no more. @throws {Fault} */
  async takeOverAll(): Promise<void> {
    for (const name of journalNames(this.#parts.directory)) await this.takeOver(name);
  }

  /**
   * Takes over what whoever wrote this journal left. It is read in the turn to write: what a thread handed over before it
   * ended may still wait for its own, and would be taken twice.
   * @returns the newest generation that the record holds: the journal goes on after it
   */
  async takeOver(name: string): Promise<number> {
    const { directory, turn, mover } = this.#parts;
    const someWasLeft = await turn.run(async () => {
      const { lines, generation } = readLeftover(directory, name, mover.movedGeneration(name));
      if (lines.length > 0) await mover.move(name, lines, generation);
      return lines.length > 0;
    });
    if (someWasLeft) await this.#moved();
    return mover.movedGeneration(name);
  }

  /** A journal that begins anew; what was in it is taken over already. @throws the file system's error */
  open(name: string): AuditJournal {
    return new AuditJournal(this.#parts.directory, name, this.#parts.mover.movedGeneration(name));
  }

  /** Brings events of one generation of a journal into the record, and to disk. @throws {DiskLost}, SQLite's error */
  async move(name: string, events: readonly string[], generation: number): Promise<void> {
    const { turn, mover } = this.#parts;
    await turn.run(() => mover.move(name, events, generation));
    await this.#moved();
  }

  /** Until then the journal's file of that generation is not written over. */
  async #moved(): Promise<void> {
    await this.#parts.walSync.sync().catch((error: unknown) => {
      throw new DiskLost(error);
    });
    this.#parts.onMoved();
  }

  /** @param flush resolves when a thread has moved what it has. @returns to be called when there is that thread no more */
  addOutpost(flush: () => Promise<void>): () => void {
    this.#outposts.add(flush);
    return () => this.#outposts.delete(flush);
  }

  /** Resolves when every thread has moved what it had. */
  async outpostsMoved(): Promise<void> {
    await Promise.all([...this.#outposts].map((flush) => flush()));
  }
}
