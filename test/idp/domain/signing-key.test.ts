import { describe, expect, it } from 'vitest';
import {
  dueChange,
  parseSigningAlgorithm,
  rotated,
  type SigningKeyFacts,
  type SigningKeyPlan,
  withdrawn,
} from '../../../idp/domain/signing-key.ts';

const hour = 3_600_000;
const day = 24 * hour;
const start = Date.UTC(2026, 3, 1);
const plan: SigningKeyPlan = {
  publishSeconds: 24 * 3_600,
  useSeconds: 90 * 24 * 3_600,
  retireSeconds: 15 * 24 * 3_600,
};
const key = (
  kid: string,
  state: SigningKeyFacts['state'],
  since = start,
  alg: SigningKeyFacts['alg'] = 'ES256',
) => ({ kid, alg, state, since });
/** `a:current b:next +next`: the keys, and what is to be made. */
const shown = ({ keys, wanted }: ReturnType<typeof dueChange>) =>
  [...keys.map(({ kid, state }) => `${kid}:${state}`), ...wanted.map(({ state }) => `+${state}`)].join(' ');

describe('signing keys', () => {
  it.each([
    ['has its next one made and published at once', [key('a', 'current')], 0, 'a:current +next'],
    ['signs on the last millisecond of its time', pair(0), 90 * day - 1, 'a:current b:next'],
    ['is followed when its time is over', pair(0), 90 * day, 'a:retiring b:current +next'],
    ['signs on while the next is new', pair(89.5 * day), 90 * day, 'a:current b:next'],
    ['waits for the whole of that time', pair(89.5 * day), 90.5 * day - 1, 'a:current b:next'],
    ['and no longer', pair(89.5 * day), 90.5 * day, 'a:retiring b:current +next'],
    ['verifies to the end of its retirement', old(), 15 * day - 1, 'a:retiring b:current c:next'],
    ['is gone after it', old(), 15 * day, 'b:current c:next'],
    [
      'stays known when it was withdrawn',
      [key('a', 'withdrawn'), ...pair(0, 'b', 'c')],
      80 * day,
      'a:withdrawn b:current c:next',
    ],
  ] as const)('a key %s', (_what, keys, after, expected) => {
    expect(shown(dueChange(keys, plan, start + after))).toBe(expected);
  });

  it('follow each other per algorithm: the young ones of another one stay', () => {
    const keys = [
      ...pair(0),
      key('r', 'current', start + 80 * day, 'RS256'),
      key('s', 'next', start, 'RS256'),
    ];
    expect(shown(dueChange(keys, plan, start + 90 * day))).toBe(
      'a:retiring b:current r:current s:next +next',
    );
  });

  it('are made for an algorithm that is needed for the first time, one to sign and one to follow', () => {
    expect(dueChange(pair(0), plan, start, ['EdDSA']).wanted).toEqual([
      { alg: 'EdDSA', state: 'current', since: start },
      { alg: 'EdDSA', state: 'next', since: start },
    ]);
  });

  it('are turned by hand', () => {
    expect(shown(rotated(pair(0), ['ES256'], start))).toBe('a:retiring b:current +next');
  });

  it.each([
    ['that signs: the next one signs', 'a', 'a:withdrawn b:current +next'],
    ['that is next: another one is', 'b', 'a:current b:withdrawn +next'],
  ])('are withdrawn: one %s', (_what, kid, expected) => {
    expect(shown(withdrawn(pair(0), kid, start))).toBe(expected);
  });

  it('are all withdrawn, and there are new ones: clients of that algorithm are still there', () => {
    expect(shown(withdrawn([key('a', 'current')], 'a', start))).toBe('a:withdrawn +current +next');
  });

  it.each(['none', 'HS256', 'ES384', 'PS256', 'es256', ''])('are never of %j', (name) => {
    expect(parseSigningAlgorithm(name)).toBeUndefined();
  });
});

function pair(nextSince: number, current = 'a', next = 'b'): readonly SigningKeyFacts[] {
  return [key(current, 'current'), key(next, 'next', start + nextSince)];
}

function old(): readonly SigningKeyFacts[] {
  return [key('a', 'retiring'), key('b', 'current'), key('c', 'next')];
}
