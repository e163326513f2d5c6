import type { DeviceProfile } from '../domain/device-profile.ts';
import type { Instant } from '../domain/instant.ts';
import type { LoginPolicy } from '../domain/login-policy.ts';
import type { OidcSettings } from '../domain/oidc-settings.ts';

/** A relying party: an OpenID Connect client or an LDAP device account, with its policy. */
export type Client = OidcClient | LdapClient;

interface AnyClient {
  readonly name: string;
  readonly policy: LoginPolicy;
  readonly addedAt: Instant;
}

/** @see OpenID Connect Dynamic Client Registration §2 for the names */
export interface OidcClient extends AnyClient {
  readonly protocol: 'oidc';
  readonly redirectUris: readonly string[];
  /** Where it is told that a session is over. */
  readonly backchannelLogout?: BackchannelLogout;
  /** What an administrator may change afterwards. */
  readonly settings: OidcSettings;
  /** In clear only because `client_secret_basic` with `oidc-provider` compares it; sealed at rest. Absent: it has none. */
  readonly sealedSecret?: string;
}

/** @see OpenID Connect Back-Channel Logout 1.0 §2.2 */
export interface BackchannelLogout {
  readonly uri: string;
  /** It tells sessions apart, and takes no logout token without `sid`. */
  readonly sessionRequired: boolean;
}

/** A printer, door or server that binds with a generated secret. */
export interface LdapClient extends AnyClient {
  readonly protocol: 'ldap';
  readonly profile: DeviceProfile;
  /** SHA-256 in hex of the generated secret. */
  readonly secretHash: string;
  /** SHA-256 in hex of the TLS client certificates that it may bind with (SASL EXTERNAL); empty: by secret only. */
  readonly certificateSha256s: readonly string[];
  /** CIDR ranges it may come from; empty: anywhere. */
  readonly addresses: readonly string[];
  readonly allowPlaintext: boolean;
}
