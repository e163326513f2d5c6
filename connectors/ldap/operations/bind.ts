import { readCardNumber } from '../../../idp/domain/card-spelling.ts';
import { passwordPolicyOid, passwordPolicyResponse } from '../codec/controls.ts';
import type { BindRequest } from '../codec/request.ts';
import { type LdapResult, result, resultCode, success } from '../codec/result-code.ts';
import type { BoundDevice, CardLogInOutcome, DeviceBindOutcome, MaybePromise } from '../directory-service.ts';
import type { Facade } from '../facade.ts';
import { notedBind } from '../note-decision.ts';
import { countMiss } from '../search/card-search.ts';
import { anonymous, type Exchange } from '../session.ts';
import type { Place } from '../tree.ts';
import { whenAdmitted, whenCardAdmitted } from '../when-admitted.ts';
import { bindPerson } from './bind-person.ts';
import { bindSasl } from './bind-sasl.ts';
import { confidentialityRequired, invalidCredentials, refused } from './refused-bind.ts';

/**
 * Simple bind of a device account, of a card number with the device's secret as its password, or of a person; SASL
 * EXTERNAL beside it.
 * Whatever happens, the connection is anonymous first.
 * @see RFC 4511 §4.2, RFC 4513 §4 and §5.1
 */
export function bind(facade: Facade, exchange: Exchange, request: BindRequest): MaybePromise<LdapResult> {
  exchange.session.identity = anonymous;
  // A page that another identity began is not gone on with.
  exchange.session.pages.clear();
  if (exchange.controls.some(({ type }) => type === passwordPolicyOid)) {
    exchange.responseControls = [passwordPolicyResponse];
  }
  const { version, name, authentication } = request;
  if (version !== 3) return result(resultCode.protocolError, 'Only LDAP version 3 is spoken.');
  if (authentication.kind === 'sasl') {
    return bindSasl(facade, exchange, authentication);
  }
  const place = facade.tree.locate(name);
  const { password } = authentication;
  if (password.length === 0) {
    if (place.kind === 'root') return success;
    // RFC 4513 §5.1.2: a name without a password would pass for a sign-in with careless clients.
    const answer = result(resultCode.unwillingToPerform, 'A name needs a password.');
    return notedBind(facade, exchange, 'password-missing', answer);
  }
  const { remoteAddress } = exchange.session;
  return whenAdmitted(facade.bindGuesses, remoteAddress, () =>
    bindAt(facade, exchange, place, password.toString('utf8')),
  );
}

function bindAt(facade: Facade, exchange: Exchange, place: Place, secret: string): MaybePromise<LdapResult> {
  if (place.kind === 'person') return bindPerson(facade, exchange, place.uid, secret);
  if (place.kind !== 'device' && place.kind !== 'card') {
    return notedBind(facade, exchange, 'device-unknown', refused(facade, exchange));
  }
  const outcome = facade.flows.bindDevice({
    name: place.kind === 'device' ? place.name : place.device,
    secret,
    remoteAddress: exchange.session.remoteAddress,
    channel: exchange.session.channel,
    way: place.kind === 'card' ? 'card-bind' : 'device',
  });
  const answer = (known: DeviceBindOutcome) => answerDevice(facade, exchange, place, known);
  return outcome instanceof Promise ? outcome.then(answer) : answer(outcome);
}

function answerDevice(
  facade: Facade,
  exchange: Exchange,
  place: Extract<Place, { readonly kind: 'device' | 'card' }>,
  outcome: DeviceBindOutcome,
): MaybePromise<LdapResult> {
  if (outcome.outcome === 'denied') {
    return outcome.reason === 'confidentiality-required'
      ? confidentialityRequired
      : refused(facade, exchange);
  }
  if (place.kind === 'card') return bindCard(facade, exchange, outcome.device, place.number);
  exchange.session.identity = { kind: 'device', device: outcome.device };
  exchange.session.lastDevice = outcome.device;
  return success;
}

function bindCard(
  facade: Facade,
  exchange: Exchange,
  device: BoundDevice,
  text: string,
): MaybePromise<LdapResult> {
  if (!device.profile.ways.includes('card-bind')) {
    const refusal = 'This device account does not bind card numbers.';
    const answer = result(resultCode.unwillingToPerform, refusal);
    return notedBind(facade, exchange, 'card-way-not-in-profile', answer, device);
  }
  return whenCardAdmitted(facade, exchange, device, () => {
    const number = readCardNumber(device.profile.spelling, text);
    const { remoteAddress } = exchange.session;
    const request = { device, number, way: 'card-bind', remoteAddress } as const;
    const outcome = facade.flows.logInWithCard(request);
    const answer = (known: CardLogInOutcome) => answerCard(facade, exchange, device, known);
    return outcome instanceof Promise ? outcome.then(answer) : answer(outcome);
  });
}

function answerCard(
  facade: Facade,
  exchange: Exchange,
  device: BoundDevice,
  outcome: CardLogInOutcome,
): LdapResult {
  if (outcome.outcome === 'granted') {
    const { person, cardId } = outcome;
    exchange.session.identity = {
      ...{ kind: 'person', by: 'card-bind', device, uid: person.uid },
      ...(cardId === undefined ? {} : { cardId }),
    };
    return success;
  }
  if (outcome.outcome === 'denied' && outcome.reason === 'unknown-card') countMiss(facade, exchange, device);
  return invalidCredentials;
}
