/**
 * Waits for a tap at this client's reader, by CIBA in poll mode, and says who it was.
 *
 *   ISSUER=https://idp.example.jp CLIENT_ID=… CLIENT_SECRET=… node docs/examples/ciba-poll.ts
 *
 * PERSON names the one whose tap is wanted (uid or sub); without it: whoever taps.
 * READER names one of several readers of this client.
 */
import * as client from 'openid-client';

const { ISSUER = 'http://localhost:3000', CLIENT_ID = '', CLIENT_SECRET = '', PERSON, READER } = process.env;

const config = await client.discovery(
  new URL(ISSUER),
  CLIENT_ID,
  undefined,
  client.ClientSecretBasic(CLIENT_SECRET),
  // Only for a provider on this machine.
  ISSUER.startsWith('http:') ? { execute: [client.allowInsecureRequests] } : {},
);

const request = await client.initiateBackchannelAuthentication(config, {
  scope: 'openid profile',
  login_hint: PERSON ?? 'urn:kazasu:whoever-taps',
  ...(READER === undefined ? {} : { kazasu_reader: READER }),
});
console.log(`Hold a card over the reader within ${request.expires_in} seconds.`);

try {
  // Waits for `interval` between two questions, and longer when told to slow down.
  const tokens = await client.pollBackchannelAuthenticationGrant(config, request);
  const claims = tokens.claims();
  console.log(`signed in: ${claims?.sub}, ${claims?.acr}`);
} catch (error) {
  if (!(error instanceof client.ResponseBodyError)) throw error;
  // access_denied: a card was held, and it was a no. expired_token: nobody came.
  console.log(`nobody is signed in: ${error.error} ${error.error_description ?? ''}`);
  process.exitCode = 1;
}
