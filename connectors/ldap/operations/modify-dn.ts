import { type LdapResult, result, resultCode } from '../codec/result-code.ts';

/** @see RFC 4511 §4.9 */
export function modifyDN(): LdapResult {
  return result(resultCode.unwillingToPerform, 'Nothing is renamed over LDAP: use the console.');
}
