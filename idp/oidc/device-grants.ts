import type { AdapterPayload } from 'oidc-provider';
import { deviceGrantTypes } from '../domain/device-grant.ts';
import type { OidcSettings } from '../domain/oidc-settings.ts';

/** How a client that asks for taps hears of them. @see OpenID Connect CIBA Core 1.0 §4 */
export function cibaMetadata({
  grants,
  cibaNotificationEndpoint,
}: Pick<OidcSettings, 'grants' | 'cibaNotificationEndpoint'>): AdapterPayload {
  if (!grants.includes(deviceGrantTypes.ciba)) return {};
  if (cibaNotificationEndpoint === undefined) return { backchannel_token_delivery_mode: 'poll' };
  return {
    backchannel_token_delivery_mode: 'ping',
    // The library takes https alone, and posts nothing itself: on loopback, http is what a client has.
    backchannel_client_notification_endpoint: cibaNotificationEndpoint.replace(/^http:/, 'https:'),
  };
}
