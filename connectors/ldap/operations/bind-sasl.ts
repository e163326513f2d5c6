import { whenKnown } from '../../../idp/domain/maybe-promise.ts';
import type { BindRequest } from '../codec/request.ts';
import { type LdapResult, result, resultCode, success } from '../codec/result-code.ts';
import type { MaybePromise } from '../directory-service.ts';
import type { Facade } from '../facade.ts';
import { notedBind } from '../note-decision.ts';
import type { Exchange } from '../session.ts';
import type { Tree } from '../tree.ts';
import { whenAdmitted } from '../when-admitted.ts';
import { refused } from './refused-bind.ts';

type SaslCredentials = Extract<BindRequest['authentication'], { readonly kind: 'sasl' }>;

/**
 * SASL EXTERNAL: the device is whose TLS client certificate an administrator noted; the handshake proved its key.
 * Credentials that are absent count as an empty authorization identity, as common clients mean it.
 * @see RFC 4513 §5.2.3, RFC 4422 appendix A
 */
export function bindSasl(
  facade: Facade,
  exchange: Exchange,
  { mechanism, credentials = '' }: SaslCredentials,
): MaybePromise<LdapResult> {
  if (mechanism !== 'EXTERNAL') {
    return result(resultCode.authMethodNotSupported, 'The one SASL mechanism here is EXTERNAL.');
  }
  const { remoteAddress } = exchange.session;
  const certificateSha256 = exchange.session.clientCertificateSha256();
  if (certificateSha256 === undefined) {
    const refusal = 'EXTERNAL needs TLS with a client certificate.';
    const answer = result(resultCode.inappropriateAuthentication, refusal);
    return notedBind(facade, exchange, 'certificate-missing', answer);
  }
  return whenAdmitted(facade.bindGuesses, remoteAddress, () => {
    const asked = askedIdentity(facade.tree, credentials);
    if (asked === undefined) {
      return notedBind(facade, exchange, 'device-unknown', refused(facade, exchange));
    }
    const outcome = facade.flows.bindCertificate({ certificateSha256, name: asked.name, remoteAddress });
    return whenKnown(outcome, (known) => {
      if (known.outcome === 'denied') return refused(facade, exchange);
      exchange.session.identity = { kind: 'device', device: known.device };
      exchange.session.lastDevice = known.device;
      return success;
    });
  });
}

/**
 * Which device the authorization identity asks for: `dn:` and its DN, or `u:` and its name.
 * @returns `undefined` for an identity that no device has
 * @throws {InvalidInput} `ERR_LDAP_DN`
 * @see RFC 4513 §5.2.1.8
 */
function askedIdentity(tree: Tree, authzId: string): { readonly name: string | undefined } | undefined {
  if (authzId === '') return { name: undefined };
  if (authzId.startsWith('u:')) return { name: authzId.slice(2) };
  if (!authzId.startsWith('dn:')) return undefined;
  const place = tree.locate(authzId.slice(3));
  return place.kind === 'device' ? { name: place.name } : undefined;
}
