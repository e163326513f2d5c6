import { InvalidInput } from '../domain/fault.ts';
import type { OidcSettings, TokenLifetimes } from '../domain/oidc-settings.ts';
import { settingsProblems } from '../domain/oidc-settings-problems.ts';
import { requireClientKeys } from './client-keys.ts';
import { requireRedirectUri } from './oidc-addresses.ts';

/** What is said of a client's settings; the rest stays as it is. */
export interface SettingsChoices extends Partial<Omit<OidcSettings, 'preset' | 'lifetimes' | 'sector'>> {
  readonly lifetimes?: Partial<TokenLifetimes>;
  /** Empty: none any more. */
  readonly sector?: string;
}

/** The settings as they are with these choices. Choosing FAPI 2.0 brings along what it demands and the client leaves open. */
export function settingsWith(before: OidcSettings, { lifetimes, ...choices }: SettingsChoices): OidcSettings {
  const chosen: OidcSettings = {
    ...before,
    ...choices,
    lifetimes: { ...before.lifetimes, ...lifetimes },
  };
  return withoutLeftovers(chosen.fapi2 ? withFapi2(chosen) : chosen);
}

/** @see FAPI 2.0 Security Profile §5.3.2 */
function withFapi2(chosen: OidcSettings): OidcSettings {
  const byCertificate = chosen.authentication.endsWith('tls_client_auth');
  const usual = byCertificate ? 'mtls' : 'dpop';
  return {
    ...chosen,
    demandsPushedRequests: true,
    senderConstraint: chosen.senderConstraint === 'none' ? usual : chosen.senderConstraint,
    authentication: chosen.authentication.startsWith('client_secret')
      ? 'private_key_jwt'
      : chosen.authentication,
  };
}

/** What belonged to a choice that is no longer made. */
function withoutLeftovers({ sector, certificateSubject, ...chosen }: OidcSettings): OidcSettings {
  return {
    ...chosen,
    ...(sector === undefined || sector === '' || chosen.subject === 'public' ? {} : { sector }),
    ...(certificateSubject === undefined || chosen.authentication !== 'tls_client_auth'
      ? {}
      : { certificateSubject }),
  };
}

/** Whether the client has a secret at all. */
export function hasSecret({ authentication }: Pick<OidcSettings, 'authentication'>): boolean {
  return authentication === 'client_secret_basic' || authentication === 'client_secret_post';
}

/** @throws {InvalidInput} `ERR_REDIRECT_URI`, `ERR_JWKS`, `ERR_JWKS_URI`, `ERR_CLIENT_SETTINGS` with everything that does not fit together */
export function requireSettings(whole: {
  readonly settings: OidcSettings;
  readonly redirectUris: readonly string[];
}): void {
  const { preset, postLogoutRedirectUris } = whole.settings;
  for (const uri of [...whole.redirectUris, ...postLogoutRedirectUris]) requireRedirectUri(uri, preset);
  if (whole.settings.keys !== undefined) requireClientKeys(whole.settings.keys);
  const problems = settingsProblems(whole);
  if (problems.length === 0) return;
  throw new InvalidInput(
    'ERR_CLIENT_SETTINGS',
    `These settings do not fit together: ${problems.join('; ')}.`,
  );
}
