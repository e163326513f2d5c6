import { hash } from 'node:crypto';
import type { AuditEvent, ChainedAuditEvent } from '../../domain/audit-event.ts';
import { StoredFields } from '../stored-fields.ts';
import type { AuditEventRow } from './schema.ts';

/** Where the chain stands: the newest event's number, and the hash of the row that it is in. */
export interface ChainTail {
  readonly sequence: number;
  readonly hash: string;
}

/** One event of the chain, with the hashes of its row and of the row before. */
export interface ChainedLine extends ChainTail {
  readonly line: string;
  readonly previousHash: string;
}

/** Before the first event. */
export const chainStart: ChainTail = { sequence: 0, hash: '0'.repeat(64) };

const lineFeed = '\n';

/** The next row of the chain: one event, or several that were written together. */
export function chain(tail: ChainTail, events: readonly string[]): AuditEventRow {
  const sequence = tail.sequence + events.length;
  const line = events.join(lineFeed);
  return { sequence, line, hash: hashOf(tail.hash, { sequence, line }) };
}

/**
 * What the hash of a row must be: SHA-256 in hex over the hash before, the number of its last event, and its events, each on
 * a line of its own. One for all of them: every sign-in pays for it.
 */
export function hashOf(previousHash: string, row: Pick<AuditEventRow, 'sequence' | 'line'>): string {
  if (hasNumberedLines(row)) return hashOverLines(previousHash, row.line);
  return hash('sha256', `${previousHash}\n${row.sequence}\n${row.line}`, 'hex');
}

/** So earlier versions wrote them: with its number in each line, and a hash for each. */
function hasNumberedLines({ line }: Pick<AuditEventRow, 'line'>): boolean {
  return line.startsWith('{"sequence":');
}

function hashOverLines(previousHash: string, lines: string): string {
  return lines
    .split(lineFeed)
    .reduce((before, line) => hash('sha256', `${before}\n${line}`, 'hex'), previousHash);
}

/**
 * An event before it has its number: fixed order of names, details sorted, so that the same event is always the same text.
 * It is what `JSON.stringify` makes of it, in a third of the time: every sign-in waits for it.
 */
export function eventText({ at, type, actor, subject, reason, details }: AuditEvent): string {
  const after = `${textField('subject', subject)}${textField('reason', reason)}${detailsField(sorted(details))}`;
  return `{"at":${numberText(at)},"type":${quoted(type)},"actor":${quoted(actor)}${after}}`;
}

function textField(name: string, value: string | undefined): string {
  return value === undefined ? '' : `,"${name}":${quoted(value)}`;
}

function detailsField(details: AuditEvent['details']): string {
  if (details === undefined) return '';
  let text = '';
  for (const name in details) {
    const value = details[name];
    if (value === undefined) continue;
    const written =
      typeof value === 'string' ? quoted(value) : typeof value === 'number' ? numberText(value) : value;
    text += `${text === '' ? '' : ','}${quoted(name)}:${written}`;
  }
  return `,"details":{${text}}`;
}

/** Nearly all of them are ids and words. */
const needsNoEscape = /^[\w .,:@/+()-]*$/;

function quoted(text: string): string {
  return needsNoEscape.test(text) ? `"${text}"` : JSON.stringify(text);
}

function numberText(value: number): string {
  return Number.isFinite(value) ? String(value) : 'null';
}

function sorted(details: AuditEvent['details']): AuditEvent['details'] {
  if (details === undefined || isInOrder(details)) return details;
  const inOrder: { [name: string]: string | number | boolean } = {};
  for (const name of Object.keys(details).sort()) {
    const value = details[name];
    if (value !== undefined) inOrder[name] = value;
  }
  return inOrder;
}

/** As the details of sign-ins are written down: nothing need be made anew for them. */
function isInOrder(details: object): boolean {
  let previous = '';
  for (const name in details) {
    if (name < previous) return false;
    previous = name;
  }
  return true;
}

/** A row as it stands, whatever its line holds. */
export function toAuditRow(row: object): AuditEventRow {
  const fields = new StoredFields(row, 'audit_events', 'ERR_AUDIT_UNAVAILABLE');
  return { sequence: fields.integer('sequence'), line: fields.text('line'), hash: fields.text('hash') };
}

/** How many events a row holds. */
export function eventCount({ line }: Pick<AuditEventRow, 'line'>): number {
  return line.split(lineFeed).length;
}

/** The events of a row as they stand there; whether its hash is right, `verify` says. */
export function linesOf(row: AuditEventRow, previousHash: string): readonly ChainedLine[] {
  const lines = row.line.split(lineFeed);
  const before = row.sequence - lines.length;
  return lines.map((line, index) => ({ sequence: before + index + 1, line, hash: row.hash, previousHash }));
}

/** The event of a line; the chain proves that nobody changed it, and whoever doubts that asks `verify`. */
export function toChainedEvent({ line, ...place }: ChainedLine): ChainedAuditEvent {
  const { sequence, hash: own, previousHash } = place;
  return { ...(JSON.parse(line) as AuditEvent), sequence, hash: own, previousHash };
}
