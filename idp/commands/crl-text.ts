import type { CrlRun, CrlRunList } from '../domain/revocation.ts';
import type { CrlProgress } from '../ports/crl-worker.ts';
import { crlRefusalText } from './crl-refusal-text.ts';
import { counted, timeInJapan } from './table.ts';

/** Whether a list of a run came: it was applied, or is the very one that was; it may be in doubt. */
export function isFine({ outcome }: CrlRunList): boolean {
  return outcome === 'applied' || outcome === 'unchanged';
}

/** Whether a list of a run came and counts: of one in doubt somebody has to hear. */
export function isFineAndCounts(list: CrlRunList): boolean {
  return isFine(list) && list.reason === undefined;
}

/** A run with times for machines. */
export interface ShownRun extends Omit<CrlRun, 'startedAt' | 'endedAt'> {
  readonly startedAt: string;
  readonly endedAt: string;
}

export function shownRun({ startedAt, endedAt, ...run }: CrlRun): ShownRun {
  // To the millisecond: most runs take no second.
  const [from, to] = [startedAt, endedAt].map((at) => new Date(at).toISOString());
  return { ...run, startedAt: from ?? '', endedAt: to ?? '' };
}

/** Whether a file has its name from that distribution point, for one generation or for all: percent-encoded, no dot of its own. */
export function isFileOf(file: string, distributionPoint: string): boolean {
  const [, stem] = /^([^.]+)(?:\.[0-9a-f]+)?\.crl$/.exec(file) ?? [];
  try {
    return stem !== undefined && decodeURIComponent(stem) === distributionPoint;
  } catch {
    return false;
  }
}

/** A line for each list of a run. */
export function runText({ lists }: Pick<CrlRun, 'lists'>): string {
  return lists.map(listText).join('\n');
}

/** One line for the whole of a run. */
export function runSummary({ startedAt, endedAt, lists, trigger }: ShownRun): string {
  const when = `${timeInJapan(startedAt)}, ${trigger}`;
  if (lists.length === 0) return `${when}: there was nothing to do`;
  const seconds = ((Date.parse(endedAt) - Date.parse(startedAt)) / 1_000).toFixed(1);
  const failed = lists.filter((list) => !isFine(list)).length;
  const revoked = lists.reduce((sum, list) => sum + (list.revoked ?? 0), 0);
  const how = failed === 0 ? 'all came' : `${failed} did not come`;
  return `${when}: ${counted(lists.length, 'list')} in ${seconds} s, ${how}, ${counted(revoked, 'card')} newly revoked`;
}

export function progressText({ distributionPoint, stage, share }: CrlProgress): string {
  const percent = share === undefined ? '' : ` ${Math.floor(share * 100)} %`;
  return `${distributionPoint === '' ? 'list' : distributionPoint}: ${stage}${percent}`;
}

function listText({ distributionPoint, outcome, from = '', reason = '', ...list }: CrlRunList): string {
  const doubt = reason === '' ? '' : `. IN DOUBT (${reason}): ${doubtText(reason)}`;
  const what: { readonly [outcome in CrlRunList['outcome']]: string } = {
    applied: `list ${list.crlNumber} applied: ${list.entryCount} entries, ${list.revoked} of ours newly revoked${doubt}`,
    unchanged: `list ${list.crlNumber} was applied before${doubt}`,
    refused: `refused, nothing changed: ${crlRefusalText(reason)}`,
    unavailable: `not fetched: ${reason}`,
  };
  // A carried file is called as its distribution point, which is long enough once.
  const names = isFileOf(from, distributionPoint) ? [from] : [from, distributionPoint];
  return `${names.filter((text) => text !== '').join(': ')}: ${what[outcome]}`;
}

function doubtText(reason: string): string {
  return reason === 'distribution-point-missing'
    ? `no card counts as fresh by it; ${speaksForAll}`
    : 'kazasu crl status says what to do';
}

/** What to do about a list that names no distribution point. */
export const speaksForAll =
  'set KAZASU_CRL_WITHOUT_DISTRIBUTION_POINT=true if the issuer says that it speaks for every one';
