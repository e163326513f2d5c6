import { inJapan } from '../domain/crl-alarm.ts';
import type { CrlRunList } from '../domain/revocation.ts';
import { type CrlStatus, exceptConfirmed, type ListStatus } from './crl-status.ts';
import { isFine } from './crl-text.ts';

/** What the doctor says of lists. */
export interface ListFinding {
  readonly what: string;
  readonly state: 'ok' | 'note' | 'problem';
  readonly found: string;
  readonly next?: string;
}

/** What is looked at beside the status. */
export interface ListSurroundings {
  readonly sources: number;
  /** Key ids of the CA certificates that are trusted. */
  readonly issuerKeyIds: readonly string[];
}

/** How the lists stand, and what to do where one does not; `undefined`: there is no record yet. */
export function findingOnLists(status: CrlStatus | undefined, around: ListSurroundings): ListFinding {
  const what = 'revocation lists';
  if (status === undefined) return { what, ...withoutRecord(around) };
  const { lists } = status;
  const bad = lists.filter(({ state }) => state !== 'fresh');
  if (lists.length === 0) return { what, state: 'ok', found: 'no card in use names one' };
  const [first] = bad;
  if (first === undefined) {
    const due = lists.map(({ nextUpdate = '' }) => nextUpdate).sort()[0] ?? '';
    return {
      what,
      state: 'ok',
      found: `${lists.length} fresh, a newer one is due by ${inJapan(Date.parse(due))}`,
    };
  }
  const refusing = status.clients
    .filter(({ pinless }) => pinless === 'refused')
    .map((client) => `${client.name} (${exceptConfirmed(client)})`);
  const effect = refusing.length === 0 ? '' : `; refused without PIN at: ${refusing.join(', ')}`;
  return {
    what,
    state: bad.every(({ state }) => state === 'expires soon') ? 'note' : 'problem',
    found: `${bad.length} of ${lists.length} not fresh, ${first.distributionPoint}: ${first.state}${effect}`,
    next: remedyFor(first, status, around),
  };
}

/** Whether lists come by themselves, and whether the last time went well; `undefined`: no server runs. */
export function findingOnSchedule(status: CrlStatus | undefined, around: ListSurroundings): ListFinding {
  const what = 'list schedule';
  if (status === undefined) {
    return {
      what,
      state: 'note',
      found: 'lists are fetched only while the server runs',
      next: 'kazasu start',
    };
  }
  const failed = status.lastRun?.lists.find((list) => !isFine(list));
  if (failed !== undefined) {
    const found = `the last run: ${failed.distributionPoint || failed.from}: ${failed.outcome}, ${failed.reason ?? ''}`;
    return { what, state: 'problem', found, next: remedyForRun(failed) };
  }
  if (!status.scheduled) {
    const found = around.sources === 0 ? 'nothing to fetch from' : 'KAZASU_CRL_DAILY_AT is off';
    const next = 'Bring lists in daily: `kazasu crl import DIR`, from cron. Or set KAZASU_CRL_SOURCES.';
    return { what, state: 'note', found: `${found}: lists come by hand`, next };
  }
  const { nextRun } = status;
  const found =
    nextRun === undefined ? 'waits for the first card' : `next ${inJapan(Date.parse(nextRun.at))}`;
  return { what, state: 'ok', found };
}

function withoutRecord({ sources }: ListSurroundings): Omit<ListFinding, 'what'> {
  if (sources > 0) return { state: 'note', found: 'no record yet, and no card that names one' };
  return {
    state: 'note',
    found: 'no source',
    next: 'Set KAZASU_CRL_SOURCES, or bring lists with `kazasu crl import`; a tap without PIN needs a list or OCSP answer of the last 48 hours.',
  };
}

function remedyFor(list: ListStatus, { scheduled }: CrlStatus, { issuerKeyIds }: ListSurroundings): string {
  if (!issuerKeyIds.includes(list.issuerKeyId)) {
    return `Its CA certificate (key id ${list.issuerKeyId}) is not trusted here: kazasu anchors add FILE`;
  }
  if (list.state === 'in doubt: shrunk') {
    return `Ask the issuer whether it is right, then: kazasu crl accept "${list.distributionPoint}" --number ${list.crlNumber}`;
  }
  if (list.state.startsWith('in doubt')) {
    return 'It names no distribution point: KAZASU_CRL_WITHOUT_DISTRIBUTION_POINT=true if the issuer says that it speaks for all.';
  }
  return scheduled
    ? 'kazasu crl fetch; `kazasu crl runs` says why it did not come by itself.'
    : 'kazasu crl import DIR, with lists from the side that reaches the directory.';
}

function remedyForRun({ outcome, reason }: CrlRunList): string {
  if (outcome === 'unavailable') {
    return 'Does this machine reach the source? Look at KAZASU_CRL_SOURCES, KAZASU_HTTP_PROXY and the firewall; then: kazasu crl fetch';
  }
  if (reason === 'issuer-unknown') return 'A new CA generation? Compare and add it: kazasu anchors add FILE';
  if (reason === 'not-yet-valid' || reason === 'expired') {
    return 'Is the clock of this machine right? If so, the source gives an old list: tell whoever runs it.';
  }
  return 'The source gave something that is not right: `kazasu crl runs` names it. Tell whoever runs the source.';
}
