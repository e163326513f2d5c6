import { randomBytes } from 'node:crypto';
import type { AuthenticatorId } from '../domain/factor.ts';

const randomOctets = 24;
const separator = '.';
/** No id of an authenticator is this word: those are UUIDs. */
const personAlone = 'person';

/**
 * A new grant's id. It names the card, passkey or code that the grant rests on, so that every code, token and session that
 * names the grant says which one's stop ends it. Grant ids never leave the provider.
 * @param authenticator absent: a password, which rests on the person alone.
 */
export function grantIdOn(authenticator: AuthenticatorId | undefined): string {
  return `${authenticator ?? personAlone}${separator}${randomBytes(randomOctets).toString('base64url')}`;
}

/** What a grant rests on beside the person; `person`: nothing. `undefined`: its id names nothing, as old ones did. */
export function basisOfGrant(grantId: string): AuthenticatorId | typeof personAlone | undefined {
  const end = grantId.lastIndexOf(separator);
  if (end === -1) return undefined;
  const named = grantId.slice(0, end);
  return named === personAlone ? personAlone : (named as AuthenticatorId);
}

/** Whether what names this grant ends with the authenticator; an id that names nothing ends with any of its holder's. */
export function restsOn(grantId: string, authenticator: AuthenticatorId): boolean {
  const basis = basisOfGrant(grantId);
  return basis === undefined || basis === authenticator;
}
