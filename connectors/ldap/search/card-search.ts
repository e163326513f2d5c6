import type { SearchRequest } from '../codec/request.ts';
import { type LdapResult, result, resultCode, success } from '../codec/result-code.ts';
import type { BoundDevice, CardLogInOutcome, MaybePromise } from '../directory-service.ts';
import { personEntry } from '../entry.ts';
import type { Facade } from '../facade.ts';
import { noted } from '../note-decision.ts';
import type { Exchange } from '../session.ts';
import type { Place } from '../tree.ts';
import { whenCardAdmitted } from '../when-admitted.ts';
import type { CardAssertion } from './card-assertion.ts';
import { evaluate } from './evaluate.ts';
import { reachesLeaf } from './scope.ts';
import { readSelection } from './selection.ts';

type ReadAssertion = Extract<CardAssertion, { readonly kind: 'number' | 'unreadable' }>;

const deviceGone = result(
  resultCode.insufficientAccessRights,
  'This device account is no longer admitted: bind again, or ask the administrator.',
);

/**
 * A search for a card number: a sign-in that ends in one entry or none. Unknown, suspended and revoked
 * cards look alike.
 */
export function cardSearch(
  facade: Facade,
  exchange: Exchange,
  request: SearchRequest,
  place: Place,
  device: BoundDevice,
  assertion: ReadAssertion,
): MaybePromise<LdapResult> {
  return whenCardAdmitted(facade, exchange, device, () => {
    const outcome = facade.flows.logInWithCard({
      device,
      number: assertion.kind === 'number' ? assertion.number : undefined,
      way: 'card-search',
      remoteAddress: exchange.session.remoteAddress,
    });
    const answer = (known: CardLogInOutcome) =>
      answerCardSearch(facade, exchange, request, place, device, assertion, known);
    return outcome instanceof Promise ? outcome.then(answer) : answer(outcome);
  });
}

function answerCardSearch(
  facade: Facade,
  exchange: Exchange,
  request: SearchRequest,
  place: Place,
  device: BoundDevice,
  assertion: ReadAssertion,
  outcome: CardLogInOutcome,
): LdapResult {
  if (outcome.outcome === 'device-denied') {
    return noted(facade, exchange, 'search', 'no-longer-admitted', deviceGone);
  }
  if (outcome.outcome === 'denied') {
    if (outcome.reason === 'unknown-card') countMiss(facade, exchange, device);
    return success;
  }
  // Nobody signs in with what is no number.
  if (assertion.kind !== 'number') return success;
  const { profile } = device;
  const echo = { attributes: assertion.attributes, number: assertion.text };
  const entry = personEntry(facade.tree, outcome.person, profile, profile.echoCardNumber ? echo : undefined);
  // The number was matched already, and exactly; the rest of the filter is about the person.
  const verdict = evaluate(request.filter, entry, (item) =>
    assertion.items.includes(item) ? true : 'no-override',
  );
  if (verdict !== true || !reachesLeaf(place, outcome.person.uid)) {
    // The sign-in is in the trail as granted: that its answer was empty is a line of its own.
    return noted(facade, exchange, 'search', 'card-person-not-matched', success);
  }
  exchange.sendEntry(entry, readSelection(request.attributes), request.typesOnly);
  return success;
}

/** A number that no card has counts against the device; stale lists or suspensions are not its fault. */
export function countMiss(facade: Facade, exchange: Exchange, device: BoundDevice): void {
  const misses = facade.cardGuesses.miss(device.clientId, exchange.session.remoteAddress);
  if (misses !== undefined && Math.round(misses) % 20 === 0) {
    facade.log('ldap-card-misses', { device: device.name, misses: Math.round(misses) });
  }
}
