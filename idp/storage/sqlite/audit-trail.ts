import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { AuditEvent, ChainedAuditEvent } from '../../domain/audit-event.ts';
import type { AuditTrail, AuditVerdict } from '../../ports/audit-trail.ts';
import type { AuditCheckpoints } from '../audit-checkpoints.ts';
import {
  type ChainedLine,
  type ChainTail,
  chainStart,
  linesOf,
  toAuditRow,
  toChainedEvent,
} from './audit-chain.ts';
import { AuditIntake } from './audit-intake.ts';
import { AuditMover } from './audit-mover.ts';
import { verifyChain } from './audit-verification.ts';
import { closeAll, openForReading, openForWriting } from './connection.ts';
import { faultOf, orFault } from './faults.ts';
import { WalSync } from './wal-sync.ts';
import type { WriteTurn } from './write-turn.ts';

const code = 'ERR_AUDIT_UNAVAILABLE';
const checkpointEveryMs = 1_000;
/** A row holds up to some hundred events. */
const rowsAtOnce = 32;

/**
 * The trail in the record's own file: events of changes come with their change, sign-in events through `append`. Those are
 * written to a journal before their answers (a killed process loses none) and moved into the record a moment later.
 */
export class SqliteAuditTrail implements AuditTrail {
  readonly #writing: DatabaseSync;
  readonly #reading: DatabaseSync;
  readonly #walSync: WalSync;
  readonly #checkpoints: AuditCheckpoints;
  readonly #intake: AuditIntake;
  readonly #tail: StatementSync;
  readonly #rowsAfter: StatementSync;
  readonly #hashBefore: StatementSync;
  #checkpointTimer: NodeJS.Timeout | undefined;
  #vouching: Promise<void> = Promise.resolve();
  #closed = false;

  /** What it writes through; the card index looks up through it too. */
  get connection(): DatabaseSync {
    return this.#writing;
  }

  private constructor(path: string, directory: string, turn: WriteTurn, checkpoints: AuditCheckpoints) {
    this.#writing = openForWriting(path, 'NORMAL', code);
    this.#reading = openForReading(path, code);
    this.#walSync = new WalSync(path);
    this.#checkpoints = checkpoints;
    const columns = 'SELECT sequence, line, hash FROM audit_events';
    this.#tail = this.#writing.prepare(`${columns} ORDER BY sequence DESC LIMIT 1`);
    this.#rowsAfter = this.#reading.prepare(`${columns} WHERE sequence > ? ORDER BY sequence LIMIT ?`);
    this.#hashBefore = this.#reading.prepare(`${columns} WHERE sequence < ? ORDER BY sequence DESC LIMIT 1`);
    const mover = new AuditMover(this.#writing, () => this.#newest());
    this.#intake = new AuditIntake({
      ...{ directory, turn, mover, walSync: this.#walSync },
      onMoved: () => this.noteChange(),
    });
  }

  /** @param path the record's file, its schema up to date. @param directory where the journal lies. */
  static async open(
    path: string,
    directory: string,
    turn: WriteTurn,
    checkpoints: AuditCheckpoints,
  ): Promise<SqliteAuditTrail> {
    const trail = new SqliteAuditTrail(path, directory, turn, checkpoints);
    try {
      await checkpoints.open(trail.#newest(), ({ sequence, hash }) => trail.#hashAt(sequence) === hash);
      await trail.#intake.open();
      return trail;
    } catch (error) {
      closeAll(trail.#reading, trail.#writing);
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
    await this.#intake.moved();
    let [place, left] = [afterSequence, limit];
    while (left > 0) {
      const lines = this.#linesAfter(place).slice(0, left);
      for (const line of lines) yield toChainedEvent(line);
      place = lines.at(-1)?.sequence ?? place;
      left = lines.length === 0 ? 0 : left - lines.length;
    }
  }

  async verify(): Promise<AuditVerdict> {
    await this.#intake.moved();
    try {
      return await verifyChain(this.#rowsAfter, await this.#checkpoints.list());
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
    await this.#walSync.close();
    closeAll(this.#reading, this.#writing);
  }

  /** Some hundred lines or more; none when there are none. */
  #linesAfter(sequence: number): readonly ChainedLine[] {
    const rows = orFault(code, () => this.#rowsAfter.all(sequence, rowsAtOnce)).map(toAuditRow);
    const [first] = rows;
    if (first === undefined) return [];
    const before = orFault(code, () => this.#hashBefore.get(first.sequence));
    let previousHash = before === undefined ? chainStart.hash : toAuditRow(before).hash;
    const lines = rows.flatMap((row) => {
      const expanded = linesOf(row, previousHash);
      previousHash = row.hash;
      return expanded;
    });
    return lines.filter((line) => line.sequence > sequence);
  }

  #newest(): ChainTail {
    const row = this.#tail.get();
    return row === undefined ? chainStart : toAuditRow(row);
  }

  #hashAt(sequence: number): string | undefined {
    if (sequence === 0) return chainStart.hash;
    const [line] = this.#linesAfter(sequence - 1);
    return line?.sequence === sequence ? line.hash : undefined;
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
}
