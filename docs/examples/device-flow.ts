/**
 * Signs in on a device without a browser: it shows a code, and a tap at its reader takes the place of typing it.
 *
 *   ISSUER=https://idp.example.jp CLIENT_ID=… CLIENT_SECRET=… node docs/examples/device-flow.ts
 */
import * as client from 'openid-client';

const { ISSUER = 'http://localhost:3000', CLIENT_ID = '', CLIENT_SECRET = '' } = process.env;

const config = await client.discovery(
  new URL(ISSUER),
  CLIENT_ID,
  undefined,
  client.ClientSecretBasic(CLIENT_SECRET),
  // Only for a provider on this machine.
  ISSUER.startsWith('http:') ? { execute: [client.allowInsecureRequests] } : {},
);

const started = await client.initiateDeviceAuthorization(config, { scope: 'openid profile' });
// Only where a reader waits for this device.
if (started.kazasu_reader !== undefined)
  console.log(`Hold a card over the reader "${started.kazasu_reader}",`);
console.log(`or open ${started.verification_uri} and enter ${started.user_code}`);

try {
  const tokens = await client.pollDeviceAuthorizationGrant(config, started);
  const claims = tokens.claims();
  console.log(`signed in: ${claims?.sub}, ${claims?.acr}`);
} catch (error) {
  if (!(error instanceof client.ResponseBodyError)) throw error;
  // access_denied: a card was held, or somebody refused the code. expired_token: nobody came.
  console.log(`nobody is signed in: ${error.error} ${error.error_description ?? ''}`);
  process.exitCode = 1;
}
