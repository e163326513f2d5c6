import type { Acr } from '../domain/assurance.ts';
import { type DeviceGrant, deviceGrantTypes } from '../domain/device-grant.ts';
import { InvalidInput } from '../domain/fault.ts';
import type { OidcSettings } from '../domain/oidc-settings.ts';
import { isHttpsOrLoopback } from './oidc-addresses.ts';

/** The ways without a browser that somebody asks for a client. */
export interface AskedGrants {
  readonly grants?: readonly DeviceGrant[];
  /** CIBA's ping mode; without it the client polls. */
  readonly cibaNotificationEndpoint?: string;
}

/**
 * The settings with these ways, and nothing that was not asked for.
 * @throws {InvalidInput} `ERR_GRANT`, `ERR_ACR`.
 */
export function withGrants(
  settings: OidcSettings,
  {
    grants = [],
    cibaNotificationEndpoint,
    acceptedAcr,
  }: AskedGrants & { readonly acceptedAcr: readonly Acr[] },
): OidcSettings {
  if (cibaNotificationEndpoint !== undefined) requireNotificationEndpoint(grants, cibaNotificationEndpoint);
  if (grants.length === 0) return settings;
  // The default of other clients, card and PIN, is out of reach: nobody types a PIN at an unattended reader.
  if (acceptedAcr.length === 0) {
    throw new InvalidInput(
      'ERR_ACR',
      'Nobody types a PIN at a device’s reader: say what it accepts, such as --acr certificate, serial or idm.',
    );
  }
  return {
    ...settings,
    grants: [...new Set([...settings.grants, ...grants.map((grant) => deviceGrantTypes[grant])])],
    ...(cibaNotificationEndpoint === undefined ? {} : { cibaNotificationEndpoint }),
  };
}

/** @see OpenID Connect CIBA Core 1.0 §4 (`backchannel_client_notification_endpoint`) */
function requireNotificationEndpoint(grants: readonly DeviceGrant[], text: string): void {
  if (!grants.includes('ciba')) {
    throw new InvalidInput('ERR_GRANT', '--ciba-notification-endpoint goes with --grant ciba.');
  }
  if (isHttpsOrLoopback(text) && new URL(text).username === '') return;
  throw new InvalidInput(
    'ERR_GRANT',
    `"${text}" is no notification endpoint: https, or http on loopback, no fragment, no name or password in it.`,
  );
}
