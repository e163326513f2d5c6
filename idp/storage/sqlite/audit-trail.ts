import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AuditEvent, ChainedAuditEvent } from '../../domain/audit-event.ts';
import type { Fault } from '../../domain/fault.ts';
import type { AuditTrail, AuditVerdict } from '../../ports/audit-trail.ts';
import type { AuditCheckpoints } from '../audit-checkpoints.ts';
import { type ChainTail, chain, chainStart, toAuditRow, toChainedEvent } from './audit-chain.ts';
import { verifyChain } from './audit-verification.ts';
import { closeAll, openForReading, openForWriting } from './connection.ts';
import { faultOf, orFault } from './faults.ts';
import { GroupCommit } from './group-commit.ts';
import { WalSync } from './wal-sync.ts';
import type { WriteTurn } from './write-turn.ts';

const code = 'ERR_AUDIT_UNAVAILABLE';
/** With the sync itself this stays within the 100 ms that the design promises. */
const syncEveryMs = 50;
const checkpointEveryMs = 1_000;
const pageSize = 500;

interface Batch {
  readonly events: AuditEvent[];
  readonly written: Promise<void>;
}

/**
 * The trail in the record's own file: events of changes come with their change, sign-in events through `append`.
 * A batch is written before its answers (a killed process loses none) and brought to disk by a sync of its own.
 */
export class SqliteAuditTrail implements AuditTrail {
  readonly #writing: DatabaseSync;
  readonly #reading: DatabaseSync;
  readonly #group: GroupCommit;
  readonly #walSync: WalSync;
  readonly #checkpoints: AuditCheckpoints;
  readonly #tail: StatementSync;
  readonly #insert: StatementSync;
  readonly #rowsAfter: StatementSync;
  #batch: Batch | undefined;
  #unsynced = false;
  #syncing: Promise<void> | undefined;
  #checkpointTimer: NodeJS.Timeout | undefined;
  #vouching: Promise<void> = Promise.resolve();
  #closed = false;
  #failure: Fault | Error | undefined;

  /** What it writes through; the card index looks up through it too. */
  get connection(): DatabaseSync {
    return this.#writing;
  }

  private constructor(path: string, turn: WriteTurn, checkpoints: AuditCheckpoints) {
    this.#writing = openForWriting(path, 'NORMAL', code);
    this.#reading = openForReading(path, code);
    this.#group = new GroupCommit(this.#writing, turn, code);
    this.#walSync = new WalSync(path);
    this.#checkpoints = checkpoints;
    const newest = 'SELECT sequence, line, hash FROM audit_events ORDER BY sequence DESC LIMIT 1';
    this.#tail = this.#writing.prepare(newest);
    this.#insert = this.#writing.prepare('INSERT INTO audit_events (sequence, line, hash) VALUES (?, ?, ?)');
    this.#rowsAfter = this.#reading.prepare(
      'SELECT sequence, line, hash FROM audit_events WHERE sequence > ? ORDER BY sequence LIMIT ?',
    );
  }

  /** @param path the record's file, its schema up to date. */
  static async open(path: string, turn: WriteTurn, checkpoints: AuditCheckpoints): Promise<SqliteAuditTrail> {
    const trail = new SqliteAuditTrail(path, turn, checkpoints);
    try {
      await checkpoints.open(trail.#newest(), ({ sequence, hash }) => trail.#hashAt(sequence) === hash);
      return trail;
    } catch (error) {
      trail.#closeConnections();
      throw faultOf(error, code);
    }
  }

  async append(event: AuditEvent): Promise<void> {
    // What cannot be brought to disk any more must not be promised any more.
    if (this.#failure !== undefined) throw this.#failure;
    this.#batch ??= this.#newBatch();
    this.#batch.events.push(event);
    return this.#batch.written;
  }

  async *read(
    filter: { readonly afterSequence?: number; readonly limit?: number } = {},
  ): AsyncGenerator<ChainedAuditEvent> {
    const { afterSequence = 0, limit = Number.POSITIVE_INFINITY } = filter;
    let tail = { sequence: afterSequence, hash: this.#hashAt(afterSequence) ?? '' };
    for (let left = limit; left > 0; ) {
      const wanted = Math.min(pageSize, left);
      const rows = orFault(code, () => this.#rowsAfter.all(tail.sequence, wanted)).map(toAuditRow);
      for (const row of rows) {
        yield toChainedEvent(row, tail.hash);
        tail = row;
      }
      left = rows.length < wanted ? 0 : left - rows.length;
    }
  }

  async verify(): Promise<AuditVerdict> {
    try {
      return await verifyChain(this.#rowsAfter, await this.#checkpoints.list());
    } catch (error) {
      throw faultOf(error, code);
    }
  }

  /** A change appended events of its own: they are to be vouched for too. */
  noteChange(): void {
    if (this.#closed) return;
    this.#checkpointTimer ??= setTimeout(() => this.#vouch(), checkpointEveryMs).unref();
  }

  /** Everything appended is on disk and vouched for when this resolves. */
  async close(): Promise<void> {
    await this.#group.finished();
    await this.#syncing;
    this.#closed = true;
    clearTimeout(this.#checkpointTimer);
    await this.#vouch();
    await this.#walSync.close();
    this.#closeConnections();
  }

  #newBatch(): Batch {
    const events: AuditEvent[] = [];
    const batch: Batch = { events, written: this.#group.run(() => this.#write(batch)) };
    batch.written.then(
      () => this.#startSyncing(),
      // The group failed before this batch had its turn: the next event begins another.
      () => this.#closeBatch(batch),
    );
    return batch;
  }

  #write(batch: Batch): void {
    this.#closeBatch(batch);
    let tail: ChainTail = this.#newest();
    for (const event of batch.events) {
      const row = chain(tail, event);
      this.#insert.run(row.sequence, row.line, row.hash);
      tail = row;
    }
  }

  #closeBatch(batch: Batch): void {
    if (this.#batch === batch) this.#batch = undefined;
  }

  #newest(): ChainTail {
    const row = this.#tail.get();
    return row === undefined ? chainStart : toAuditRow(row);
  }

  #hashAt(sequence: number): string | undefined {
    if (sequence === 0) return chainStart.hash;
    const [row] = orFault(code, () => this.#rowsAfter.all(sequence - 1, 1)).map(toAuditRow);
    return row?.sequence === sequence ? row.hash : undefined;
  }

  #startSyncing(): void {
    this.#unsynced = true;
    this.noteChange();
    this.#syncing ??= this.#sync();
  }

  async #sync(): Promise<void> {
    try {
      while (this.#unsynced) {
        await sleep(syncEveryMs);
        this.#unsynced = false;
        await this.#walSync.sync();
      }
    } catch (error) {
      this.#failure = faultOf(error, code);
    } finally {
      this.#syncing = undefined;
    }
  }

  /** Signs where the trail stands, after that much of it is on disk. */
  #vouch(): Promise<void> {
    this.#checkpointTimer = undefined;
    this.#vouching = this.#vouching.then(async () => {
      try {
        const tail = this.#newest();
        await this.#walSync.sync();
        await this.#checkpoints.write(tail);
      } catch {
        // The trail itself is whole; what was not vouched for now is retried a moment later.
        this.noteChange();
      }
    });
    return this.#vouching;
  }

  #closeConnections(): void {
    closeAll(this.#reading, this.#writing);
  }
}
