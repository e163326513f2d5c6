import type { ClientId } from '../domain/login-policy.ts';
import type { OidcPayload, OidcState, OidcStateEntry } from '../ports/oidc-state.ts';
import type { LoginSessions, LogoutNotice, RestingSessions, Stop } from '../ports/sessions.ts';
import { restsOn } from './grant-id.ts';
import { lastingSignIns } from './lasting-sign-ins.ts';
import { markedAt } from './reader-marks.ts';
import { authorizationsOf } from './session-authorizations.ts';
import { signInIdOf } from './sign-in-id.ts';

/** Sign-ins that last, as `oidc-provider` keeps them: one account's sessions, grants, codes, tokens and interactions. */
export function createLoginSessions(state: OidcState): LoginSessions {
  return {
    async restingOn(stop) {
      const entries = await state.listByAccountId(stop.personId);
      return restingOf(stop, entries);
    },
    list: async (personId) => lastingSignIns(await state.listByAccountId(personId)),
    atReader: (readerId, since) => markedAt(state, readerId, since),
    async end(found) {
      await state.remove(found.flatMap(({ entries }) => entries));
    },
  };
}

function restingOf(stop: Stop, all: readonly OidcStateEntry[]): RestingSessions {
  const ending = endingBy(stop, all);
  return {
    sessionCount: ending.filter(({ payload }) => payload.kind === 'Session').length,
    entries: ending.map(({ name }) => name),
    notices: noticesOf(stop, ending),
  };
}

/** What a stop names of the state; neither: everything. */
interface Named {
  /** Whether it ends a session of this `uid` by itself. */
  session(uid: unknown): boolean;
  grant(grantId: string): boolean;
  interaction(basis: unknown): boolean;
}

function endingBy(
  { authenticator, signIn }: Stop,
  all: readonly OidcStateEntry[],
): readonly OidcStateEntry[] {
  if (authenticator !== undefined) {
    return endingWith(all, {
      session: () => false,
      grant: (grantId) => restsOn(grantId, authenticator),
      interaction: (basis) => basis === authenticator,
    });
  }
  if (signIn === undefined) return all;
  return endingWith(all, {
    session: (uid) => signInIdOf(String(uid)) === signIn,
    grant: (grantId) => signInIdOf(grantId) === signIn,
    interaction: () => false,
  });
}

/**
 * A session ends whole, with every grant in it, when it is meant itself or any sign-in in it rests on the card, passkey or
 * code; a grant that outlived its session ends when it rests on it itself. What names an ended session or grant ends with it.
 */
function endingWith(all: readonly OidcStateEntry[], named: Named): readonly OidcStateEntry[] {
  const sessions = all.filter(
    ({ payload }) =>
      payload.kind === 'Session' &&
      (named.session(payload.uid) || sessionGrantIds(payload).some((grantId) => named.grant(grantId))),
  );
  const grantIds = new Set(sessions.flatMap(({ payload }) => sessionGrantIds(payload)));
  const uids = new Set(sessions.map(({ payload }) => payload.uid));
  const endsGrant = (id: unknown) => typeof id === 'string' && (grantIds.has(id) || named.grant(id));
  return all.filter(({ payload }) => {
    if (payload.kind === 'Session') return uids.has(payload.uid);
    if (payload.kind === 'Grant') return endsGrant(payload.jti);
    if (payload.kind !== 'Interaction') return endsGrant(payload.grantId);
    return named.interaction(field(payload.result, 'basis')) || uids.has(field(payload.session, 'uid'));
  });
}

/** Each client in a session by its `sid`; a client whose grant outlived the session once, by the account alone. */
function noticesOf({ personId }: Stop, ending: readonly OidcStateEntry[]): readonly LogoutNotice[] {
  const notices = ending.flatMap(({ payload }) =>
    authorizationsOf(payload).map(([clientId, { sid }]): LogoutNotice => {
      return { clientId: clientId as ClientId, sub: personId, ...(typeof sid === 'string' ? { sid } : {}) };
    }),
  );
  const told = new Set<string>(notices.map(({ clientId }) => clientId));
  for (const { payload } of ending) {
    const { kind, clientId } = payload;
    if (kind !== 'Grant' || typeof clientId !== 'string' || told.has(clientId)) continue;
    told.add(clientId);
    notices.push({ clientId: clientId as ClientId, sub: personId });
  }
  return notices;
}

function sessionGrantIds(payload: OidcPayload): readonly string[] {
  return authorizationsOf(payload).map(([, { grantId }]) => grantId);
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
