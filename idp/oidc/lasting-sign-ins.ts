import { type Instant, msPerSecond } from '../domain/instant.ts';
import type { ClientId } from '../domain/login-policy.ts';
import type { OidcPayload, OidcStateEntry } from '../ports/oidc-state.ts';
import type { LastingSignIn } from '../ports/sessions.ts';
import { authorizationsOf } from './session-authorizations.ts';
import { signInIdOf } from './sign-in-id.ts';

/** Of everything that stands under an account: its sessions, and the grants that no session knows of. */
export function lastingSignIns(all: readonly OidcStateEntry[]): readonly LastingSignIn[] {
  const payloads = all.map(({ payload }) => payload);
  const sessions = payloads.filter(({ kind }) => kind === 'Session');
  const known = new Set(
    sessions.flatMap((session) => authorizationsOf(session).map(([, { grantId }]) => grantId)),
  );
  const grants = payloads.filter(
    ({ kind, jti }) => kind === 'Grant' && typeof jti === 'string' && !known.has(jti),
  );
  return [
    ...sessions.map((session) => ofSession(session)),
    ...grants.flatMap((grant) => ofGrant(grant, payloads)),
  ].toSorted((one, other) => other.lastUsedAt - one.lastUsedAt);
}

function ofSession(session: OidcPayload): LastingSignIn {
  const signedInAt = instantOf(session.loginTs) ?? 0;
  return {
    signInId: signInIdOf(String(session.uid)),
    kind: 'session',
    clientIds: authorizationsOf(session).map(([clientId]) => clientId as ClientId),
    signedInAt,
    lastUsedAt: instantOf(session.lastUsedAt) ?? signedInAt,
    ...(typeof session.acr === 'string' ? { acr: session.acr } : {}),
  };
}

/** One that ended with nothing left to renew is a receipt of the past, not a sign-in. */
function ofGrant(grant: OidcPayload, all: readonly OidcPayload[]): readonly LastingSignIn[] {
  const given = all.filter(({ kind, grantId }) => kind !== 'Grant' && grantId === grant.jti);
  if (given.length === 0) return [];
  const signedInAt = instantOf(grant.iat) ?? 0;
  const acr = given.map((token) => token.acr).find((one) => typeof one === 'string');
  return [
    {
      signInId: signInIdOf(String(grant.jti)),
      kind: 'grant',
      clientIds: [String(grant.clientId) as ClientId],
      signedInAt,
      lastUsedAt: Math.max(signedInAt, ...given.map(({ iat }) => instantOf(iat) ?? 0)),
      ...(acr === undefined ? {} : { acr }),
    },
  ];
}

function instantOf(seconds: unknown): Instant | undefined {
  return typeof seconds === 'number' ? seconds * msPerSecond : undefined;
}
