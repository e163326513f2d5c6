import type { DatabaseSync } from 'node:sqlite';
import type { AuditEvent, ChainedAuditEvent } from '../../domain/audit-event.ts';
import type { AuditTrail, AuditVerdict } from '../../ports/audit-trail.ts';
import type { AuditCheckpoints } from '../audit-checkpoints.ts';
import { toChainedEvent } from './audit-chain.ts';
import { AuditChainReader } from './audit-chain-reader.ts';
import { AuditIntake } from './audit-intake.ts';
import { AuditJournals } from './audit-journals.ts';
import { AuditMover } from './audit-mover.ts';
import { verifyChain } from './audit-verification.ts';
import { closeAll, openForReading, openForWriting } from './connection.ts';
import { faultOf } from './faults.ts';
import { WalSync } from './wal-sync.ts';
import type { WriteTurn } from './write-turn.ts';

const code = 'ERR_AUDIT_UNAVAILABLE';
const checkpointEveryMs = 1_000;
/** This process's own journal, beside those of its threads. */
const ownJournal = 'main';

interface TrailParts {
  readonly writing: DatabaseSync;
  readonly reading: DatabaseSync;
  readonly walSync: WalSync;
  readonly chain: AuditChainReader;
  readonly checkpoints: AuditCheckpoints;
}

/**
 * The trail in the record's own file: events of changes come with their change, sign-in events through `append`. Those are
 * written to a journal before their answers (a killed process loses none) and moved into the record a moment later.
 */
export class SqliteAuditTrail implements AuditTrail {
  readonly #parts: TrailParts;
  /** Those of threads that write to this trail come through here too. */
  readonly journals: AuditJournals;
  readonly #intake: AuditIntake;
  #checkpointTimer: NodeJS.Timeout | undefined;
  #vouching: Promise<void> = Promise.resolve();
  #closed = false;

  /** What it writes through; the card index looks up through it too. */
  get connection(): DatabaseSync {
    return this.#parts.writing;
  }

  private constructor(parts: TrailParts, journals: AuditJournals, turn: WriteTurn) {
    this.#parts = parts;
    this.journals = journals;
    this.#intake = new AuditIntake({
      journal: journals.open(ownJournal),
      move: (events, generation) => journals.move(ownJournal, events, generation),
      assertMayWait: () => turn.assertOutside(),
    });
  }

  /** @param path the record's file, its schema up to date. @param directory where the journals lie. */
  static async open(
    path: string,
    directory: string,
    turn: WriteTurn,
    checkpoints: AuditCheckpoints,
  ): Promise<SqliteAuditTrail> {
    const [writing, reading] = [openForWriting(path, 'NORMAL', code), openForReading(path, code)];
    try {
      const chain = new AuditChainReader(writing, reading);
      const walSync = new WalSync(path);
      await checkpoints.open(chain.newest(), ({ sequence, hash }) => chain.hashAt(sequence) === hash);
      const mover = new AuditMover(writing, () => chain.newest());
      // Nothing is moved before the trail is there but what a crash left.
      let onMoved = () => {};
      const journals = new AuditJournals({ directory, turn, mover, walSync, onMoved: () => onMoved() });
      await journals.takeOverAll();
      const trail = new SqliteAuditTrail({ writing, reading, walSync, chain, checkpoints }, journals, turn);
      onMoved = () => trail.noteChange();
      return trail;
    } catch (error) {
      closeAll(reading, writing);
      throw faultOf(error, code);
    }
  }

  append(event: AuditEvent): Promise<void> {
    return this.#intake.append(event);
  }

  note(event: AuditEvent): void {
    this.#intake.note(event);
  }

  settle(): void {
    this.#intake.settle();
  }

  async *read(
    filter: { readonly afterSequence?: number; readonly limit?: number } = {},
  ): AsyncGenerator<ChainedAuditEvent> {
    const { afterSequence = 0, limit = Number.POSITIVE_INFINITY } = filter;
    await this.#allMoved();
    let [place, left] = [afterSequence, limit];
    while (left > 0) {
      const lines = this.#parts.chain.linesAfter(place).slice(0, left);
      for (const line of lines) yield toChainedEvent(line);
      place = lines.at(-1)?.sequence ?? place;
      left = lines.length === 0 ? 0 : left - lines.length;
    }
  }

  async verify(): Promise<AuditVerdict> {
    await this.#allMoved();
    const { chain, checkpoints } = this.#parts;
    try {
      return await verifyChain(chain.rowsAfter, await checkpoints.list());
    } catch (error) {
      throw faultOf(error, code);
    }
  }

  /** A change comes: what was appended before it is to stand before it. */
  noteComingChange(): void {
    this.#intake.moveSoon();
  }

  /** A change appended events of its own: they are to be vouched for too. */
  noteChange(): void {
    if (this.#closed) return;
    this.#checkpointTimer ??= setTimeout(() => this.#vouch(), checkpointEveryMs).unref();
  }

  /** Everything appended is on disk and vouched for when this resolves. */
  async close(): Promise<void> {
    await this.#intake.close();
    this.#closed = true;
    clearTimeout(this.#checkpointTimer);
    await this.#vouch();
    const { walSync, reading, writing } = this.#parts;
    await walSync.close();
    closeAll(reading, writing);
  }

  async #allMoved(): Promise<void> {
    await this.#intake.moved();
    await this.journals.outpostsMoved();
  }

  /** Signs where the trail stands, after that much of it is on disk. */
  #vouch(): Promise<void> {
    this.#checkpointTimer = undefined;
    const { chain, walSync, checkpoints } = this.#parts;
    this.#vouching = this.#vouching.then(async () => {
      try {
        const tail = chain.newest();
        await walSync.sync();
        await checkpoints.write(tail);
      } catch {
        // The trail itself is whole; what was not vouched for now is retried a moment later.
        this.noteChange();
      }
    });
    return this.#vouching;
  }
}
