import { type LdapResult, result, resultCode, success } from '../codec/result-code.ts';
import type { Facade } from '../facade.ts';
import { startTlsOid } from '../root-dse.ts';
import type { Exchange } from '../session.ts';

/**
 * Whether TLS may start now. The connection does it when this succeeds and the answer is sent.
 * @param unanswered other operations under way on this connection
 * @see RFC 4511 §4.14
 */
export function startTls(facade: Facade, exchange: Exchange, unanswered: number): LdapResult {
  exchange.responseName = startTlsOid;
  if (exchange.session.channel === 'tls') return result(resultCode.operationsError, 'TLS is on already.');
  if (!facade.offersStartTls) {
    return result(resultCode.protocolError, 'StartTLS is off: no certificate is configured.');
  }
  if (unanswered > 0) return result(resultCode.operationsError, 'Other operations are not answered yet.');
  return success;
}
