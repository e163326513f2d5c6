import type { DirectoryRule } from '../../../idp/domain/directory-rule.ts';
import type { RequestRefusal } from '../../../idp/domain/registration.ts';
import { type LdapResult, result, resultCode } from '../codec/result-code.ts';

/** The rules that refuse a write before the record is asked. */
export type WriteRule = Extract<DirectoryRule, `write-${string}` | 'card-spelled-otherwise'>;

/** What is taken: an approver decides. */
export const requested = result(
  resultCode.success,
  'Asked for: the card works once an approver has seen it with its holder.',
);

const nothingIsChanged = result(
  resultCode.unwillingToPerform,
  'Nothing is changed over LDAP: a card is registered by its holder, with the card and its PIN.',
);
const signatureRequired = result(
  resultCode.unwillingToPerform,
  'A My Number Card is not registered by its number over LDAP, but with its signature: hold it at a reader with an invitation.',
);

/** Why a write is not taken, for whoever stands in front of the device. None tells whose a card is. */
export const refusals: { readonly [rule in WriteRule | RequestRefusal]: LdapResult } = {
  'write-not-in-profile': nothingIsChanged,
  'write-back-not-allowed': nothingIsChanged,
  'write-needs-signature': signatureRequired,
  'signature-required': signatureRequired,
  'write-not-by-person': result(
    resultCode.insufficientAccessRights,
    'A card is asked for by its holder alone: bind as that person, not as a service account.',
  ),
  'write-of-another-entry': result(
    resultCode.insufficientAccessRights,
    'A card is asked for in the own entry: that of the person who is bound.',
  ),
  'write-of-something-else': result(
    resultCode.unwillingToPerform,
    'Over LDAP one card number at a time is added to the card attribute of this device, and nothing else is changed.',
  ),
  'write-takes-away': result(
    resultCode.unwillingToPerform,
    'A card is not taken away over LDAP: an administrator suspends or revokes it.',
  ),
  'card-spelled-otherwise': result(
    resultCode.constraintViolation,
    'Not a card number as this device is set to send it: the administrator compares its profile.',
  ),
  'device-disabled': result(
    resultCode.insufficientAccessRights,
    'This device account is no longer admitted: bind again, or ask the administrator.',
  ),
  'confidentiality-required': result(
    resultCode.confidentialityRequired,
    'A card number is written over TLS only: use LDAPS or StartTLS.',
  ),
  'person-not-admitted': result(
    resultCode.insufficientAccessRights,
    'This person is not admitted at this device now: ask the administrator.',
  ),
  'card-already-registered': result(
    resultCode.attributeOrValueExists,
    'This person has this card already: when it does not work, ask the administrator.',
  ),
  'quota-of-person': result(
    resultCode.adminLimitExceeded,
    'This person has asked for as many cards as one may in a day: ask the administrator.',
  ),
  'quota-of-device': result(
    resultCode.adminLimitExceeded,
    'At this device as many cards were asked for as may be in a day: ask the administrator.',
  ),
};
