import { hash } from 'node:crypto';
import type { SignInId } from '../ports/sessions.ts';

const symbols = 20;

/** The name of the sign-in that a session (by its `uid`) or a grant (by its id) is: it leads back to neither. */
export function signInIdOf(uidOrGrantId: string): SignInId {
  return hash('sha256', `sign-in ${uidOrGrantId}`, 'base64url').slice(0, symbols) as SignInId;
}
