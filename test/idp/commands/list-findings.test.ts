import { describe, expect, it } from 'vitest';
import type { CrlStatus, ListStatus } from '../../../idp/commands/crl-status.ts';
import { findingOnLists, findingOnSchedule } from '../../../idp/commands/list-findings.ts';
import type { CrlRunList } from '../../../idp/domain/revocation.ts';

const keyId = 'ab'.repeat(20);
const around = { sources: 1, issuerKeyIds: [keyId] };
const at = '2026-11-23T00:00:00Z';

const list = (state: ListStatus['state'], issuerKeyId = keyId): ListStatus => ({
  ...{ issuerKeyId, distributionPoint: 'CN=Himeji-shi CRLDP', state, nextUpdate: at },
});
const status = (changes: Partial<CrlStatus> = {}): CrlStatus => ({
  ...{ lists: [list('fresh')], clients: [], scheduled: true, nextRun: { at, distributionPoints: [] } },
  ...changes,
});
const lastRun = (last: Pick<CrlRunList, 'outcome' | 'reason'>): Pick<CrlStatus, 'lastRun'> => ({
  lastRun: {
    ...{
      runId: '1',
      trigger: 'schedule',
      startedAt: '2026-11-22T03:00:00Z',
      endedAt: '2026-11-22T03:00:01Z',
    },
    lists: [{ distributionPoint: 'CN=Himeji-shi CRLDP', seconds: 1, ...last }],
  },
});

describe('the doctor, of lists', () => {
  it.each([
    ['fresh', 'ok', undefined],
    ['expires soon', 'note', 'kazasu crl fetch'],
    ['out of date', 'problem', 'kazasu crl fetch'],
    ['too old', 'problem', 'kazasu crl fetch'],
    ['never applied', 'problem', 'kazasu crl fetch'],
    ['in doubt: shrunk', 'problem', 'kazasu crl accept "CN=Himeji-shi CRLDP"'],
    ['in doubt: distribution-point-missing', 'problem', 'KAZASU_CRL_WITHOUT_DISTRIBUTION_POINT'],
  ] as const)('that are “%s”: %s', (state, expected, next) => {
    const finding = findingOnLists(status({ lists: [list('fresh'), list(state)] }), around);
    expect(finding.state).toBe(expected);
    expect(finding.next ?? '').toContain(next ?? '');
  });

  it('says who is refused for it', () => {
    const client = {
      id: '1',
      name: 'front door',
      ocspOnEveryUse: false,
      lists: 1,
      knownWithinSeconds: 172_800,
    };
    const clients = [{ ...client, pinless: 'refused' as const }];
    expect(findingOnLists(status({ lists: [list('out of date')], clients }), around).found).toContain(
      'front door (except cards that OCSP confirmed within the last 48 hours)',
    );
  });

  it('sees that a CA certificate is missing before it sends anybody to fetch', () => {
    const unknown = status({ lists: [list('never applied', 'cd'.repeat(20))] });
    expect(findingOnLists(unknown, around).next).toContain('kazasu anchors add');
  });

  it('sends to the other network side where nothing is fetched', () => {
    const byHand = status({ lists: [list('out of date')], scheduled: false });
    expect(findingOnLists(byHand, around).next).toContain('kazasu crl import');
  });

  it('has nothing to say before there are cards, and asks for a source before there is a record', () => {
    expect(findingOnLists(status({ lists: [] }), around).state).toBe('ok');
    expect(findingOnLists(undefined, around).state).toBe('note');
    expect(findingOnLists(undefined, { ...around, sources: 0 })).toMatchObject({
      state: 'note',
      next: expect.stringContaining('KAZASU_CRL_SOURCES'),
    });
  });
});

describe('the doctor, of the schedule', () => {
  it.each([
    [{ outcome: 'unavailable', reason: 'no route' }, 'KAZASU_HTTP_PROXY'],
    [{ outcome: 'refused', reason: 'issuer-unknown' }, 'kazasu anchors add'],
    [{ outcome: 'refused', reason: 'expired' }, 'clock'],
    [{ outcome: 'refused', reason: 'signature-invalid' }, 'kazasu crl runs'],
  ] as const)('finds a problem in %j', (last, next) => {
    const finding = findingOnSchedule(status(lastRun(last)), around);
    expect(finding).toMatchObject({ state: 'problem', next: expect.stringContaining(next) });
    expect(finding.found).toContain(last.reason);
  });

  it('says when the next run is, and that none is where lists come by hand or no server runs', () => {
    const { nextRun: _, ...byHand } = status({ scheduled: false });
    expect(findingOnSchedule(status(lastRun({ outcome: 'unchanged' })), around)).toEqual({
      ...{ what: 'list schedule', state: 'ok', found: 'next 2026-11-23 09:00 JST' },
    });
    expect(findingOnSchedule(byHand, around)).toMatchObject({
      state: 'note',
      found: expect.stringContaining('KAZASU_CRL_DAILY_AT is off'),
    });
    expect(findingOnSchedule(undefined, around)).toMatchObject({ state: 'note', next: 'kazasu start' });
  });
});
