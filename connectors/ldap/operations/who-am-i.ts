import { type LdapResult, success } from '../codec/result-code.ts';
import type { MaybePromise } from '../directory-service.ts';
import type { Facade } from '../facade.ts';
import type { Exchange, Identity } from '../session.ts';
import { whileAdmitted } from '../while-admitted.ts';

/**
 * Tells a client who it is: `dn:` and its DN, or nothing for an anonymous one.
 * @see RFC 4532
 */
export function whoAmI(facade: Facade, exchange: Exchange): MaybePromise<LdapResult> {
  const { identity } = exchange.session;
  return whileAdmitted(facade, identity, () => tell(facade, exchange, identity));
}

function tell(facade: Facade, exchange: Exchange, identity: Identity): LdapResult {
  if (identity.kind === 'device') exchange.responseValue = `dn:${facade.tree.deviceDn(identity.device.name)}`;
  else if (identity.kind === 'person') exchange.responseValue = `dn:${facade.tree.personDn(identity.uid)}`;
  else exchange.responseValue = '';
  return success;
}
