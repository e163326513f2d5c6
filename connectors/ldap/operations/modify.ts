import { type LdapResult, result, resultCode } from '../codec/result-code.ts';

/** @see RFC 4511 §4.6 */
export function modify(): LdapResult {
  return result(
    resultCode.unwillingToPerform,
    'Nothing is changed over LDAP: a card is registered by its holder, with the card and its PIN.',
  );
}
