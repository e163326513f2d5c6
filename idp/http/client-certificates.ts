import { X509Certificate } from 'node:crypto';
import { type ClientCertificate, isAuthorized } from '../oidc/client-certificate.ts';
import type { Clock } from '../ports/clock.ts';
import { fromTrustedProxy, type RequestContext } from './request-context.ts';

/** How a proxy that ends TLS hands on the certificate that a client showed to it. */
export interface ClientCertificateOptions {
  /** The header; the proxy sets it itself on every request, or takes it away. */
  readonly header: string;
  /** Whose certificates count for `tls_client_auth`, in PEM; empty: nobody's. */
  readonly authorities: readonly string[];
}

const largestHeader = 16_384;

/**
 * The certificate of the client of a request: only from a declared proxy, only in the header that was named for it. The
 * proxy has proved by TLS that the client holds the key; whether the certificate counts is decided here.
 * @see RFC 9440 §2.2 (`Client-Cert`); others hand on PEM, URL-encoded (nginx: `$ssl_client_escaped_cert`)
 */
export function clientCertificates(
  { header, authorities }: ClientCertificateOptions,
  clock: Clock,
): (ctx: RequestContext) => ClientCertificate | undefined {
  const trusted = authorities.map((pem) => new X509Certificate(pem));
  return (ctx) => {
    const text = fromTrustedProxy(ctx) ? ctx.get(header) : '';
    const certificate = text.length > largestHeader ? undefined : parse(text);
    if (certificate === undefined) return undefined;
    return { certificate, authorized: isAuthorized(certificate, trusted, new Date(clock.now())) };
  };
}

function parse(text: string): X509Certificate | undefined {
  try {
    const der = /^:([A-Za-z\d+/]+={0,2}):$/.exec(text)?.[1];
    if (der !== undefined) return new X509Certificate(Buffer.from(der, 'base64'));
    return text.startsWith('-----BEGIN') ? new X509Certificate(decodeURIComponent(text)) : undefined;
  } catch {
    // What cannot be read is no certificate: whoever needs one is refused.
    return undefined;
  }
}
