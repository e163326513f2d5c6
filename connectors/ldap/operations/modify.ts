import type { CardNumber } from '../../../idp/domain/card.ts';
import { readCardNumber } from '../../../idp/domain/card-spelling.ts';
import type { RequestRefusal } from '../../../idp/domain/registration.ts';
import type { ModifyRequest } from '../codec/request.ts';
import { type LdapResult, result, resultCode } from '../codec/result-code.ts';
import type { EnrolmentOutcome, MaybePromise } from '../directory-service.ts';
import type { Facade } from '../facade.ts';
import { isCardAttribute } from '../search/card-assertion.ts';
import { countMiss } from '../search/card-search.ts';
import type { Exchange, Identity } from '../session.ts';
import { whenCardAdmitted } from '../when-admitted.ts';

type BoundPerson = Extract<Identity, { readonly kind: 'person' }>;

const nothingIsChanged = result(
  resultCode.unwillingToPerform,
  'Nothing is changed over LDAP: a card is registered by its holder, with the card and its PIN.',
);
const personMustBind = result(
  resultCode.insufficientAccessRights,
  'A card is asked for by its holder alone: bind as that person, not as a service account.',
);
const ownEntryOnly = result(
  resultCode.insufficientAccessRights,
  'A card is asked for in the own entry: that of the person who is bound.',
);
const oneNumberOnly = result(
  resultCode.unwillingToPerform,
  'Over LDAP one card number at a time is added to the card attribute of this device, and nothing else is changed.',
);
const notTakenAway = result(
  resultCode.unwillingToPerform,
  'A card is not taken away over LDAP: an administrator suspends or revokes it.',
);
const signatureRequired = result(
  resultCode.unwillingToPerform,
  'A My Number Card is not registered by its number over LDAP, but with its signature: hold it at a reader with an invitation.',
);
const unreadable = result(
  resultCode.constraintViolation,
  'Not a card number as this device is set to send it: the administrator compares its profile.',
);
const requested = result(
  resultCode.success,
  'Asked for: the card works once an approver has seen it with its holder.',
);
const deviceGone = result(
  resultCode.insufficientAccessRights,
  'This device account is no longer admitted: bind again, or ask the administrator.',
);

const refusals: { readonly [reason in RequestRefusal]: LdapResult } = {
  'device-disabled': deviceGone,
  'confidentiality-required': result(
    resultCode.confidentialityRequired,
    'A card number is written over TLS only: use LDAPS or StartTLS.',
  ),
  'write-back-not-allowed': nothingIsChanged,
  'signature-required': signatureRequired,
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

/**
 * A card number that somebody adds to the own entry at a device becomes a request, which an approver decides; where the
 * device's profile says so. Everything else is refused.
 * @see RFC 4511 §4.6
 */
export function modify(facade: Facade, exchange: Exchange, request: ModifyRequest): MaybePromise<LdapResult> {
  const { identity } = exchange.session;
  const place = facade.tree.locate(request.entry);
  if (identity.kind === 'anonymous') return personMustBind;
  const { profile } = identity.device;
  if (profile.writeBack === undefined) return nothingIsChanged;
  if (identity.kind !== 'person') return personMustBind;
  const number = numberOf(identity, request);
  if (typeof number !== 'string') return number;
  // As the record compares them: two people never differ in case only.
  const isOwn = place.kind === 'person' && place.uid.toLowerCase() === identity.uid.toLowerCase();
  if (!isOwn) return ownEntryOnly;
  if (profile.spelling.kind === 'jpki') return signatureRequired;
  return whenCardAdmitted(facade, exchange, identity.device, () => {
    const read = readCardNumber(profile.spelling, number);
    if (read !== undefined) return requestCard(facade, exchange, identity, read);
    countMiss(facade, exchange, identity.device);
    return unreadable;
  });
}

/** The one number that is added, or why the change is none that is taken. */
function numberOf({ device: { profile } }: BoundPerson, { changes }: ModifyRequest): string | LdapResult {
  const [change] = changes;
  if (change === undefined || changes.length !== 1) return oneNumberOnly;
  const { operation, attribute, values } = change;
  // An option (`pager;x`) would name another attribute than the one that cards are searched by.
  if (attribute.includes(';') || !isCardAttribute(profile, attribute)) return oneNumberOnly;
  const [value] = values;
  if (operation === 'delete' || value === undefined) return notTakenAway;
  return values.length === 1 ? value : oneNumberOnly;
}

async function requestCard(
  facade: Facade,
  exchange: Exchange,
  { kind: _, by: boundBy, ...person }: BoundPerson,
  number: CardNumber,
): Promise<LdapResult> {
  const { channel } = exchange.session;
  const outcome: EnrolmentOutcome = await facade.flows.requestEnrolment({
    ...{ ...person, number, channel, boundBy },
  });
  if (outcome.outcome === 'device-denied') return deviceGone;
  if (outcome.outcome === 'refused') return refusals[outcome.reason];
  if (outcome.isOfAnother) countMiss(facade, exchange, person.device);
  return requested;
}
