import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type ChainedLine, type ChainTail, chainStart, linesOf, toAuditRow } from './audit-chain.ts';
import { orFault } from './faults.ts';

const code = 'ERR_AUDIT_UNAVAILABLE';
/** A row holds up to some hundred events. */
const rowsAtOnce = 32;

/** Reads the chain as the record has it. */
export class AuditChainReader {
  /** Rows after a sequence number, so many at once. */
  readonly rowsAfter: StatementSync;
  readonly #tail: StatementSync;
  readonly #rowAt: StatementSync;
  readonly #rowBefore: StatementSync;

  /** @param writing the tail is read where it is written. */
  constructor(writing: DatabaseSync, reading: DatabaseSync) {
    const columns = 'SELECT sequence, line, hash FROM audit_events';
    this.#tail = writing.prepare(`${columns} ORDER BY sequence DESC LIMIT 1`);
    this.rowsAfter = reading.prepare(`${columns} WHERE sequence > ? ORDER BY sequence LIMIT ?`);
    this.#rowAt = reading.prepare(`${columns} WHERE sequence = ?`);
    this.#rowBefore = reading.prepare(`${columns} WHERE sequence < ? ORDER BY sequence DESC LIMIT 1`);
  }

  newest(): ChainTail {
    const row = this.#tail.get();
    return row === undefined ? chainStart : toAuditRow(row);
  }

  /** The hash of the row that ends with this event; checkpoints vouch for nothing else. */
  hashAt(sequence: number): string | undefined {
    if (sequence === 0) return chainStart.hash;
    const row = orFault(code, () => this.#rowAt.get(sequence));
    return row && toAuditRow(row).hash;
  }

  /** Some hundred lines or more; none when there are none. @throws {Fault} `ERR_AUDIT_UNAVAILABLE` */
  linesAfter(sequence: number): readonly ChainedLine[] {
    const rows = orFault(code, () => this.rowsAfter.all(sequence, rowsAtOnce)).map(toAuditRow);
    const [first] = rows;
    if (first === undefined) return [];
    const before = orFault(code, () => this.#rowBefore.get(first.sequence));
    let previousHash = before === undefined ? chainStart.hash : toAuditRow(before).hash;
    const lines = rows.flatMap((row) => {
      const expanded = linesOf(row, previousHash);
      previousHash = row.hash;
      return expanded;
    });
    return lines.filter((line) => line.sequence > sequence);
  }
}
