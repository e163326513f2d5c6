/**
 * Waits for a tap at this client's reader, by CIBA in ping mode, with nothing but what Node brings.
 *
 *   ISSUER=https://idp.example.jp CLIENT_ID=… CLIENT_SECRET=… PORT=8080 node docs/examples/ciba-ping.ts
 *
 * The provider posts to the address that was given with --ciba-notification-endpoint; here it leads to PORT, /told.
 */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';

const { ISSUER = 'http://localhost:3000', CLIENT_ID = '', CLIENT_SECRET = '', PORT = '8080' } = process.env;

interface Answer {
  readonly [name: string]: unknown;
}

async function post(endpoint: unknown, parameters: { readonly [name: string]: string }): Promise<Answer> {
  const response = await fetch(String(endpoint), {
    method: 'POST',
    headers: {
      authorization: `Basic ${btoa(`${encodeURIComponent(CLIENT_ID)}:${encodeURIComponent(CLIENT_SECRET)}`)}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams(parameters).toString(),
  });
  return (await response.json()) as Answer;
}

// By this token the provider shows that a notification is its own. A new one for every request.
const notificationToken = randomBytes(32).toString('base64url');
const told = Promise.withResolvers<string>();
const server = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  const isOurs = request.url === '/told' && request.headers.authorization === `Bearer ${notificationToken}`;
  response.writeHead(isOurs ? 204 : 401).end();
  if (isOurs) told.resolve((JSON.parse(body) as { auth_req_id: string }).auth_req_id);
}).listen(Number(PORT), '127.0.0.1');

const discovered = await fetch(`${ISSUER}/.well-known/openid-configuration`);
const provider = (await discovered.json()) as Answer;
const asked = await post(provider.backchannel_authentication_endpoint, {
  scope: 'openid profile',
  login_hint: 'urn:kazasu:whoever-taps',
  client_notification_token: notificationToken,
});
if (asked.auth_req_id === undefined) throw new Error(`refused: ${JSON.stringify(asked)}`);
console.log(`Hold a card over the reader within ${asked.expires_in} seconds.`);

const authReqId = await told.promise;
// Another request's notification is no reason to fetch this one.
if (authReqId !== asked.auth_req_id) throw new Error('told of a request that is not this one');
const tokens = await post(provider.token_endpoint, {
  grant_type: 'urn:openid:params:grant-type:ciba',
  auth_req_id: authReqId,
});
server.close();
if (typeof tokens.access_token === 'string') {
  const info = await fetch(String(provider.userinfo_endpoint), {
    headers: { authorization: `Bearer ${tokens.access_token}` },
  });
  console.log(`signed in: ${((await info.json()) as { sub: string }).sub}`);
} else {
  console.log(`nobody is signed in: ${tokens.error} ${tokens.error_description}`);
  process.exitCode = 1;
}
