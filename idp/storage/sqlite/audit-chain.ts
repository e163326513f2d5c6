import { hash } from 'node:crypto';
import type { AuditEvent, ChainedAuditEvent } from '../../domain/audit-event.ts';
import { StoredFields } from '../stored-fields.ts';
import type { AuditEventRow } from './schema.ts';

/** Where the chain stands: the newest event's number and hash. */
export interface ChainTail {
  readonly sequence: number;
  readonly hash: string;
}

/** Before the first event. */
export const chainStart: ChainTail = { sequence: 0, hash: '0'.repeat(64) };

/** The next line of the chain. */
export function chain(tail: ChainTail, event: AuditEvent): AuditEventRow {
  const sequence = tail.sequence + 1;
  const line = canonicalLine(sequence, event);
  return { sequence, line, hash: chainHash(tail.hash, line) };
}

/** SHA-256 in hex over the hash before, a line feed and the line. */
export function chainHash(previousHash: string, line: string): string {
  return hash('sha256', `${previousHash}\n${line}`, 'hex');
}

/** Fixed order of names, details sorted: the same event is always the same line. */
function canonicalLine(sequence: number, event: AuditEvent): string {
  const { at, type, actor, subject, reason, details } = event;
  return JSON.stringify({ sequence, at, type, actor, subject, reason, details: sorted(details) });
}

function sorted(details: AuditEvent['details']): AuditEvent['details'] {
  if (details === undefined) return undefined;
  const inOrder: { [name: string]: string | number | boolean } = {};
  for (const name of Object.keys(details).sort()) {
    const value = details[name];
    if (value !== undefined) inOrder[name] = value;
  }
  return inOrder;
}

/** A row as it stands, whatever its line holds. */
export function toAuditRow(row: object): AuditEventRow {
  const fields = new StoredFields(row, 'audit_events', 'ERR_AUDIT_UNAVAILABLE');
  return { sequence: fields.integer('sequence'), line: fields.text('line'), hash: fields.text('hash') };
}

/** The event of a row; the chain proves that nobody changed it, and whoever doubts that asks `verify`. */
export function toChainedEvent({ line, hash }: AuditEventRow, previousHash: string): ChainedAuditEvent {
  const event = JSON.parse(line) as AuditEvent & { readonly sequence: number };
  return { ...event, hash, previousHash };
}
