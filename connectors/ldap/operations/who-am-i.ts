import { type LdapResult, success } from '../codec/result-code.ts';
import type { Facade } from '../facade.ts';
import type { Exchange } from '../session.ts';

/**
 * Tells a client who it is: `dn:` and its DN, or nothing for an anonymous one.
 * @see RFC 4532
 */
export function whoAmI(facade: Facade, exchange: Exchange): LdapResult {
  const { identity } = exchange.session;
  if (identity.kind === 'device') exchange.responseValue = `dn:${facade.tree.deviceDn(identity.device.name)}`;
  else if (identity.kind === 'person') exchange.responseValue = `dn:${facade.tree.personDn(identity.uid)}`;
  else exchange.responseValue = '';
  return success;
}
