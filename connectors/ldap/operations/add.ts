import { type LdapResult, result, resultCode } from '../codec/result-code.ts';

/** @see RFC 4511 §4.7 */
export function add(): LdapResult {
  return result(
    resultCode.unwillingToPerform,
    'Nothing is added over LDAP: people come by import, cards by registration.',
  );
}
