import type { StatementSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AuditVerdict } from '../../ports/audit-trail.ts';
import type { Checkpoint } from '../audit-checkpoints.ts';
import { type ChainTail, chainStart, eventCount, hashOf, toAuditRow } from './audit-chain.ts';
import type { AuditEventRow } from './schema.ts';

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
  vouched.delete(0);
  let tail = chainStart;
  for (;;) {
    const rows = rowsAfter.all(tail.sequence, rowsPerTurn).map(toAuditRow);
    for (const row of rows) {
      const problem = problemOf(row, tail, vouched);
      if (problem !== undefined) return broken(tail.sequence + 1, problem);
      vouched.delete(row.sequence);
      tail = row;
    }
    if (rows.length < rowsPerTurn) break;
    await nextTurn();
  }
  const [missing] = [...vouched.keys()].sort((one, other) => one - other);
  if (missing === undefined) return { outcome: 'intact', events: tail.sequence, lastHash: tail.hash };
  if (missing > tail.sequence) {
    const newest = Math.max(...vouched.keys());
    return broken(tail.sequence + 1, `the events up to ${newest} were vouched for and are missing`);
  }
  return broken(missing, contradicted);
}

const contradicted = 'a signed checkpoint says otherwise';

function problemOf(row: AuditEventRow, tail: ChainTail, vouched: Map<number, string>): string | undefined {
  if (row.sequence - eventCount(row) !== tail.sequence)
    return 'an event is missing, or one too many is there';
  if (hashOf(tail.hash, row) !== row.hash) return 'an event of this row was changed';
  return (vouched.get(row.sequence) ?? row.hash) === row.hash ? undefined : contradicted;
}

function broken(atSequence: number, reason: string): AuditVerdict {
  return { outcome: 'broken', atSequence, reason };
}
