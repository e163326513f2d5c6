import type { GrantType } from './oidc-settings.ts';

/**
 * How a client without a browser signs somebody in: it asks for a tap (`ciba`), shows a code for which a tap may stand
 * (`device`), or hands over a tap of its own reader (`tap`). Only what was asked for is given.
 */
export type DeviceGrant = (typeof deviceGrants)[number];

export const deviceGrants = ['ciba', 'device', 'tap'] as const;

/**
 * @see OpenID Connect CIBA Core 1.0 §4
 * @see RFC 8628 §3.4
 * @see RFC 7523 §2.1
 */
export const deviceGrantTypes = {
  ciba: 'urn:openid:params:grant-type:ciba',
  device: 'urn:ietf:params:oauth:grant-type:device_code',
  tap: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
} as const satisfies { readonly [grant in DeviceGrant]: GrantType };
