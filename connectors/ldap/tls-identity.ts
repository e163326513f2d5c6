import { createSecureContext, type SecureContext } from 'node:tls';

/** A certificate chain and its key, PEM. */
export interface TlsIdentity {
  readonly cert: string;
  readonly key: string;
}

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
      const context = createSecureContext({ cert, key, minVersion: 'TLSv1.2' });
      made = { identity: { cert, key }, context };
    }
    return made.context;
  };
}
