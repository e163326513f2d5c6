import { whenKnown } from '../../../idp/domain/maybe-promise.ts';
import { type LdapResult, result, resultCode, success } from '../codec/result-code.ts';
import type { MaybePromise, PersonBindOutcome } from '../directory-service.ts';
import type { Facade } from '../facade.ts';
import type { Exchange } from '../session.ts';
import { confidentialityRequired, refused } from './refused-bind.ts';

const notOffered = result(
  resultCode.unwillingToPerform,
  'People do not bind at this device: bind as a device account, or let an administrator change its profile.',
);
const busy = result(
  resultCode.busy,
  'Too many wrong tries of this person in the last half hour, or too many people who wait at this device.',
);

/**
 * Simple bind as `uid=…,ou=people`: with the password of the directory above, a tap of the own card, or both, as the
 * device's profile demands. It stands alone on its connection while it waits.
 */
export function bindPerson(
  facade: Facade,
  exchange: Exchange,
  uid: string,
  password: string,
): MaybePromise<LdapResult> {
  const { remoteAddress, channel, lastDevice } = exchange.session;
  const outcome = facade.flows.bindPerson({
    ...{ uid, password, remoteAddress, channel, device: lastDevice },
    certificateSha256: exchange.session.clientCertificateSha256(),
    signal: exchange.signal,
  });
  return whenKnown(outcome, (known) => answer(facade, exchange, known));
}

function answer(facade: Facade, exchange: Exchange, outcome: PersonBindOutcome): LdapResult {
  if (outcome.outcome === 'bound') {
    const { device, person, cardId } = outcome;
    exchange.session.identity = {
      ...{ kind: 'person', by: 'person-bind', device, uid: person.uid },
      ...(cardId === undefined ? {} : { cardId }),
    };
    return success;
  }
  switch (outcome.reason) {
    case 'confidentiality-required':
      return confidentialityRequired;
    case 'not-offered':
      return notOffered;
    case 'busy':
      return busy;
    case 'invalid-credentials':
      return refused(facade, exchange);
  }
}
