import { type SigningAlgorithm, signingAlgorithms } from './signing-key.ts';

/** What kind of system a client is; it decides what a new one starts from. */
export const clientPresets = ['web', 'kiosk', 'native', 'device'] as const;
export type ClientPreset = (typeof clientPresets)[number];

/** How a client shows that it is itself. @see OpenID Connect Core §9; RFC 8705 §2 */
export const clientAuthenticationMethods = [
  'client_secret_basic',
  'client_secret_post',
  'private_key_jwt',
  'tls_client_auth',
  'self_signed_tls_client_auth',
  'none',
] as const;
export type ClientAuthenticationMethod = (typeof clientAuthenticationMethods)[number];

/** @see RFC 7591 §2 (`grant_types`) */
export const grantTypes = [
  'authorization_code',
  'refresh_token',
  'urn:ietf:params:oauth:grant-type:device_code',
  'urn:ietf:params:oauth:grant-type:jwt-bearer',
  'urn:openid:params:grant-type:ciba',
] as const;
export type GrantType = (typeof grantTypes)[number];

export const idTokenAlgs = signingAlgorithms;
export type IdTokenAlg = SigningAlgorithm;

/** What binds a token to its holder's key. @see RFC 9449; RFC 8705 §3 */
export const senderConstraints = ['none', 'dpop', 'mtls'] as const;
export type SenderConstraint = (typeof senderConstraints)[number];

/** By which part of its subject a certificate of an authority is this client's. @see RFC 8705 §2.1.2 */
export const certificateSubjectNames = ['dn', 'dns', 'uri', 'ip', 'email'] as const;

export interface CertificateSubject {
  readonly name: (typeof certificateSubjectNames)[number];
  readonly value: string;
}

/** What happens at a station between the tap and the sign-in. */
export const stationConfirms = ['ask', 'none'] as const;
export type StationConfirm = (typeof stationConfirms)[number];

/** A public key as JSON. @see RFC 7517 §4 */
export type PublicJwk = { readonly [member: string]: unknown };

/** Where the public keys of a client are. @see RFC 7591 §2 (`jwks`, `jwks_uri`) */
export type ClientKeys =
  | { readonly from: 'inline'; readonly keys: readonly PublicJwk[] }
  | { readonly from: 'uri'; readonly uri: string };

/** Which groups of a person a client learns; a group counts when it is named or has one of the prefixes. */
export type ReleasedGroups =
  | 'all'
  | { readonly names: readonly string[]; readonly prefixes: readonly string[] };

/** Scopes that release claims beside `openid`. @see OpenID Connect Core §5.4; the last three are ours */
export const releasingScopes = ['profile', 'email', 'groups', 'organization', 'employee'] as const;

/** How long each artifact of a client lives. */
export interface TokenLifetimes {
  readonly accessTokenSeconds: number;
  readonly idTokenSeconds: number;
  /** Of the whole family, counted from the sign-in; never beyond the end of the card. */
  readonly refreshTokenSeconds: number;
  /** How old a sign-in may be that still signs in at this client. */
  readonly sessionSeconds: number;
}

/** Everything about an OpenID Connect client that can be changed afterwards. */
export interface OidcSettings {
  readonly preset: ClientPreset;
  readonly authentication: ClientAuthenticationMethod;
  /** For `private_key_jwt`, `self_signed_tls_client_auth` and request objects. */
  readonly keys?: ClientKeys;
  /** For `tls_client_auth`. */
  readonly certificateSubject?: CertificateSubject;
  readonly grants: readonly GrantType[];
  /** Where it is told that a tap came; absent: it polls. @see OpenID Connect CIBA Core 1.0 §4 */
  readonly cibaNotificationEndpoint?: string;
  /** Authorization requests come by PAR or not at all. @see RFC 9126 §6 */
  readonly demandsPushedRequests: boolean;
  /** Authorization requests are signed or not taken. @see RFC 9101 §10.5 */
  readonly demandsSignedRequests: boolean;
  /** A code is good only for whoever asked for it (RFC 7636); off for programs that cannot. @see RFC 9700 §2.1.1 */
  readonly demandsPkce: boolean;
  readonly senderConstraint: SenderConstraint;
  /** Held to the FAPI 2.0 Security Profile. */
  readonly fapi2: boolean;
  readonly idTokenAlg: IdTokenAlg;
  readonly lifetimes: TokenLifetimes;
  readonly postLogoutRedirectUris: readonly string[];
  /** `pairwise`: nobody can join up what this client and others hold. @see OpenID Connect Core §8 */
  readonly subject: 'public' | 'pairwise';
  /** A host: clients with the same one see the same pairwise subject; absent: the host of the redirect URIs. */
  readonly sector?: string;
  /** The claim by which the client gets its own identifier of a person. */
  readonly identifierClaim: string;
  /** Scopes that it may ask for beside `openid`, with the claims that they release. */
  readonly scopes: readonly string[] | 'any';
  readonly groups: ReleasedGroups;
  /** Whether the ID token carries the claims of the scopes, which userinfo gives anyway. */
  readonly claimsInIdToken: boolean;
  /** Whether the person is asked before something is released: for systems that are not the organisation's own. */
  readonly consent: boolean;
  /** Whether a station asks the person whose card was held to confirm the name; a punch clock does not. */
  readonly stationConfirm: StationConfirm;
}

const dayS = 86_400;

/** What a client of this kind is unless its administrator says otherwise; `web` is what every client was before. */
export function presetSettings(preset: ClientPreset): OidcSettings {
  return { ...web, preset, ...differences[preset] };
}

const web: OidcSettings = {
  preset: 'web',
  authentication: 'client_secret_basic',
  grants: ['authorization_code', 'refresh_token'],
  demandsPushedRequests: false,
  demandsSignedRequests: false,
  demandsPkce: true,
  senderConstraint: 'none',
  fapi2: false,
  idTokenAlg: 'ES256',
  lifetimes: {
    accessTokenSeconds: 600,
    idTokenSeconds: 600,
    refreshTokenSeconds: 14 * dayS,
    sessionSeconds: 8 * 3_600,
  },
  postLogoutRedirectUris: [],
  subject: 'public',
  identifierClaim: 'client_identifier',
  scopes: 'any',
  groups: 'all',
  claimsInIdToken: false,
  consent: false,
  stationConfirm: 'ask',
};

const differences: { readonly [preset in ClientPreset]: Partial<OidcSettings> } = {
  web: {},
  // The next person stands at it a minute later.
  kiosk: {
    grants: ['authorization_code'],
    lifetimes: { ...web.lifetimes, accessTokenSeconds: 300, idTokenSeconds: 300, sessionSeconds: 300 },
  },
  // Whoever has the program has everything in it: no secret (RFC 8252 §8.5).
  native: { authentication: 'none' },
  // No browser, so no redirect: it gets tokens by the grants for devices.
  device: { grants: [] },
};
