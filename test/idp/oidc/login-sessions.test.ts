import { describe, expect, it } from 'vitest';
import type { CardId } from '../../../idp/domain/card.ts';
import type { PersonId } from '../../../idp/domain/person.ts';
import { grantIdOn, restsOn } from '../../../idp/oidc/grant-id.ts';
import { createLoginSessions } from '../../../idp/oidc/login-sessions.ts';
import type { OidcPayload } from '../../../idp/ports/oidc-state.ts';
import { FakeOidcState } from '../../support/fake-oidc-state.ts';

const personId = 'hanako' as PersonId;
const stopped = '0f0e0d0c-card' as CardId;
const other = 'another-card' as CardId;
const grantOf = (card: string, n = 1) => `${card}.random${n}`;

const session = (uid: string, authorizations: object): OidcPayload => ({
  kind: 'Session',
  uid,
  authorizations,
});
const grant = (jti: string, clientId = 'kintai'): OidcPayload => ({ kind: 'Grant', jti, clientId });
const token = (kind: string, grantId: string): OidcPayload => ({ kind, jti: kind, grantId });

/** Which of the account's entries end, by their place, and who is told. */
async function ending(entries: readonly OidcPayload[], cardId?: CardId) {
  const state = new FakeOidcState();
  state.listByAccountId = async () => entries.map((payload, n) => ({ name: String(n), payload }));
  const stop = {
    personId,
    cause: 'card.suspended',
    ...(cardId === undefined ? {} : { authenticator: cardId }),
  } as const;
  const found = await createLoginSessions(state).restingOn(stop);
  const told = found.notices.map(({ clientId, sid }) => `${clientId} ${sid ?? 'everywhere'}`);
  return { entries: found.entries.map(Number), told, sessions: found.sessionCount };
}

describe('what rests on a card', () => {
  it.each<[string, readonly OidcPayload[], readonly number[], readonly string[]]>([
    [
      'a session with a sign-in by it, and what was given there',
      [
        session('u', { kintai: { sid: 's', grantId: grantOf(stopped) } }),
        grant(grantOf(stopped)),
        token('AccessToken', grantOf(stopped)),
        token('RefreshToken', grantOf(stopped)),
        token('AuthorizationCode', grantOf(stopped)),
      ],
      [0, 1, 2, 3, 4],
      ['kintai s'],
    ],
    [
      'not a session by another card, nor what was given there',
      [
        session('u', { kintai: { sid: 's', grantId: grantOf(other) } }),
        grant(grantOf(other)),
        token('RefreshToken', grantOf(other)),
      ],
      [],
      [],
    ],
    [
      'a session in which one of two sign-ins was by it, whole',
      [
        session('u', {
          kintai: { sid: 's', grantId: grantOf(stopped) },
          zaimu: { sid: 't', grantId: grantOf(other) },
        }),
        grant(grantOf(other), 'zaimu'),
        token('RefreshToken', grantOf(other)),
        token('RefreshToken', grantOf(other, 2)),
      ],
      [0, 1, 2],
      ['kintai s', 'zaimu t'],
    ],
    [
      'a grant that outlived its session: the client is told without one',
      [grant(grantOf(stopped)), token('RefreshToken', grantOf(stopped)), grant(grantOf(stopped, 2))],
      [0, 1, 2],
      ['kintai everywhere'],
    ],
    [
      'a grant from before grants named their card',
      [grant('V1StGXR8_Z5jdHi6B-myT'), token('RefreshToken', 'V1StGXR8_Z5jdHi6B-myT')],
      [0, 1],
      ['kintai everywhere'],
    ],
    [
      'an open interaction that it decided, or that belongs to a session which ends',
      [
        { kind: 'Interaction', result: { basis: stopped, login: { accountId: personId } } },
        { kind: 'Interaction', result: { basis: other, login: { accountId: personId } } },
        { kind: 'Interaction', session: { uid: 'u', accountId: personId } },
        { kind: 'Interaction', session: { uid: 'v', accountId: personId } },
        session('u', { kintai: { sid: 's', grantId: grantOf(stopped) } }),
      ],
      [0, 2, 4],
      ['kintai s'],
    ],
    [
      'not a session by password, which rests on the person alone',
      [
        session('u', { kintai: { sid: 's', grantId: grantIdOn(undefined) } }),
        grant(grantIdOn(undefined)),
        { kind: 'Interaction', result: { basis: 'person', login: { accountId: personId } } },
      ],
      [],
      [],
    ],
    [
      'not a session in which nothing was given',
      [session('u', {}), session('v', { kintai: { sid: 's' } }), { kind: 'Session', uid: 'w' }],
      [],
      [],
    ],
  ])('%s', async (_what, entries, ends, told) => {
    expect(await ending(entries, stopped)).toMatchObject({ entries: ends, told });
  });
});

it('of a person who was stopped, everything ends', async () => {
  const all = [
    session('u', { kintai: { sid: 's', grantId: grantOf(other) } }),
    session('v', {}),
    { kind: 'Interaction' },
  ];
  expect(await ending(all)).toEqual({ entries: [0, 1, 2], told: ['kintai s'], sessions: 2 });
});

describe('a grant’s id', () => {
  it('names its card, and no other grant has it', () => {
    const [one, another] = [grantIdOn(stopped), grantIdOn(stopped)];
    expect([restsOn(one, stopped), restsOn(one, other)]).toEqual([true, false]);
    expect(one).not.toBe(another);
  });

  it('is not taken for that of a card whose id begins alike', () => {
    expect(restsOn(grantIdOn('card-1.2' as CardId), 'card-1' as CardId)).toBe(false);
    expect(restsOn(grantIdOn('card-12' as CardId), 'card-1' as CardId)).toBe(false);
  });
});
