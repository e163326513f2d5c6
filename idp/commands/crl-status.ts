import { inJapan } from '../domain/crl-alarm.ts';
import { nextRun } from '../domain/crl-schedule.ts';
import type { Instant } from '../domain/instant.ts';
import { type ListStanding, type PinlessUse, pinlessUse } from '../domain/list-freshness.ts';
import type { CrlRun } from '../domain/revocation.ts';
import type { FlowContext } from '../flows/context.ts';
import { listStandings } from '../flows/watch-freshness.ts';
import { recordCommand } from './command.ts';
import { pointsOf } from './crl-carry.ts';
import { isFine, runSummary, type ShownRun, shownRun, speaksForAll } from './crl-text.ts';
import { isoTime, table } from './table.ts';

/** How one list stands, with times for machines. */
export interface ListStatus {
  readonly issuerKeyId: string;
  readonly distributionPoint: string;
  readonly state: ListStanding['state'];
  readonly crlNumber?: string;
  readonly entryCount?: number;
  readonly thisUpdate?: string;
  /** A newer one is due by then. */
  readonly nextUpdate?: string;
  /** The strictest client takes it until then; absent of one in doubt. */
  readonly countsUntil?: string;
}

/** What a client does now with a tap without PIN, by the list that is worst for it; what OCSP said of a card counts too. */
export interface ClientStatus {
  readonly id: string;
  readonly name: string;
  readonly pinless: PinlessUse['use'];
  readonly until?: string;
  /** A card that OCSP confirmed within that time is let in whatever its list. */
  readonly knownWithinSeconds: number;
  readonly ocspOnEveryUse: boolean;
  /** Where the lists do not agree: how many of them are as bad. */
  readonly lists: number;
}

export interface CrlStatus {
  readonly lists: readonly ListStatus[];
  readonly clients: readonly ClientStatus[];
  readonly lastRun?: ShownRun;
  /** Absent: nothing is fetched by itself. */
  readonly nextRun?: { readonly at: string; readonly distributionPoints: readonly string[] };
  readonly scheduled: boolean;
}

/** Runs that say when the next one is due. */
const recentRuns = 64;
const worstFirst: readonly PinlessUse['use'][] = [
  ...(['refused', 'allowed by grace', 'allowed'] as const),
  ...(['as the issuer answers', 'not accepted'] as const),
];

export const crlStatus = recordCommand({
  name: 'crl status',
  summary:
    'how fresh each list is, when the next run is, and what clients do without PIN now; 0 when all is fresh',
  read: () => ({}),
  run: readCrlStatus,
  text: statusText,
  succeeded: ({ lists }) => lists.every(({ state }) => state === 'fresh'),
});

/** What of a system the status is read from. */
export type CrlStatusContext = Pick<
  FlowContext,
  'record' | 'clock' | 'crlPlan' | 'crlWithoutDistributionPointCounts'
>;

/** How every list that cards name stands, and what follows from it. */
export async function readCrlStatus(context: CrlStatusContext): Promise<CrlStatus> {
  const standings = await listStandings(context);
  const runs = await context.record.crlRuns.list(recentRuns);
  const [lastRun] = runs;
  const next = await scheduled(context, standings, runs);
  return {
    lists: standings.map(statusOf),
    clients: await clientsOf(context, standings),
    ...(lastRun === undefined ? {} : { lastRun: shownRun(lastRun) }),
    ...(next === undefined ? {} : { nextRun: next }),
    scheduled: context.crlPlan.daily !== undefined,
  };
}

async function scheduled(
  { record, crlPlan, clock }: CrlStatusContext,
  standings: readonly ListStanding[],
  runs: readonly CrlRun[],
): Promise<CrlStatus['nextRun']> {
  if (crlPlan.daily === undefined) return undefined;
  const now = clock.now();
  const facts = { runs, lists: await record.appliedLists.list() };
  const next = nextRun(crlPlan.daily, [...pointsOf(standings)], facts, now);
  return next && { at: isoTime(Math.max(next.at, now)), distributionPoints: next.distributionPoints };
}

async function clientsOf(
  { record, clock }: CrlStatusContext,
  standings: readonly ListStanding[],
): Promise<readonly ClientStatus[]> {
  const now = clock.now();
  const clients = await record.clients.list();
  return clients.map(({ name, policy }) => {
    const uses = standings.map(({ trusted }) => pinlessUse(policy, trusted?.thisUpdate, now)).sort(byBadness);
    // Cards without a list are known by OCSP alone.
    const worst = uses[0] ?? pinlessUse(policy, undefined, now);
    const { clientId: id, ocspOnEveryUse, maxRevocationAgeSeconds, staleGraceSeconds } = policy;
    return {
      ...{ id, name, pinless: worst.use, ocspOnEveryUse },
      knownWithinSeconds: maxRevocationAgeSeconds + staleGraceSeconds,
      lists: uses.filter(({ use }) => use === worst.use).length,
      ...('until' in worst ? { until: isoTime(worst.until) } : {}),
    };
  });
}

function byBadness(one: PinlessUse, other: PinlessUse): number {
  const rank = worstFirst.indexOf(one.use) - worstFirst.indexOf(other.use);
  return rank === 0 && 'until' in one && 'until' in other ? one.until - other.until : rank;
}

function statusOf(standing: ListStanding): ListStatus {
  const { issuerKeyId, distributionPoint, state, list, countsUntil } = standing;
  return {
    ...{ issuerKeyId, distributionPoint, state },
    ...(list === undefined
      ? {}
      : {
          crlNumber: list.crlNumber,
          entryCount: list.entryCount,
          thisUpdate: isoTime(list.thisUpdate),
          nextUpdate: isoTime(list.nextUpdate),
        }),
    // An older list may count on behind one in doubt; this line is about the one in doubt.
    ...(countsUntil === undefined || list?.doubt !== undefined ? {} : { countsUntil: isoTime(countsUntil) }),
  };
}

function statusText(status: CrlStatus): string {
  const { lists, clients, lastRun } = status;
  const listTable = table(
    ['STATE', 'NUMBER', 'ENTRIES', 'THIS UPDATE', 'DUE BY', 'COUNTS UNTIL'],
    lists.map((one) => [
      one.state,
      one.crlNumber ?? '',
      String(one.entryCount ?? ''),
      ...[one.thisUpdate, one.nextUpdate, one.countsUntil].map(shown),
    ]),
    'No card in use names a distribution point.',
  );
  // A DN is as wide as a terminal: it has a line of its own below its list.
  const withNames = listTable
    .split('\n')
    .flatMap((line, n) => [line, ...(n === 0 ? [] : [`  ${lists[n - 1]?.distributionPoint ?? ''}`])])
    .join('\n');
  const clientTable = table(
    ['CLIENT', 'WITHOUT PIN NOW', 'OCSP ON USE'],
    clients.map((one) => [one.name, useText(one, lists.length), one.ocspOnEveryUse ? 'on' : 'off']),
    '',
  );
  return [
    lists.length === 0 ? listTable : withNames,
    ...(clientTable === '' ? [] : ['', clientTable]),
    '',
    `last run  ${lastRun === undefined ? 'none yet' : runSummary(lastRun)}`,
    `next run  ${nextText(status)}`,
    ...adviceOn(status),
  ].join('\n');
}

function useText(client: ClientStatus, all: number): string {
  const { pinless, until, lists } = client;
  const some = lists < all ? ` for cards of ${lists} of ${all} lists` : '';
  if (pinless === 'not accepted') return 'not accepted here: PIN only';
  if (pinless === 'as the issuer answers') return 'each time as the issuer answers';
  if (pinless === 'refused') return `refused${some}, ${exceptConfirmed(client)}`;
  return `${pinless}${some}${until === undefined ? '' : ` until ${shown(until)}`}`;
}

/** Lists are not all that speaks for a card: at its registration, and where a client asks, OCSP did. */
export function exceptConfirmed({ knownWithinSeconds }: Pick<ClientStatus, 'knownWithinSeconds'>): string {
  return `except cards that OCSP confirmed within the last ${knownWithinSeconds / 3_600} hours`;
}

function nextText({ nextRun: next, scheduled: isScheduled, lists }: CrlStatus): string {
  if (!isScheduled) return 'none: KAZASU_CRL_DAILY_AT is off, or KAZASU_CRL_SOURCES is empty';
  if (next === undefined) return 'when a card names a list';
  const some =
    next.distributionPoints.length < pointsOfStatus(lists)
      ? `, for ${next.distributionPoints.length} of them`
      : '';
  return `${shown(next.at)}${some} (while the server runs)`;
}

function pointsOfStatus(lists: readonly ListStatus[]): number {
  return new Set(lists.map(({ distributionPoint }) => distributionPoint)).size;
}

function adviceOn({ lists, lastRun, scheduled: isScheduled }: CrlStatus): readonly string[] {
  const shrunk = lists.find(({ state }) => state === 'in doubt: shrunk');
  const failed = lastRun?.lists.some((list) => !isFine(list)) === true;
  const unnamed = lists.some(({ state }) => state === 'in doubt: distribution-point-missing');
  const behind = lists.some(({ state }) => state !== 'fresh' && !state.startsWith('in doubt'));
  const get = isScheduled ? 'kazasu crl fetch' : 'kazasu crl fetch, or kazasu crl import DIR';
  return [
    ...(shrunk === undefined
      ? []
      : [
          `→ Ask the issuer about the list that shrank; if it is right: kazasu crl accept "${shrunk.distributionPoint}" --number ${shrunk.crlNumber}`,
        ]),
    ...(unnamed ? [`→ A list names no distribution point: ${speaksForAll}`] : []),
    ...(behind ? [`→ Get the lists that are missing or old: ${get}`] : []),
    ...(failed ? ['→ Why lists did not come: kazasu crl runs --limit 1'] : []),
  ];
}

function shown(iso: string | undefined): string {
  return iso === undefined ? '' : inJapan(Date.parse(iso) satisfies Instant);
}
