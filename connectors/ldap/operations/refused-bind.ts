import { type LdapResult, result, resultCode } from '../codec/result-code.ts';
import type { Facade } from '../facade.ts';
import type { Exchange } from '../session.ts';

export const invalidCredentials: LdapResult = result(resultCode.invalidCredentials);

export const confidentialityRequired: LdapResult = result(
  resultCode.confidentialityRequired,
  'This account binds over TLS only: use LDAPS or StartTLS.',
);

/** One answer for unknown names, wrong secrets and certificates, and names that nobody can have. */
export function refused(facade: Facade, exchange: Exchange): LdapResult {
  const { remoteAddress } = exchange.session;
  const misses = facade.bindGuesses.miss(remoteAddress);
  if (Math.round(misses) % 20 === 0) {
    facade.log('ldap-bind-misses', { remoteAddress, misses: Math.round(misses) });
  }
  return invalidCredentials;
}
