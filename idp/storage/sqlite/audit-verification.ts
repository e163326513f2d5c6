import type { StatementSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AuditVerdict } from '../../ports/audit-trail.ts';
import type { Checkpoint } from '../audit-checkpoints.ts';
import {
  type ChainedLine,
  type ChainTail,
  chainHash,
  chainStart,
  linesOf,
  toAuditRow,
} from './audit-chain.ts';

/** A row holds up to some hundred events. */
const rowsPerTurn = 32;

/**
 * Follows the chain from its start, and holds it against everything that was vouched for.
 * @param rowsAfter selects rows after a sequence in order, at most as many as its second parameter says.
 * @param checkpoints read before the rows: events appended meanwhile cannot be missing.
 */
export async function verifyChain(
  rowsAfter: StatementSync,
  checkpoints: readonly Checkpoint[],
): Promise<AuditVerdict> {
  const vouched = new Map<number, string>([[0, chainStart.hash]]);
  for (const checkpoint of checkpoints) {
    if ('unreadable' in checkpoint) return broken(0, checkpoint.unreadable);
    const known = vouched.get(checkpoint.sequence) ?? checkpoint.hash;
    if (known !== checkpoint.hash)
      return broken(checkpoint.sequence, 'two checkpoints contradict each other');
    vouched.set(checkpoint.sequence, checkpoint.hash);
  }
  let tail = chainStart;
  for (;;) {
    const rows = rowsAfter.all(tail.sequence, rowsPerTurn).map(toAuditRow);
    for (const row of rows) {
      for (const line of linesOf(row, tail.hash)) {
        const problem = problemOf(line, tail, vouched);
        if (problem !== undefined) return broken(tail.sequence + 1, problem);
        tail = line;
      }
    }
    if (rows.length < rowsPerTurn) break;
    await nextTurn();
  }
  const newest = Math.max(...vouched.keys());
  if (newest > tail.sequence) {
    return broken(tail.sequence + 1, `the events up to ${newest} were vouched for and are missing`);
  }
  return { outcome: 'intact', events: tail.sequence, lastHash: tail.hash };
}

function problemOf(row: ChainedLine, tail: ChainTail, vouched: Map<number, string>): string | undefined {
  const sequence = tail.sequence + 1;
  if (row.sequence !== sequence) return 'the event is missing';
  if (chainHash(tail.hash, row.line) !== row.hash) return 'the event was changed';
  if (sequenceIn(row.line) !== sequence) return 'the event was moved';
  if ((vouched.get(sequence) ?? row.hash) !== row.hash) return 'a signed checkpoint says otherwise';
  return undefined;
}

function sequenceIn(line: string): unknown {
  try {
    return JSON.parse(line)?.sequence;
  } catch {
    return undefined;
  }
}

function broken(atSequence: number, reason: string): AuditVerdict {
  return { outcome: 'broken', atSequence, reason };
}
