import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, type GenerateKeyPairResult, generateKeyPair, SignJWT } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { toAcr } from '../../../idp/domain/assurance.ts';
import { actor } from '../../../idp/domain/registration.ts';
import { addOidcClient } from '../../../idp/flows/manage-clients.ts';
import { DeviceReader } from '../../idp/http/support/device-place.ts';
import { until } from '../../support/installation.ts';
import { type Modules, passTime } from './support/module.ts';
import { ConformanceWorld, type Parameters, type TokenAnswer } from './support/world.ts';

const card = '0b00a1';
const grantType = 'urn:openid:params:grant-type:ciba';

/** A client of CIBA that shows itself by its key. */
interface CibaClient {
  readonly clientId: string;
  readonly key: GenerateKeyPairResult;
}

let world: ConformanceWorld;
let poll: CibaClient;
let other: CibaClient;
let ping: CibaClient;
let reader: DeviceReader;
let notified: { readonly path: string; readonly authorization: string; readonly body: string }[] = [];
let answer: { readonly status: number; readonly body?: string; readonly location?: string } = { status: 204 };
let endpoint: Server;

beforeAll(async () => {
  world = await ConformanceWorld.start();
  endpoint = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    notified.push({ path: request.url ?? '', authorization: request.headers.authorization ?? '', body });
    const headers = answer.location === undefined ? {} : { location: answer.location };
    response.writeHead(answer.status, headers).end(answer.body);
  });
  await new Promise<void>((resolve) => endpoint.listen(0, '127.0.0.1', resolve));
  const { port } = endpoint.address() as AddressInfo;
  poll = await addClient('poll');
  other = await addClient('other');
  ping = await addClient('ping', `http://127.0.0.1:${port}/ciba`);
  reader = await DeviceReader.add(world.idp, 'counter', [poll, ping]);
  await DeviceReader.add(world.idp, 'elsewhere', [other]);
});
afterEach(async () => {
  notified = [];
  answer = { status: 204 };
  // Whatever a module left open is over, and the next tap is a new one.
  await passTime(world, 400);
});
afterAll(async () => {
  vi.useRealTimers();
  await new Promise((resolve) => endpoint.close(resolve));
  await world.close();
});

async function addClient(name: string, cibaNotificationEndpoint?: string): Promise<CibaClient> {
  const key = await generateKeyPair('ES256', { extractable: true });
  const jwk = { ...(await exportJWK(key.publicKey)), kid: 'client', alg: 'ES256', use: 'sig' };
  const added = await addOidcClient(world.idp.context, {
    ...{ name, redirectUris: [], requiredGroups: [], pinWindowSeconds: 0, actor: actor('os', 0) },
    ...{ grants: ['ciba'], acceptedAcr: [toAcr('certificate')] },
    ...(cibaNotificationEndpoint === undefined ? {} : { cibaNotificationEndpoint }),
    settings: { authentication: 'private_key_jwt', keys: { from: 'inline', keys: [jwk] } },
  });
  return { clientId: added.clientId, key };
}

const now = () => Math.floor(Date.now() / 1_000);

async function asClient({ clientId, key }: CibaClient, changes: object = {}): Promise<Parameters> {
  const claims = { iss: clientId, sub: clientId, aud: world.idp.issuer, jti: randomUUID() };
  const assertion = await new SignJWT({ ...claims, iat: now(), exp: now() + 60, ...changes })
    .setProtectedHeader({ alg: 'ES256', kid: 'client' })
    .sign(key.privateKey);
  return {
    client_id: clientId,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
  };
}

async function post(url: string, parameters: Parameters): Promise<TokenAnswer> {
  const sent = Object.entries(parameters).filter(([, value]) => value !== '');
  return world.post(url, Object.fromEntries(sent));
}

const ask = async (client: CibaClient, parameters: Parameters = {}) =>
  post(world.endpoint('backchannel_authentication'), {
    ...{
      scope: 'openid',
      login_hint: 'hanako',
      ...(client === ping ? { client_notification_token: token } : {}),
    },
    ...(await asClient(client)),
    ...parameters,
  });
const token = 'notification-token-of-at-least-128-bits';
const fetchTokens = async (client: CibaClient, { body }: TokenAnswer, parameters: Parameters = {}) =>
  post(world.endpoint('token'), {
    ...{ grant_type: grantType, auth_req_id: String(body.auth_req_id) },
    ...(await asClient(client)),
    ...parameters,
  });

/** From the request to the tokens, with a tap between. */
async function goThrough(client: CibaClient, parameters: Parameters = {}): Promise<TokenAnswer> {
  const asked = await ask(client, parameters);
  expect(asked.status).toBe(200);
  expect(await reader.tap(card)).toBe(200);
  const tokens = await fetchTokens(client, asked);
  expect(tokens).toMatchObject({ status: 200, body: { id_token: expect.any(String) } });
  const claims = await world.verify(String(tokens.body.id_token), { audience: client.clientId });
  expect(claims.sub).toBe(world.person.personId);
  return tokens;
}

/** A client that is told, whatever its endpoint answers, still gets its tokens. */
async function goThroughTold(answered: typeof answer): Promise<void> {
  answer = answered;
  const asked = await ask(ping);
  await reader.tap(card);
  await until('a notification', () => notified.length > 0 || undefined, 3_000);
  expect(notified[0]).toMatchObject({ path: '/ciba', authorization: `Bearer ${token}` });
  expect(JSON.parse(notified[0]?.body ?? '')).toEqual({ auth_req_id: asked.body.auth_req_id });
  expect((await fetchTokens(ping, asked)).status).toBe(200);
}

const refusedWith = (answered: TokenAnswer, ...errors: readonly string[]) => {
  expect([400, 401, 403]).toContain(answered.status);
  expect(errors).toContain(answered.body.error);
};

const modules: Modules = {
  'fapi-ciba-id1-discovery-end-point-verification': async ({ metadata }) => {
    expect(metadata.grant_types_supported).toContain(grantType);
    expect(metadata.backchannel_token_delivery_modes_supported).toEqual(['poll', 'ping']);
    expect(metadata.backchannel_authentication_endpoint).toEqual(expect.any(String));
    expect(metadata.token_endpoint_auth_methods_supported).toContain('private_key_jwt');
  },
  'fapi-ciba-id1': async () => {
    const { body } = await goThrough(poll);
    expect((await world.userinfo(body.access_token)).status).toBe(200);
  },
  'fapi-ciba-id1-user-rejects-authentication': async () => {
    const asked = await ask(poll);
    // Nobody can press "no" at a reader: another card than that of the person who was asked for is what says it.
    await reader.tap('0fffff');
    refusedWith(await fetchTokens(poll, asked), 'access_denied');
  },
  'fapi-ciba-id1-multiple-call-to-token-endpoint': async () => {
    const asked = await ask(poll);
    for (let times = 0; times < 3; times += 1) {
      refusedWith(await fetchTokens(poll, asked), 'authorization_pending', 'slow_down');
    }
    await passTime(world, 30);
    await reader.tap(card);
    expect((await fetchTokens(poll, asked)).status).toBe(200);
  },
  'fapi-ciba-id1-auth-req-id-expired': async () => {
    const asked = await ask(poll, { requested_expiry: '30' });
    expect(asked.body.expires_in).toBe(30);
    await passTime(world, 31);
    refusedWith(await fetchTokens(poll, asked), 'expired_token', 'invalid_grant');
  },
  'fapi-ciba-id1-ensure-authorization-request-with-binding-message-succeeds': async () => {
    await goThrough(poll, { binding_message: '1234' });
  },
  'fapi-ciba-id1-ensure-authorization-request-with-potentially-bad-binding-message': async () => {
    const binding_message = '1234 \u{1F44D} \u{1F3FF} 品川 '.repeat(20);
    refusedWith(await ask(poll, { binding_message }), 'invalid_binding_message');
  },
  'fapi-ciba-id1-ensure-other-scope-order-succeeds': async () => {
    await goThrough(poll, { scope: 'profile openid' });
  },
  'fapi-ciba-id1-ensure-requested-expiry-as-string-succeeds': async () => {
    await goThrough(poll, { requested_expiry: '30' });
  },
  'fapi-ciba-id1-ensure-authorization-request-with-multiple-hints-fails': async () => {
    refusedWith(await ask(poll, { id_token_hint: 'another' }), 'invalid_request');
  },
  'fapi-ciba-id1-ensure-wrong-auth-req-id-in-token-endpoint-request': async () => {
    const asked = await ask(poll);
    refusedWith(await fetchTokens(other, asked), 'invalid_grant');
  },
  'fapi-ciba-id1-ensure-wrong-client-id-in-token-endpoint-request': async () => {
    const asked = await ask(poll);
    refusedWith(
      await fetchTokens(poll, asked, { client_id: other.clientId }),
      'invalid_client',
      'invalid_request',
    );
  },
  'fapi-ciba-id1-ensure-wrong-client-id-in-backchannel-authorization-request': async () => {
    refusedWith(await ask(poll, { client_id: other.clientId }), 'invalid_client', 'invalid_request');
  },
  'fapi-ciba-id1-ensure-without-client-assertion-in-token-endpoint-request': async () => {
    const asked = await ask(poll);
    const without = { client_assertion: '', client_assertion_type: '' };
    refusedWith(await fetchTokens(poll, asked, without), 'invalid_client', 'invalid_request');
  },
  'fapi-ciba-id1-ensure-without-client-assertion-in-backchannel-authorization-request': async () => {
    const without = { client_assertion: '', client_assertion_type: '' };
    refusedWith(await ask(poll, without), 'invalid_client', 'invalid_request');
  },
  'fapi-ciba-id1-ensure-client-assertion-with-iss-aud-to-token-endpoint-succeeds': async () => {
    // Every assertion here has the issuer as its audience.
    await goThrough(poll);
  },
  'fapi-ciba-id1-ping-backchannel-notification-endpoint-response-has-body': async () => {
    await goThroughTold({ status: 200, body: '{"ok":true}' });
  },
  'fapi-ciba-id1-ping-backchannel-notification-endpoint-response-401': async () => {
    await goThroughTold({ status: 401 });
  },
  'fapi-ciba-id1-ping-backchannel-notification-endpoint-response-403': async () => {
    await goThroughTold({ status: 403 });
  },
  'fapi-ciba-id1-ping-backchannel-notification-endpoint-return-redirect-request': async () => {
    await goThroughTold({ status: 301, location: '/elsewhere' });
    expect(notified.map(({ path }) => path)).not.toContain('/elsewhere');
  },
};

describe('fapi-ciba-id1-test-plan', () => {
  it.each(Object.keys(modules))('%s', async (name) => {
    await modules[name]?.(world);
  });
});
