import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls';

/** A certificate chain and its key, PEM. */
export interface TlsIdentity {
  readonly cert: string;
  readonly key: string;
}

/** OpenSSL refuses to resume a session that asked for a client certificate and is not named. */
const sessionIdContext = 'kazasu-ldap';

/**
 * Keeps one TLS context for as long as the certificate stays the same: a renewed one counts from the next
 * connection on. TLS 1.2 is the floor.
 * @param current asked for every new connection
 */
export function secureContexts(current: () => TlsIdentity): () => SecureContext {
  let made: { readonly identity: TlsIdentity; readonly context: SecureContext } | undefined;
  return () => {
    const { cert, key } = current();
    if (made === undefined || made.identity.cert !== cert || made.identity.key !== key) {
      const context = createSecureContext({ cert, key, minVersion: 'TLSv1.2', sessionIdContext });
      made = { identity: { cert, key }, context };
    }
    return made.context;
  };
}

/**
 * SHA-256 in hex of the certificate whose key the other side proved in the handshake, whoever issued it.
 * @returns `undefined` where there is no TLS, or none was shown
 */
export function clientCertificateSha256(socket: Socket): string | undefined {
  if (!(socket instanceof TLSSocket)) return undefined;
  const certificate = socket.getPeerX509Certificate();
  return certificate && createHash('sha256').update(certificate.raw).digest('hex');
}
