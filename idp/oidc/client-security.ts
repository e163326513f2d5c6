import { hkdfSync } from 'node:crypto';
import type { Context } from 'koa';
import { type Configuration, errors, type KoaContextWithOIDC } from 'oidc-provider';
import { certificateSubjectNames } from '../domain/oidc-settings.ts';
import type { KnownClients } from '../flows/known-clients.ts';
import { type ClientCertificate, hasSubject } from './client-certificate.ts';
import { settingsOfRequest } from './client-settings.ts';

/** What decides how clients show themselves. */
export interface ClientSecurityParts {
  readonly clients: KnownClients;
  /** Secrets that sign cookies, the current one first: DPoP nonces, which live for minutes, are derived from it. */
  readonly cookieKeys: readonly string[];
  /** The certificate that the client of this request showed; absent: none is ever believed. */
  readonly clientCertificate?: (ctx: Context) => ClientCertificate | undefined;
}

/** Signatures of FAPI 2.0. @see FAPI 2.0 Security Profile §5.4.1 */
const fapi2Algs: readonly unknown[] = ['ES256', 'PS256', 'EdDSA', 'Ed25519'];
/** What keys of clients sign with. Never HMAC: a public key must not become a secret; never `none`. */
const clientAlgs = ['ES256', 'PS256', 'RS256', 'EdDSA', 'Ed25519'] as const;
const dpopAlgs = ['ES256', 'PS256', 'EdDSA', 'Ed25519'] as const;
const nonceOctets = 32;
const longestRequestObjectSeconds = 3_600;

/** How clients show themselves, sign their requests and bind their tokens, in the words of the library. */
export function clientSecurity(parts: ClientSecurityParts) {
  const { clients } = parts;
  return {
    clientAuthMethods: [
      'client_secret_basic',
      'client_secret_post',
      'private_key_jwt',
      'none',
      'tls_client_auth',
      'self_signed_tls_client_auth',
    ],
    enabledJWA: {
      clientAuthSigningAlgValues: [...clientAlgs],
      requestObjectSigningAlgValues: [...clientAlgs],
      dPoPSigningAlgValues: [...dpopAlgs],
    },
    assertJwtClientAuthClaimsAndHeader: (ctx, claims, header) => {
      if (!settingsOfRequest(clients, ctx).fapi2) return;
      if (claims.aud !== ctx.oidc.issuer) {
        throw new errors.InvalidClientAuth('the audience of an assertion is the issuer, as one text');
      }
      if (!fapi2Algs.includes(header.alg)) {
        throw new errors.InvalidClientAuth('assertions are signed by ES256, PS256 or EdDSA');
      }
    },
    features: {
      pushedAuthorizationRequests: { enabled: true },
      dPoP: {
        enabled: true,
        nonceSecret: nonceSecretOf(parts.cookieKeys),
        // Where the client is known and must bind its tokens anyway: a proof made in advance is worth nothing.
        requireNonce: ({ oidc }) =>
          oidc.client !== undefined &&
          oidc.route === 'token' &&
          settingsOfRequest(clients, { oidc } as KoaContextWithOIDC).senderConstraint === 'dpop',
      },
      mTLS: mtls(parts),
      requestObjects: {
        enabled: true,
        assertJwtClaimsAndHeader: (ctx, claims, header) => {
          if (settingsOfRequest(clients, ctx).fapi2) requireFapi2Request(claims, header);
        },
      },
      fapi: {
        enabled: true,
        profile: (ctx) => (settingsOfRequest(clients, ctx).fapi2 ? '2.0' : undefined),
      },
    },
  } satisfies Configuration;
}

/** @see FAPI 2.0 Message Signing §5.3.1 */
function requireFapi2Request(
  claims: { readonly [name: string]: unknown },
  header: { readonly [name: string]: unknown },
): void {
  const { exp, nbf } = claims;
  if (typeof exp !== 'number' || typeof nbf !== 'number' || exp <= nbf) {
    throw new errors.InvalidRequestObject('a request object says from when until when it counts');
  }
  if (exp - nbf > longestRequestObjectSeconds) {
    throw new errors.InvalidRequestObject('a request object counts for an hour at most');
  }
  // What was pushed unsigned is kept by the library as a JWT without a signature.
  if (header.alg !== 'none' && !fapi2Algs.includes(header.alg)) {
    throw new errors.InvalidRequestObject('request objects are signed by ES256, PS256 or EdDSA');
  }
}

/** @see RFC 8705 §2 and §3 */
function mtls({ clientCertificate }: ClientSecurityParts) {
  const shown = (ctx: KoaContextWithOIDC) => clientCertificate?.(ctx as unknown as Context);
  return {
    enabled: true,
    certificateBoundAccessTokens: true,
    selfSignedTlsClientAuth: true,
    tlsClientAuth: true,
    getCertificate: (ctx: KoaContextWithOIDC) => shown(ctx)?.certificate,
    certificateAuthorized: (ctx: KoaContextWithOIDC) => shown(ctx)?.authorized === true,
    certificateSubjectMatches: (ctx: KoaContextWithOIDC, property: string, expected: string) => {
      const certificate = shown(ctx)?.certificate;
      const name = certificateSubjectNames.find((one) => subjectProperty(one) === property);
      if (certificate === undefined || name === undefined) return false;
      return hasSubject(certificate, { name, value: expected });
    },
  } as const;
}

/** @see RFC 8705 §2.1.2 */
export function subjectProperty(name: (typeof certificateSubjectNames)[number]): string {
  return name === 'dn' ? 'tls_client_auth_subject_dn' : `tls_client_auth_san_${name}`;
}

function nonceSecretOf([current = '']: readonly string[]): Buffer {
  return Buffer.from(hkdfSync('sha256', current, '', 'kazasu-dpop-nonce-1', nonceOctets));
}
