import { describe, expect, it } from 'vitest';
import { mayFollow, passkeyAssurance, passkeyName } from '../../../idp/domain/passkey.ts';

it.each([
  [true, true, 'hwk'],
  [true, false, 'swk'],
  [false, true, 'swk'],
  [false, false, 'swk'],
])('a passkey that is bound to its device (%s) and vouched for (%s) is %s', (deviceBound, attested, key) => {
  expect(passkeyAssurance({ deviceBound, attested })).toEqual({
    acr: 'urn:kazasu:acr:passkey',
    amr: ['user', 'mfa', key],
  });
});

it.each([
  [0, 0, true],
  [1, 0, true],
  [0, 1, false],
  [5, 5, false],
  [4, 5, false],
  [6, 5, true],
])('a counter of %i after %i may follow: %s', (counter, lastSeen, may) => {
  expect(mayFollow(counter, lastSeen)).toBe(may);
});

describe('the name of a passkey', () => {
  it.each([
    ['  職場の　ノート ', '職場の ノート'],
    ['a\u0000b\u202ec\nd', 'a b c d'],
    ['\u200b \t', undefined],
    ['𠮷'.repeat(70), '𠮷'.repeat(60)],
  ])('%j is %j', (typed, name) => {
    expect(passkeyName(typed)).toBe(name);
  });
});
