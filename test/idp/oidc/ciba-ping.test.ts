import { genericGrantRequest, initiateBackchannelAuthentication, ResponseBodyError } from 'openid-client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { CibaPings } from '../../../idp/oidc/ciba-pings.ts';
import { addDeviceClient, type DeviceClient, DeviceReader } from '../http/support/device-place.ts';
import { type NotifiedClient, startNotifiedClient } from '../http/support/notified-client.ts';
import { type RunningIdp, runIdp } from '../http/support/running-idp.ts';

const grantType = 'urn:openid:params:grant-type:ciba';
const serialNumber = '0e00b1';
const token = 'a-token-of-the-client.1234567890';

let idp: RunningIdp;
let told: NotifiedClient;
let gate: DeviceClient;
let reader: DeviceReader;

beforeAll(async () => {
  [idp, told] = [await runIdp(), await startNotifiedClient()];
  await idp.addCard(await idp.addPerson('hanako'), serialNumber);
  gate = await addDeviceClient(idp, 'gate', ['ciba'], { cibaNotificationEndpoint: told.endpoint });
  reader = await DeviceReader.add(idp, 'gate-reader', [gate]);
});
afterAll(async () => {
  await idp.close();
  await told.close();
});

const ask = (parameters: { readonly [name: string]: string } = {}) =>
  initiateBackchannelAuthentication(gate.config, {
    ...{ scope: 'openid', login_hint: 'any', client_notification_token: token },
    ...parameters,
  });
const notified = async (count: number) => {
  await vi.waitFor(() => expect(told.notifications.length).toBe(count), { timeout: 8_000, interval: 20 });
  return told.notifications[count - 1];
};

describe('a client in ping mode', () => {
  it('is told that a tap came, by the token that it gave, and then fetches', async () => {
    const before = told.notifications.length;
    const { auth_req_id } = await ask();
    await reader.tap(serialNumber);
    expect(await notified(before + 1)).toEqual({
      authorization: `Bearer ${token}`,
      contentType: 'application/json',
      body: { auth_req_id },
    });
    const tokens = await genericGrantRequest(gate.config, grantType, { auth_req_id });
    expect(tokens.claims()?.sub).toBe('person-of-hanako');
  });

  it('is told of a no as well: which of both it was says the answer', async () => {
    const before = told.notifications.length;
    const { auth_req_id } = await ask();
    await reader.tap('0fffff');
    expect(await notified(before + 1)).toMatchObject({ body: { auth_req_id } });
    const refused = genericGrantRequest(gate.config, grantType, { auth_req_id });
    await expect(refused).rejects.toMatchObject({ error: 'access_denied' });
  });

  it('that is in trouble is told again until it takes it', async () => {
    const before = told.notifications.length;
    told.answer(503, 302);
    const { auth_req_id } = await ask();
    await reader.tap(serialNumber);
    await notified(before + 3);
    expect(told.notifications.slice(before).map(({ body }) => body)).toEqual(
      Array.from({ length: 3 }, () => ({ auth_req_id })),
    );
  });

  it('may poll all the same', async () => {
    const { auth_req_id } = await ask();
    const early = genericGrantRequest(gate.config, grantType, { auth_req_id });
    await expect(early).rejects.toMatchObject({ error: 'authorization_pending' });
    await reader.tap(serialNumber);
    const tokens = await genericGrantRequest(gate.config, grantType, { auth_req_id });
    expect(tokens.claims()?.sub).toBe('person-of-hanako');
  });

  it('must give a token to be told by', async () => {
    const asked = initiateBackchannelAuthentication(gate.config, { scope: 'openid', login_hint: 'any' });
    const error = await asked.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ResponseBodyError);
    expect(error).toMatchObject({ error: 'invalid_request' });
  });
});

describe('telling a client', () => {
  const ping = (endpoint: string, expiresAtSeconds: number) => ({
    ...{ endpoint, expiresAtSeconds, notificationToken: token, authReqId: 'id-1' },
  });

  it('ends where it refuses, and says so once', async () => {
    const log: string[] = [];
    const [pings, before] = [new CibaPings((line) => log.push(line), 1), told.notifications.length];
    told.answer(403);
    pings.start(ping(told.endpoint, 100), 0);
    await pings.idle();
    expect(told.notifications.length).toBe(before + 1);
    expect(log).toEqual([expect.stringContaining('could not be told')]);
    expect(log.join()).not.toMatch(/id-1|token-of/);
  });

  it('ends with the request: after that there is nothing to fetch', async () => {
    const log: string[] = [];
    const pings = new CibaPings((line) => log.push(line), 1);
    // Nobody listens there.
    pings.start(ping('http://127.0.0.1:9/told', 1), 0);
    await pings.idle();
    expect(log).toHaveLength(1);
  });

  it('ends with the server', async () => {
    const pings = new CibaPings(() => undefined, 60_000);
    pings.start(ping('http://127.0.0.1:9/told', 1_000), 0);
    await pings.close();
  });
});
