import type { CardNumber } from '../../../idp/domain/card.ts';
import { readCardNumber } from '../../../idp/domain/card-spelling.ts';
import type { ModifyRequest } from '../codec/request.ts';
import type { LdapResult } from '../codec/result-code.ts';
import type { EnrolmentOutcome, MaybePromise } from '../directory-service.ts';
import type { Facade } from '../facade.ts';
import { notedWrite } from '../note-decision.ts';
import { isCardAttribute } from '../search/card-assertion.ts';
import { countMiss } from '../search/card-search.ts';
import type { Exchange, Identity } from '../session.ts';
import type { Place } from '../tree.ts';
import { whenCardAdmitted } from '../when-admitted.ts';
import { refusals, requested, type WriteRule } from './modify-answers.ts';

type BoundPerson = Extract<Identity, { readonly kind: 'person' }>;

/** A card number as the device spelled it, in the entry of the person who is bound. */
interface Write {
  readonly person: BoundPerson;
  readonly text: string;
}

/**
 * A card number that somebody adds to the own entry at a device becomes a request, which an approver decides; where the
 * device's profile says so. Everything else is refused.
 * @see RFC 4511 §4.6
 */
export function modify(facade: Facade, exchange: Exchange, request: ModifyRequest): MaybePromise<LdapResult> {
  const refuse = (rule: WriteRule) => notedWrite(facade, exchange, rule, refusals[rule]);
  const write = decideWrite(exchange.session.identity, facade.tree.locate(request.entry), request);
  if (typeof write === 'string') return refuse(write);
  const { person, text } = write;
  return whenCardAdmitted(facade, exchange, person.device, () => {
    const number = readCardNumber(person.device.profile.spelling, text);
    if (number !== undefined) return requestCard(facade, exchange, person, number);
    countMiss(facade, exchange, person.device);
    return refuse('card-spelled-otherwise');
  });
}

function decideWrite(identity: Identity, place: Place, request: ModifyRequest): Write | WriteRule {
  if (identity.kind === 'anonymous') return 'write-not-by-person';
  const { profile } = identity.device;
  if (profile.writeBack === undefined) return 'write-not-in-profile';
  if (identity.kind !== 'person') return 'write-not-by-person';
  const [change] = request.changes;
  if (change === undefined || request.changes.length !== 1) return 'write-of-something-else';
  const { operation, attribute, values } = change;
  // An option (`pager;x`) would name another attribute than the one that cards are searched by.
  const isCard = !attribute.includes(';') && isCardAttribute(profile, attribute);
  if (!isCard || values.length > 1) return 'write-of-something-else';
  const [text] = values;
  if (operation === 'delete' || text === undefined) return 'write-takes-away';
  // As the record compares them: two people never differ in case only.
  const isOwn = place.kind === 'person' && place.uid.toLowerCase() === identity.uid.toLowerCase();
  if (!isOwn) return 'write-of-another-entry';
  return profile.spelling.kind === 'jpki' ? 'write-needs-signature' : { person: identity, text };
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
  if (outcome.outcome === 'device-denied') return refusals['device-disabled'];
  if (outcome.outcome === 'refused') return refusals[outcome.reason];
  if (outcome.isOfAnother) countMiss(facade, exchange, person.device);
  return requested;
}
