import { deviceGrantTypes } from './device-grant.ts';
import { type GrantType, type OidcSettings, releasingScopes } from './oidc-settings.ts';
import { lifetimeLimits } from './oidc-settings-limits.ts';

/** A client with its addresses, as far as they have to fit together. */
interface Whole {
  readonly settings: OidcSettings;
  readonly redirectUris: readonly string[];
}

/** What of a client's settings does not fit together, in words; empty when it does. */
export function settingsProblems(whole: Whole): readonly string[] {
  const { settings } = whole;
  return [
    ...authenticationProblems(settings),
    ...grantProblems(whole),
    ...lifetimeProblems(settings),
    ...subjectProblems(whole),
    ...releaseProblems(settings),
    ...(settings.fapi2 ? fapi2Problems(settings) : []),
  ];
}

function authenticationProblems(settings: OidcSettings): readonly string[] {
  const { authentication, keys, certificateSubject, demandsSignedRequests, senderConstraint } = settings;
  const needsKeys = ['private_key_jwt', 'self_signed_tls_client_auth'].includes(authentication);
  const byCertificate = authentication === 'tls_client_auth';
  return [
    ...(needsKeys && keys === undefined ? [`${authentication}: needs the client’s public keys`] : []),
    ...(demandsSignedRequests && keys === undefined
      ? ['signed requests: need the client’s public keys']
      : []),
    ...(authentication === 'none' && !settings.demandsPkce
      ? ['pkce: a client that cannot show itself cannot do without it']
      : []),
    ...(byCertificate && certificateSubject === undefined
      ? ['tls_client_auth: needs a subject to compare the certificate with']
      : []),
    ...(!byCertificate && certificateSubject !== undefined
      ? ['certificate subject: is for tls_client_auth alone']
      : []),
    ...(authentication === 'self_signed_tls_client_auth' && hasKeyWithoutCertificate(settings)
      ? ['self_signed_tls_client_auth: every key needs its certificate (x5c)']
      : []),
    ...(authentication === 'none' && senderConstraint === 'mtls'
      ? ['mtls: a public client has no certificate of its own; use dpop']
      : []),
  ];
}

function hasKeyWithoutCertificate({ keys }: OidcSettings): boolean {
  return keys?.from === 'inline' && !keys.keys.every(({ x5c }) => Array.isArray(x5c) && x5c.length > 0);
}

/** By these a tap is all that a person does. */
const tapGrants: readonly GrantType[] = [deviceGrantTypes.ciba, deviceGrantTypes.tap];

/** @see RFC 6749 §4.1; RFC 8252 §8.5 (a native application has no secret) */
function grantProblems({ settings, redirectUris }: Whole): readonly string[] {
  const { grants, preset, authentication, consent } = settings;
  const code = grants.includes('authorization_code');
  const secret = authentication.startsWith('client_secret');
  return [
    ...(code && redirectUris.length === 0 ? ['redirect URI: the authorization code needs one'] : []),
    ...(!code && redirectUris.length > 0 ? ['redirect URI: this client takes no authorization code'] : []),
    ...(preset === 'native' && secret ? ['a native application has no secret: none or private_key_jwt'] : []),
    ...(preset !== 'native' && authentication === 'none'
      ? ['only a native application may have no way to show itself']
      : []),
    ...(consent && grants.some((grant) => tapGrants.includes(grant))
      ? ['consent: nobody is asked at a device’s reader; not with the grants ciba and tap']
      : []),
    ...(consent && !code ? ['consent: is asked in a browser, which this client does not use'] : []),
  ];
}

function lifetimeProblems({ lifetimes }: OidcSettings): readonly string[] {
  const names = Object.keys(lifetimeLimits) as (keyof typeof lifetimeLimits)[];
  return names.flatMap((name) => {
    const [least, most] = lifetimeLimits[name];
    const fits = Number.isSafeInteger(lifetimes[name]) && lifetimes[name] >= least && lifetimes[name] <= most;
    return fits ? [] : [`${name}: ${least} to ${most}`];
  });
}

/** @see OpenID Connect Core §8.1 (one host, or a sector is named) */
function subjectProblems({ settings: { subject, sector, grants }, redirectUris }: Whole): readonly string[] {
  if (subject === 'public') return sector === undefined ? [] : ['sector: is for pairwise subjects alone'];
  if (!grants.includes('authorization_code')) return ['pairwise: needs the authorization code'];
  if (grants.some((grant) => grant.endsWith(':device_code') || grant.endsWith(':ciba'))) {
    return ['pairwise: not together with the grants for devices'];
  }
  if (sector !== undefined) return isHost(sector) ? [] : ['sector: is a host name'];
  const hosts = new Set(redirectUris.map((uri) => (URL.canParse(uri) ? new URL(uri).host : '')));
  return hosts.size === 1 && !hosts.has('') ? [] : ['pairwise: redirect URIs of several hosts need a sector'];
}

function isHost(text: string): boolean {
  return /^[a-z\d](?:[a-z\d.-]{0,251}[a-z\d])?$/.test(text) && URL.canParse(`https://${text}/`);
}

/** What tokens are made of, and must not be another claim's words. @see RFC 7519 §4.1; OpenID Connect Core §2 */
const takenClaims = [
  ...[
    'iss',
    'sub',
    'aud',
    'exp',
    'nbf',
    'iat',
    'jti',
    'sid',
    'azp',
    'nonce',
    'acr',
    'amr',
    'auth_time',
    'cnf',
  ],
  ...['at_hash', 'c_hash', 's_hash', 'events', 'act', 'scope', 'client_id', '__proto__'],
];

function releaseProblems({ identifierClaim, sector: _, ...settings }: OidcSettings): readonly string[] {
  const named = /^[A-Za-z][\w.:/-]{0,99}$/.test(identifierClaim) && !takenClaims.includes(identifierClaim);
  const scopes = settings.scopes === 'any' ? [] : settings.scopes;
  return [
    ...(named
      ? []
      : ['identifier claim: a name of letters, digits, "_", and none that tokens use themselves']),
    ...(scopes.every((scope) => releasingScopes.some((known) => known === scope))
      ? []
      : [`scopes: ${releasingScopes.join(', ')}, or any`]),
  ];
}

/** @see FAPI 2.0 Security Profile §5.3.2 */
function fapi2Problems(settings: OidcSettings): readonly string[] {
  const ways = ['private_key_jwt', 'tls_client_auth', 'self_signed_tls_client_auth'];
  return [
    ...(ways.includes(settings.authentication)
      ? []
      : [`fapi2: the client shows itself by ${ways.join(', ')}`]),
    ...(settings.senderConstraint === 'none' ? ['fapi2: tokens are bound, by dpop or mtls'] : []),
    ...(settings.demandsPushedRequests ? [] : ['fapi2: requests are pushed']),
    ...(settings.demandsPkce ? [] : ['fapi2: pkce is demanded']),
    ...(settings.idTokenAlg === 'RS256' ? ['fapi2: ID tokens are signed by ES256 or EdDSA'] : []),
  ];
}
