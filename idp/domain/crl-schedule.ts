import type { Instant } from './instant.ts';
import type { AppliedList, CrlRun } from './revocation.ts';

/** When lists are fetched, and how long before one stops counting somebody is told. */
export interface CrlPlan {
  /** Absent: nothing is fetched by itself; lists come by hand. */
  readonly daily?: DailyTime;
  readonly alarmSeconds: number;
}

export interface DailyTime {
  /** After midnight in Japan: the issuer's clock, whatever the machine's is set to. Japan has no summer time. */
  readonly minutes: number;
  /** This installation's own place behind that minute: a nation of installations must not ask at once. */
  readonly offsetSeconds: number;
}

/** The next time that lists are asked for, and which; `at` in the past: now. */
export interface NextRun {
  readonly at: Instant;
  readonly distributionPoints: readonly string[];
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const japanAheadMs = 9 * hourMs;
/** A list is asked for hourly when it is so near its end that the next day's run would come too late. */
const nearItsEndMs = 3 * hourMs;
/** Behind the first, second and third failure in a row; hourly from then on. */
const backOffMinutes: readonly number[] = [5, 15, 45];

/**
 * A place in the spread that stays the same for one installation.
 * @param digest of the issuer URL, in hex: any two installations are apart, one keeps its place across restarts.
 */
export function spreadOffsetSeconds(digest: string, spreadMinutes: number): number {
  const share = Number.parseInt(digest.slice(0, 8), 16) / 0x1_0000_0000;
  return Math.floor(share * spreadMinutes * 60);
}

/** The newest planned moment that is not after `now`. */
export function plannedBefore({ minutes, offsetSeconds }: DailyTime, now: Instant): Instant {
  const midnight = Math.floor((now + japanAheadMs) / dayMs) * dayMs - japanAheadMs;
  let planned = midnight + minutes * minuteMs + offsetSeconds * 1_000;
  while (planned > now) planned -= dayMs;
  return planned;
}

/**
 * The next run: daily for every distribution point; sooner for those that nobody asked for since the last planned moment
 * (the machine was off, or their first card is new), that failed, or whose list ends before the next day's run.
 * @param wanted the distribution points that cards name; none: there is nothing to ask for.
 * @param facts.lists the newest applied list of each scope.
 * @param facts.runs whoever began them, the newest first; those since the last planned moment matter.
 */
export function nextRun(
  daily: DailyTime,
  wanted: readonly string[],
  facts: { readonly runs: readonly CrlRun[]; readonly lists: readonly AppliedList[] },
  now: Instant,
): NextRun | undefined {
  const planned = plannedBefore(daily, now);
  // A clock that was ahead for a while left runs that have not been yet: taken for today's, they would keep every other back.
  const known = { lists: facts.lists, runs: facts.runs.filter(({ startedAt }) => startedAt <= now) };
  const due = [...new Set(wanted)].map((distributionPoint) => ({
    distributionPoint,
    at: Math.min(dueAt(distributionPoint, known, planned), planned + dayMs),
  }));
  if (due.length === 0) return undefined;
  const at = Math.min(...due.map((one) => one.at));
  const together = due.filter((one) => one.at <= Math.max(at, now));
  return { at, distributionPoints: together.map(({ distributionPoint }) => distributionPoint) };
}

function dueAt(
  distributionPoint: string,
  { runs, lists }: { readonly runs: readonly CrlRun[]; readonly lists: readonly AppliedList[] },
  planned: Instant,
): Instant {
  const attempts = runs.filter((run) => run.startedAt >= planned && asked(run, distributionPoint));
  const [last] = attempts;
  if (last === undefined) return planned;
  const succeededAt = attempts.findIndex((run) => succeeded(run, distributionPoint));
  const failures = succeededAt < 0 ? attempts.length : succeededAt;
  if (failures > 0) return last.endedAt + (backOffMinutes[failures - 1] ?? 60) * minuteMs;
  // The next one may be published after our time of day: without asking again this one would end first.
  const ends = lists.filter((list) => list.distributionPoint === distributionPoint);
  const askAgainAt = Math.min(...ends.map(({ nextUpdate }) => nextUpdate)) - nearItsEndMs;
  return Math.max(last.endedAt + hourMs, askAgainAt);
}

/** A file that held what was applied before says nothing of what there is today. */
function asked({ lists, trigger }: CrlRun, distributionPoint: string): boolean {
  return lists.some(
    (list) =>
      list.distributionPoint === distributionPoint && (trigger !== 'import' || list.outcome === 'applied'),
  );
}

function succeeded({ lists }: CrlRun, distributionPoint: string): boolean {
  return lists
    .filter((list) => list.distributionPoint === distributionPoint)
    .every(({ outcome }) => outcome === 'applied' || outcome === 'unchanged');
}
