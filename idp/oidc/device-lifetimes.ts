import type { Configuration } from 'oidc-provider';

/** A reader is kept for one request: not for long. */
const usualCibaSeconds = 120;
const longestCibaSeconds = 300;
/** Long enough to walk to another computer and type the code. */
const deviceCodeSeconds = 300;

/** How long a client without a browser may wait for a tap. @see OpenID Connect CIBA Core 1.0 §7.1 (`requested_expiry`) */
export const deviceLifetimes: NonNullable<Configuration['ttl']> = {
  BackchannelAuthenticationRequest: (ctx) => {
    const asked = Number(ctx?.oidc?.params?.requested_expiry ?? usualCibaSeconds);
    return Math.min(asked, longestCibaSeconds);
  },
  DeviceCode: deviceCodeSeconds,
};
