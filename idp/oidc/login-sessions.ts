import type { AuthenticatorId } from '../domain/factor.ts';
import type { ClientId } from '../domain/login-policy.ts';
import type { OidcPayload, OidcState, OidcStateEntry } from '../ports/oidc-state.ts';
import type { LoginSessions, LogoutNotice, RestingSessions, Stop } from '../ports/sessions.ts';
import { restsOn } from './grant-id.ts';

/** Sign-ins that last, as `oidc-provider` keeps them: one account's sessions, grants, codes, tokens and interactions. */
export function createLoginSessions(state: OidcState): LoginSessions {
  return {
    async restingOn(stop) {
      const entries = await state.listByAccountId(stop.personId);
      return restingOf(stop, entries);
    },
    async end(found) {
      await state.remove(found.flatMap(({ entries }) => entries));
    },
  };
}

function restingOf(stop: Stop, all: readonly OidcStateEntry[]): RestingSessions {
  const ending = stop.authenticator === undefined ? all : endingWith(all, stop.authenticator);
  return {
    sessionCount: ending.filter(({ payload }) => payload.kind === 'Session').length,
    entries: ending.map(({ name }) => name),
    notices: noticesOf(stop, ending),
  };
}

/**
 * A session ends whole, with every grant in it, when any sign-in in it rests on the card, passkey or code; a grant that
 * outlived its session ends when it rests on it itself. What names an ended session or grant ends with it.
 */
function endingWith(
  all: readonly OidcStateEntry[],
  authenticator: AuthenticatorId,
): readonly OidcStateEntry[] {
  const rests = (grantId: string) => restsOn(grantId, authenticator);
  const sessions = all.filter(({ payload }) => sessionGrantIds(payload).some(rests));
  const grantIds = new Set(sessions.flatMap(({ payload }) => sessionGrantIds(payload)));
  const uids = new Set(sessions.map(({ payload }) => payload.uid));
  const endsGrant = (id: unknown) => typeof id === 'string' && (grantIds.has(id) || rests(id));
  return all.filter(({ payload }) => {
    if (payload.kind === 'Session') return uids.has(payload.uid);
    if (payload.kind === 'Grant') return endsGrant(payload.jti);
    if (payload.kind !== 'Interaction') return endsGrant(payload.grantId);
    return field(payload.result, 'basis') === authenticator || uids.has(field(payload.session, 'uid'));
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

/** The clients of a session that were given something in it. */
function authorizationsOf(
  payload: OidcPayload,
): readonly (readonly [string, { readonly grantId: string; readonly sid?: unknown }])[] {
  const { kind, authorizations } = payload;
  if (kind !== 'Session' || typeof authorizations !== 'object' || authorizations === null) return [];
  return Object.entries(authorizations).flatMap(([clientId, authorization]) => {
    const grantId = field(authorization, 'grantId');
    return typeof grantId === 'string' ? [[clientId, { grantId, sid: field(authorization, 'sid') }]] : [];
  });
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
