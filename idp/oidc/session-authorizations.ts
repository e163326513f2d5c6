import type { OidcPayload } from '../ports/oidc-state.ts';

/** The clients of a session that were given something in it. */
export function authorizationsOf(
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
