import type { ExtendedRequest } from '../codec/request.ts';
import { type LdapResult, result, resultCode } from '../codec/result-code.ts';
import type { MaybePromise } from '../directory-service.ts';
import type { Facade } from '../facade.ts';
import { startTlsOid, whoAmIOid } from '../root-dse.ts';
import type { Exchange } from '../session.ts';
import { startTls } from './start-tls.ts';
import { whoAmI } from './who-am-i.ts';

/** Extended operations by their OID. @see RFC 4511 §4.12 */
export function extended(
  facade: Facade,
  exchange: Exchange,
  request: ExtendedRequest,
  unanswered: number,
): MaybePromise<LdapResult> {
  if (request.name === startTlsOid) return startTls(facade, exchange, unanswered);
  if (request.name === whoAmIOid) return whoAmI(facade, exchange);
  return result(resultCode.protocolError, 'This extended operation is not known.');
}
