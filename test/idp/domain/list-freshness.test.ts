import { describe, expect, it } from 'vitest';
import { type AcrName, toAcr } from '../../../idp/domain/assurance.ts';
import { parseIssuerKeyId } from '../../../idp/domain/certificate-id.ts';
import {
  acceptsPinless,
  firstEndOf,
  pinlessUse,
  standingOf,
  strictestClient,
} from '../../../idp/domain/list-freshness.ts';
import type { ClientId, LoginPolicy } from '../../../idp/domain/login-policy.ts';
import { type AppliedList, everyDistributionPoint } from '../../../idp/domain/revocation.ts';

const hour = 3_600;
const ms = 1_000;
const thisUpdate = Date.parse('2026-11-22T00:00:00Z');
const nextUpdate = thisUpdate + 48 * hour * ms;
const scope = { issuerKeyId: parseIssuerKeyId('ab'.repeat(20)), distributionPoint: 'CN=Himeji-shi CRLDP' };

const trusted = { thisUpdate, nextUpdate, entryCount: 3 };
const list: AppliedList = {
  ...scope,
  ...{ crlNumber: '7', sha256: '', thisUpdate, nextUpdate, entryCount: 3, appliedAt: thisUpdate, trusted },
};

const hoursOn = (hours: number) => thisUpdate + hours * hour * ms;
const policy = (
  accepted: AcrName,
  ageHours: number,
  graceHours = 0,
  clientState: LoginPolicy['clientState'] = 'active',
): LoginPolicy => ({
  ...{ clientId: 'x' as ClientId, clientState, acceptedAcr: [toAcr(accepted)], reader: 'ours' },
  ...{
    organizations: 'any',
    requiredGroups: [],
    hours: [],
    tapUses: 1,
    tapFreshSeconds: 30,
    readerClockAheadSeconds: 5,
  },
  ...{ pinWindowSeconds: 0, ocspOnEveryUse: false },
  ...{ maxRevocationAgeSeconds: ageHours * hour, staleGraceSeconds: graceHours * hour },
});

const standing = (lists: readonly AppliedList[], now: number, strictestAgeHours?: number) =>
  standingOf(scope, lists, {
    now,
    alarmSeconds: 12 * hour,
    ...(strictestAgeHours === undefined
      ? {}
      : {
          strictest: {
            ...{ name: 'front door', staleGraceSeconds: 0 },
            maxRevocationAgeSeconds: strictestAgeHours * hour,
          },
        }),
  });

describe('a list that cards name', () => {
  const { trusted: _, ...neverTrusted } = list;
  it.each([
    ['never applied', 'was never applied', [], 0, undefined],
    ['fresh', 'has long to go', [list], 36, undefined],
    ['expires soon', 'is over within the hours of the alarm', [list], 36.1, undefined],
    ['expires soon', 'still counts in its last second', [list], 48, undefined],
    ['out of date', 'is over', [list], 48.001, undefined],
    ['fresh', 'is long enough for the strictest client', [list], 11, 24],
    ['expires soon', 'becomes too old for the strictest client', [list], 12.1, 24],
    ['too old', 'is too old for the strictest client, though not over', [list], 24.1, 24],
    ['out of date', 'is over, though every client takes it yet', [list], 48.1, 72],
    ['expires soon', 'is soon over, though every client takes it for long', [list], 36.1, 72],
    ['in doubt: shrunk', 'shrank, whatever is left of the one before', [{ ...list, doubt: 'shrunk' }], 1, 48],
    [
      'in doubt: shrunk',
      'shrank and none before it is trusted',
      [{ ...neverTrusted, doubt: 'shrunk' }],
      1,
      48,
    ],
  ] as const)('is “%s” when it %s', (state, _name, lists, hours, strictest) => {
    expect(standing(lists, hoursOn(hours), strictest).state).toBe(state);
  });

  it('has two ends, the earlier of which an alarm comes before', () => {
    const ends = standing([list], hoursOn(1), 72);
    expect(ends).toMatchObject({ dueBy: hoursOn(48), countsUntil: hoursOn(72) });
    expect(firstEndOf(ends)).toBe(hoursOn(48));
    expect(firstEndOf(standing([list], hoursOn(1), 24))).toBe(hoursOn(24));
    expect(standing([list], hoursOn(1)).countsUntil).toBeUndefined();
  });

  it('is spoken for by one for every distribution point, and by no other list', () => {
    const wide = { ...list, distributionPoint: everyDistributionPoint };
    const elsewhere = { ...list, distributionPoint: 'CN=Kobe-shi CRLDP' };
    const otherKey = { ...list, issuerKeyId: parseIssuerKeyId('cd'.repeat(20)) };
    expect(standing([elsewhere, otherKey], hoursOn(1)).state).toBe('never applied');
    expect(standing([elsewhere, otherKey, wide], hoursOn(1))).toMatchObject({ state: 'fresh', list: wide });
  });

  it('stands as the newer of two that speak for it', () => {
    const old = { ...list, trusted: { ...trusted, thisUpdate: 0, nextUpdate: 1 } };
    const wide = { ...list, distributionPoint: everyDistributionPoint };
    expect(standing([old, wide], hoursOn(1)).state).toBe('fresh');
  });
});

describe('the strictest client', () => {
  it('is the one that refuses first, among those that let a tap in without PIN', () => {
    const policies = [
      policy('certificate', 48),
      policy('serial', 24),
      policy('card-pin', 1),
      policy('certificate', 2, 0, 'disabled'),
    ];
    expect(policies.map(acceptsPinless)).toEqual([true, true, false, false]);
    const named = policies.map((one, n) => ({ name: `client ${n}`, policy: one }));
    expect(strictestClient(named)).toMatchObject({ name: 'client 1', maxRevocationAgeSeconds: 24 * hour });
    expect(strictestClient([{ name: 'pin', policy: policy('card-pin', 1) }])).toBeUndefined();
  });

  it('is the one with less grace of two, and none that asks the issuer at every use', () => {
    const clients = [
      { name: 'graceful', policy: policy('certificate', 24, 6) },
      { name: 'strict', policy: policy('certificate', 24) },
      { name: 'unattended', policy: { ...policy('certificate', 1), ocspOnEveryUse: true } },
    ];
    expect(strictestClient(clients)?.name).toBe('strict');
  });
});

describe('use without PIN', () => {
  it.each([
    ['allowed', 24],
    ['allowed by grace', 24.1],
    ['allowed by grace', 30],
    ['refused', 30.1],
  ])('is %s %f hours after the list, where 24 and 6 of grace are set', (use, hours) => {
    expect(pinlessUse(policy('certificate', 24, 6), thisUpdate, hoursOn(hours)).use).toBe(use);
  });

  it('says until when', () => {
    const one = policy('certificate', 24, 6);
    expect(pinlessUse(one, thisUpdate, hoursOn(1))).toMatchObject({ until: hoursOn(24) });
    expect(pinlessUse(one, thisUpdate, hoursOn(25))).toMatchObject({ until: hoursOn(30) });
  });

  it('is refused where no list ever came, and is no question where only the PIN counts', () => {
    expect(pinlessUse(policy('certificate', 24), undefined, hoursOn(0))).toEqual({ use: 'refused' });
    expect(pinlessUse(policy('card-pin', 24), undefined, hoursOn(0))).toEqual({ use: 'not accepted' });
  });

  it('is as the issuer answers where OCSP is asked at every use, whatever the list', () => {
    const asking = { ...policy('certificate', 24), ocspOnEveryUse: true };
    expect(pinlessUse(asking, thisUpdate, hoursOn(99))).toEqual({ use: 'as the issuer answers' });
  });
});
