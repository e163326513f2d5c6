import { describe, expect, it } from 'vitest';
import { parseIssuerKeyId } from '../../../idp/domain/certificate-id.ts';
import {
  type DailyTime,
  nextRun,
  plannedBefore,
  spreadOffsetSeconds,
} from '../../../idp/domain/crl-schedule.ts';
import type { AppliedList, CrlRun, CrlRunList } from '../../../idp/domain/revocation.ts';

const japan = (time: string) => Date.parse(`2026-11-${time}+09:00`);
/** 05:30 and this installation's ten minutes. */
const daily: DailyTime = { minutes: 5 * 60 + 30, offsetSeconds: 600 };
const himeji = 'CN=Himeji-shi CRLDP';
const kobe = 'CN=Kobe-shi CRLDP';
const days = 24 * 3_600_000;

type Told = { readonly [distributionPoint: string]: CrlRunList['outcome'] };

function run(at: string, told: Told, trigger: CrlRun['trigger'] = 'schedule'): CrlRun {
  const lists = Object.entries(told).map(([distributionPoint, outcome]) => ({
    distributionPoint,
    outcome,
    seconds: 1,
  }));
  const startedAt = japan(at);
  return { runId: at, trigger, startedAt, endedAt: startedAt + 1_000, lists };
}

function list(distributionPoint: string, nextUpdate: number): AppliedList {
  const issuerKeyId = parseIssuerKeyId('ab'.repeat(20));
  const thisUpdate = nextUpdate - days;
  return {
    ...{ issuerKeyId, distributionPoint, crlNumber: '1', sha256: '', thisUpdate, nextUpdate },
    ...{ entryCount: 0, appliedAt: thisUpdate },
  };
}

/** What is next at a moment, in words. */
function next(
  at: string,
  runs: readonly CrlRun[],
  wanted: readonly string[] = [himeji, kobe],
  lists: readonly AppliedList[] = [],
): string {
  const now = japan(at);
  const found = nextRun(daily, wanted, { runs, lists }, now);
  if (found === undefined) return 'nothing';
  const names = found.distributionPoints.map((point) => point.slice(3, 7)).join(' ');
  return `${found.at <= now ? 'now' : time(found.at)}: ${names}`;
}

const time = (at: number) => new Date(at + 9 * 3_600_000).toISOString().slice(8, 16).replace('T', ' ');
const bothApplied: Told = { [himeji]: 'applied', [kobe]: 'unchanged' };
const kobeFailed: Told = { [himeji]: 'applied', [kobe]: 'unavailable' };

describe('the daily run', () => {
  it.each([
    ['is at its time in Japan, whatever the clock of the machine is set to', '22T12:00', '22 05:40'],
    ['was yesterday, as long as today’s time has not come', '22T05:39:59', '21 05:40'],
    ['is from its very second on', '22T05:40', '22 05:40'],
  ])('%s', (_name, now, planned) => {
    expect(time(plannedBefore(daily, japan(now)))).toBe(planned);
  });

  it('may be spread over midnight', () => {
    const late: DailyTime = { minutes: 23 * 60 + 50, offsetSeconds: 1_800 };
    expect(time(plannedBefore(late, japan('22T00:10')))).toBe('21 00:20');
    expect(time(plannedBefore(late, japan('22T00:30')))).toBe('22 00:20');
  });

  it('is not planned where no card names a list', () => {
    expect(next('22T12:00', [], [])).toBe('nothing');
  });

  it('is tomorrow, once every list came', () => {
    expect(next('22T12:00', [run('22T05:40', bothApplied)])).toBe('23 05:40: Hime Kobe');
  });

  it('is not put off by runs of a clock that was ahead', () => {
    expect(next('22T12:00', [run('29T05:40', kobeFailed), run('28T05:40', bothApplied)])).toBe(
      'now: Hime Kobe',
    );
    expect(next('22T12:00', [run('29T05:40', kobeFailed), run('22T05:40', bothApplied)])).toBe(
      '23 05:40: Hime Kobe',
    );
  });

  it('is not replaced by the import of a file that held nothing new', () => {
    const bothUnchanged: Told = { [himeji]: 'unchanged', [kobe]: 'unchanged' };
    const runs = [run('22T11:00', bothUnchanged, 'import'), run('22T05:40', kobeFailed)];
    expect(next('22T12:00', runs)).toBe('now: Kobe');
    expect(next('22T12:00', [run('22T11:00', bothApplied, 'import')])).toBe('now: Kobe');
  });

  it('is due from its time on, for every list', () => {
    expect(next('23T05:41', [run('22T05:40', bothApplied)])).toBe('now: Hime Kobe');
  });

  it('is made up when the machine was off at its time, and when there was none yet', () => {
    expect(next('24T13:00', [run('22T05:40', bothApplied)])).toBe('now: Hime Kobe');
    expect(next('24T13:00', [])).toBe('now: Hime Kobe');
  });

  it('is not repeated for what an operator fetched or imported since', () => {
    const byHand = [
      run('22T09:00', { [himeji]: 'applied' }, 'import'),
      run('22T08:00', { [kobe]: 'applied' }, 'operator'),
    ];
    expect(next('22T12:00', byHand)).toBe('23 05:40: Hime Kobe');
    expect(next('22T12:00', byHand.slice(0, 1))).toBe('now: Kobe');
  });

  it('does not let the first card of a municipality wait for the next day', () => {
    expect(next('22T12:00', [run('22T05:40', { [himeji]: 'applied' })])).toBe('now: Kobe');
  });
});

describe('a list that did not come', () => {
  const at = ['22T05:40', '22T05:45', '22T06:00', '22T06:45', '22T07:45'];
  const failures = at.map((moment) => run(moment, { [kobe]: 'unavailable' }));
  const [first = run('22T05:40', {}), ...later] = failures;
  const runs = (count: number) => [
    ...later.slice(0, count - 1).reverse(),
    { ...first, lists: run('x', kobeFailed).lists },
  ];

  it.each([
    [1, '22 05:45'],
    [2, '22 06:00'],
    [3, '22 06:45'],
    [4, '22 07:45'],
    [5, '22 08:45'],
  ])('for the %i. time is asked for again at %s, alone', (count, expected) => {
    expect(next(at[count - 1] ?? '', runs(count))).toBe(`${expected}: Kobe`);
  });

  it('is asked for with the others when the next day comes', () => {
    expect(next('23T05:50', runs(5))).toBe('now: Hime Kobe');
  });

  it('counts as come only when every generation’s list of that distribution point came', () => {
    const half = run('22T05:40', bothApplied);
    const refused = { distributionPoint: kobe, outcome: 'refused' as const, reason: 'expired', seconds: 1 };
    expect(next('22T05:41', [{ ...half, lists: [...half.lists, refused] }])).toBe('22 05:45: Kobe');
  });

  it('begins its back-off anew after it came once', () => {
    const came = run('22T06:00', { [kobe]: 'applied' });
    const failedAgain = run('22T09:00', { [kobe]: 'refused' });
    expect(next('22T09:01', [failedAgain, came, ...runs(2)])).toBe('22 09:05: Kobe');
  });
});

describe('a list that ends before the next day’s run', () => {
  const lists = [list(himeji, japan('22T06:00')), list(kobe, japan('24T00:00'))];

  it('is asked for hourly, because the next one is published after our time of day', () => {
    const asked = run('22T05:40', { [himeji]: 'unchanged', [kobe]: 'applied' });
    expect(next('22T05:41', [asked], [himeji, kobe], lists)).toBe('22 06:40: Hime');
  });

  it('is left alone until its end is near', () => {
    const asked = run('22T05:40', bothApplied);
    const ends = [list(himeji, japan('23T05:00')), list(kobe, japan('24T00:00'))];
    expect(next('22T05:41', [asked], [himeji, kobe], ends)).toBe('23 02:00: Hime');
  });
});

describe('the spread', () => {
  it('keeps its place, is within its minutes, and is none where there is none', () => {
    const digests = ['00000000ff', '7fffffff00', 'ffffffff00'];
    expect(digests.map((digest) => spreadOffsetSeconds(digest, 60))).toEqual([0, 1_799, 3_599]);
    expect(digests.map((digest) => spreadOffsetSeconds(digest, 0))).toEqual([0, 0, 0]);
  });
});
