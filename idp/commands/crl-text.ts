import { inJapan } from '../domain/crl-alarm.ts';
import type { CrlRun, CrlRunList } from '../domain/revocation.ts';
import type { CrlProgress } from '../ports/crl-worker.ts';

/** Whether a list of a run is as it should be: applied, or the very one that was. */
export function isFine({ outcome }: CrlRunList): boolean {
  return outcome === 'applied' || outcome === 'unchanged';
}

/** A line for each list of a run. */
export function runText({ lists }: Pick<CrlRun, 'lists'>): string {
  return lists.map(listText).join('\n');
}

/** One line for the whole of a run. */
export function runSummary({ startedAt, endedAt, lists, trigger }: CrlRun): string {
  const seconds = ((endedAt - startedAt) / 1_000).toFixed(1);
  const failed = lists.filter((list) => !isFine(list)).length;
  const revoked = lists.reduce((sum, list) => sum + (list.revoked ?? 0), 0);
  const how = failed === 0 ? 'all came' : `${failed} did not come`;
  return `${inJapan(startedAt)}, ${trigger}: ${lists.length} lists in ${seconds} s, ${how}, ${revoked} cards newly revoked`;
}

export function progressText({ distributionPoint, stage, share }: CrlProgress): string {
  const percent = share === undefined ? '' : ` ${Math.floor(share * 100)} %`;
  return `${distributionPoint === '' ? 'list' : distributionPoint}: ${stage}${percent}`;
}

function listText({ distributionPoint, outcome, from = '', reason = '', ...list }: CrlRunList): string {
  const doubt = reason === '' ? '' : `. IN DOUBT (${reason}): kazasu crl status says what to do`;
  const what: { readonly [outcome in CrlRunList['outcome']]: string } = {
    applied: `list ${list.crlNumber} applied: ${list.entryCount} entries, ${list.revoked} of ours newly revoked${doubt}`,
    unchanged: `list ${list.crlNumber} was applied before${doubt}`,
    refused: `refused, nothing changed: ${refusalText(reason)}`,
    unavailable: `not fetched: ${reason}`,
  };
  return `${[from, distributionPoint].filter((text) => text !== '').join(': ')}: ${what[outcome]}`;
}

/** The reasons that somebody who carries files meets, in words; the others speak for themselves. */
function refusalText(reason: string): string {
  const words: { readonly [reason: string]: string } = {
    'crl-number-went-back': 'it is older than the list that was applied last (crl-number-went-back)',
    'crl-number-reused': 'another list had that number already (crl-number-reused)',
    'signature-invalid': 'its signature does not hold, it was changed or is damaged (signature-invalid)',
    'issuer-unknown':
      'its issuer is not among the trusted CA certificates, see `kazasu anchors list` (issuer-unknown)',
    expired: 'its next update is past, fetch it again (expired)',
    malformed: 'it is no list, or damaged (malformed)',
  };
  return words[reason] ?? reason;
}
