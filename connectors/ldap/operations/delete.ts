import { type LdapResult, result, resultCode } from '../codec/result-code.ts';

/** @see RFC 4511 §4.8 */
export function deleteEntry(): LdapResult {
  return result(resultCode.unwillingToPerform, 'Nothing is deleted over LDAP: use the console.');
}
