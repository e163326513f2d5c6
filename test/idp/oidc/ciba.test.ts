import { setTimeout as delay } from 'node:timers/promises';
import {
  fetchUserInfo,
  genericGrantRequest,
  initiateBackchannelAuthentication,
  pollBackchannelAuthenticationGrant,
} from 'openid-client';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Person } from '../../../idp/domain/person.ts';
import { actor } from '../../../idp/domain/registration.ts';
import { restorePerson, suspendPerson } from '../../../idp/flows/change-person.ts';
import { addDeviceClient, type DeviceClient, DeviceReader, errorOf } from '../http/support/device-place.ts';
import { type RunningIdp, runIdp } from '../http/support/running-idp.ts';

const grantType = 'urn:openid:params:grant-type:ciba';
const whoeverTaps = 'urn:kazasu:whoever-taps';
const [hanakosCard, tarosCard] = ['0e00a1', '0e00a2'];
const admin = actor('os', 0);

let idp: RunningIdp;
let hanako: Person;
let taro: Person;
/** One reader of its own. */
let counter: DeviceClient;
let reader: DeviceReader;
/** Two readers of its own. */
let hall: DeviceClient;
let east: DeviceReader;
let west: DeviceReader;

beforeAll(async () => {
  idp = await runIdp();
  [hanako, taro] = [await idp.addPerson('hanako'), await idp.addPerson('taro')];
  await idp.addCard(hanako, hanakosCard);
  await idp.addCard(taro, tarosCard);
  counter = await addDeviceClient(idp, 'counter', ['ciba']);
  hall = await addDeviceClient(idp, 'hall', ['ciba']);
  reader = await DeviceReader.add(idp, 'counter-reader', [counter]);
  east = await DeviceReader.add(idp, 'east', [hall]);
  west = await DeviceReader.add(idp, 'west', [hall]);
});
afterAll(() => idp.close());
// Whatever a test left open is over, and every second is a new one.
afterEach(() => idp.clock.advance(400));

type Parameters = { readonly [name: string]: string };
const ask = ({ config }: DeviceClient, parameters: Parameters = {}) =>
  initiateBackchannelAuthentication(config, { scope: 'openid profile', login_hint: 'any', ...parameters });
const fetchTokens = ({ config }: DeviceClient, auth_req_id: string) =>
  genericGrantRequest(config, grantType, { auth_req_id });

describe('a client that waits for a tap', () => {
  it('gets tokens for whoever taps: openid-client asks, polls, and takes them', async () => {
    const request = await ask(counter, { login_hint: whoeverTaps });
    expect(request).toMatchObject({ expires_in: 120, interval: 2 });
    const polled = pollBackchannelAuthenticationGrant(counter.config, request);
    await delay(2_500);
    expect(await reader.tap(tarosCard)).toBe(200);
    idp.clock.advance(2);
    const tokens = await polled;
    expect(tokens.claims()).toMatchObject({
      ...{ sub: taro.personId, aud: counter.clientId, acr: 'urn:kazasu:acr:certificate', amr: ['user'] },
    });
    const info = await fetchUserInfo(counter.config, tokens.access_token, taro.personId);
    expect(info).toMatchObject({ preferred_username: 'taro' });
    expect(tokens.refresh_token).toBeUndefined();
  }, 20_000);

  it.each([
    ['uid', () => 'hanako'],
    ['sub', () => hanako.personId],
  ])('gets them for the person whom it named by %s, and nobody else', async (_by, hint) => {
    const request = await ask(counter, { login_hint: hint() });
    expect(await errorOf(fetchTokens(counter, request.auth_req_id))).toMatch(/^authorization_pending/);
    await reader.tap(hanakosCard);
    expect((await fetchTokens(counter, request.auth_req_id)).claims()?.sub).toBe(hanako.personId);
  });

  it('gets them for the person of an ID token that it had before', async () => {
    const first = await ask(counter);
    await reader.tap(hanakosCard);
    const { id_token = '' } = await fetchTokens(counter, first.auth_req_id);
    const second = await ask(counter, { login_hint: '', id_token_hint: id_token });
    await reader.tap(tarosCard);
    expect(await errorOf(fetchTokens(counter, second.auth_req_id))).toBe('access_denied: another-person');
    const third = await ask(counter, { login_hint: '', id_token_hint: id_token });
    await reader.tap(hanakosCard);
    expect((await fetchTokens(counter, third.auth_req_id)).claims()?.sub).toBe(hanako.personId);
  });

  it('is told no when somebody else taps than the one whom it named, and the trail says so', async () => {
    const request = await ask(counter, { login_hint: 'hanako' });
    await reader.tap(tarosCard);
    expect(await errorOf(fetchTokens(counter, request.auth_req_id))).toBe('access_denied: another-person');
    const events = await trail();
    expect(events.at(-1)).toMatchObject({ type: 'login.denied', reason: 'another-person' });
  });

  it('is told no when the card is nobody’s', async () => {
    const request = await ask(counter);
    await reader.tap('0fffff');
    expect(await errorOf(fetchTokens(counter, request.auth_req_id))).toBe('access_denied: unknown-card');
  });

  it('takes its tokens once', async () => {
    const { auth_req_id } = await ask(counter);
    await reader.tap(hanakosCard);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 100 }, () => fetchTokens(counter, auth_req_id)),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(1);
    expect(await errorOf(fetchTokens(counter, auth_req_id))).toMatch(/^invalid_grant/);
  });

  it('is asked to slow down when it asks too often, by five seconds each time', async () => {
    const { auth_req_id } = await ask(counter);
    const poll = () => errorOf(fetchTokens(counter, auth_req_id));
    expect(await poll()).toMatch(/^authorization_pending/);
    idp.clock.advance(1);
    expect(await poll()).toMatch(/^slow_down/);
    idp.clock.advance(3);
    expect(await poll()).toMatch(/^slow_down/);
    idp.clock.advance(12);
    expect(await poll()).toMatch(/^authorization_pending/);
  });
});

describe('a tap', () => {
  it('before the request answers nothing', async () => {
    await reader.tap(hanakosCard);
    idp.clock.advance(1);
    const request = await ask(counter);
    expect(await errorOf(fetchTokens(counter, request.auth_req_id))).toMatch(/^authorization_pending/);
  });

  it('that was read before the request and comes after it answers nothing', async () => {
    const tap = await reader.sign(hanakosCard);
    idp.clock.advance(2);
    const request = await ask(counter);
    expect(await reader.post(tap)).toBe(200);
    expect(await errorOf(fetchTokens(counter, request.auth_req_id))).toMatch(/^authorization_pending/);
  });

  it('answers one request, and no other way in takes it afterwards', async () => {
    const { auth_req_id } = await ask(counter);
    const tap = await reader.sign(hanakosCard);
    const statuses = await Promise.all(Array.from({ length: 100 }, () => reader.post(tap)));
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    await fetchTokens(counter, auth_req_id);
    const next = await ask(counter);
    expect(await reader.post(tap)).not.toBe(200);
    expect(await errorOf(fetchTokens(counter, next.auth_req_id))).toMatch(/^authorization_pending/);
    const { taps, record, clock } = idp.context;
    const [card] = await record.cards.findByPerson(hanako.personId);
    const readerId = reader.readerId as Parameters0<typeof taps.findUnprompted>;
    if (card === undefined) throw new Error('no card');
    expect(await taps.findUnprompted(card.cardKey, [readerId], clock.now(), 99)).toBeUndefined();
  });

  it('at another reader of the client answers nothing', async () => {
    const { auth_req_id } = await ask(hall, { kazasu_reader: 'east' });
    await west.tap(hanakosCard);
    expect(await errorOf(fetchTokens(hall, auth_req_id))).toMatch(/^authorization_pending/);
    await east.tap(tarosCard);
    expect((await fetchTokens(hall, auth_req_id)).claims()?.sub).toBe(taro.personId);
  });

  it('that never came is told as such, for a while', async () => {
    const { auth_req_id } = await ask(counter, { requested_expiry: '30' });
    idp.clock.advance(30);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 30_000 });
    try {
      expect(await errorOf(fetchTokens(counter, auth_req_id))).toMatch(/^expired_token/);
    } finally {
      vi.useRealTimers();
    }
    idp.clock.advance(600);
    expect(await errorOf(fetchTokens(counter, auth_req_id))).toMatch(/^invalid_grant/);
  });

  it('after the request is over answers nothing: the last moment is the one before', async () => {
    await ask(counter, { requested_expiry: '30' });
    const readerId = reader.readerId as Parameters0<typeof idp.context.taps.findUnprompted>;
    const openAt = () => idp.context.tapRequests.openAt(readerId, idp.clock.now());
    idp.clock.advanceMs(29_999);
    expect(await openAt()).toBeDefined();
    idp.clock.advanceMs(1);
    expect(await openAt()).toBeUndefined();
  });
});

describe('a reader', () => {
  it('waits for one request at a time: of a hundred at once one is taken', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 100 }, () => ask(hall, { kazasu_reader: 'west' })),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const refused = await errorOf(ask(hall, { kazasu_reader: 'west' }));
    expect(refused).toBe('access_denied: another request waits at this reader');
  });

  it('must be named where a client has several', async () => {
    expect(await errorOf(ask(hall))).toMatch(/^invalid_request: several readers/);
    expect(await ask(hall, { kazasu_reader: east.readerId })).toHaveProperty('auth_req_id');
  });

  it('of somebody else is no reader to the client, as one that does not exist', async () => {
    const [others, nobodys] = await Promise.all(
      ['counter-reader', 'nowhere'].map((name) => errorOf(ask(hall, { kazasu_reader: name }))),
    );
    expect(others).toMatch(/^invalid_request: kazasu_reader names no reader/);
    expect(nobodys).toBe(others);
  });
});

describe('a request', () => {
  it('is nobody else’s to fetch', async () => {
    const { auth_req_id } = await ask(counter);
    await reader.tap(hanakosCard);
    expect(await errorOf(fetchTokens(hall, auth_req_id))).toMatch(/^invalid_grant/);
    expect((await fetchTokens(counter, auth_req_id)).claims()?.sub).toBe(hanako.personId);
  });

  it.each([
    ['names nobody', { login_hint: 'nobody' }, 'unknown_user_id'],
    ['names nobody in particular by a token', { login_hint: '', login_hint_token: 'x' }, 'invalid_request'],
    ['asks for a PIN, which no reader asks for', { claims: essential('card-pin') }, 'invalid_request'],
    ['brings a message that is no message', { binding_message: '<b>' }, 'invalid_binding_message'],
  ])('is refused that %s', async (_what, parameters, error) => {
    expect(await errorOf(ask(counter, parameters))).toMatch(new RegExp(`^${error}`));
  });

  it('may bring a message, which stands in no trail and no log', async () => {
    await ask(counter, { binding_message: '窓口3 W4SCT' });
    await reader.tap(hanakosCard);
    expect(JSON.stringify(await trail())).not.toContain('W4SCT');
    expect(idp.log.join('\n')).not.toContain('W4SCT');
  });

  it('is for clients that asked for CIBA, and no other', async () => {
    const door = await addDeviceClient(idp, 'door', ['tap']);
    await DeviceReader.add(idp, 'door-reader', [door]);
    expect(await errorOf(ask(door))).toMatch(/^(invalid_request|unauthorized_client)/);
  });
});

describe('a suspended person', () => {
  const suspend = () => suspendPerson(idp.context, { person: 'hanako', actor: admin });
  const restore = () => restorePerson(idp.context, { person: 'hanako', actor: admin });

  it('ends what waits for that person: nothing comes of the tap, and the reader is free for the next', async () => {
    const { auth_req_id } = await ask(counter, { login_hint: 'hanako' });
    await suspend();
    expect(await errorOf(fetchTokens(counter, auth_req_id))).toMatch(/^invalid_grant/);
    const next = await ask(counter, { login_hint: 'taro' });
    await reader.tap(tarosCard);
    expect((await fetchTokens(counter, next.auth_req_id)).claims()?.sub).toBe(taro.personId);
    await restore();
    expect(await errorOf(fetchTokens(counter, auth_req_id))).toMatch(/^invalid_grant/);
  });

  it('ends what that person’s tap gave and nobody fetched yet', async () => {
    const { auth_req_id } = await ask(counter);
    await reader.tap(hanakosCard);
    await suspend();
    expect(await errorOf(fetchTokens(counter, auth_req_id))).toMatch(/^invalid_grant/);
    await restore();
  });

  it('is told no by a tap', async () => {
    await suspend();
    const { auth_req_id } = await ask(counter);
    await reader.tap(hanakosCard);
    expect(await errorOf(fetchTokens(counter, auth_req_id))).toBe('access_denied: person-suspended');
    await restore();
    expect(await errorOf(ask(counter, { login_hint: 'nobody' }))).toMatch(/^unknown_user_id/);
  });

  it('cannot be named', async () => {
    await suspend();
    expect(await errorOf(ask(counter, { login_hint: 'hanako' }))).toMatch(/^unknown_user_id/);
    await restore();
  });
});

type Parameters0<F> = F extends (cardKey: never, readerIds: readonly (infer R)[], ...rest: never) => unknown
  ? R
  : never;

function essential(acr: string): string {
  return JSON.stringify({ id_token: { acr: { essential: true, value: `urn:kazasu:acr:${acr}` } } });
}

async function trail(): Promise<readonly { readonly type: string }[]> {
  const events: { readonly type: string }[] = [];
  for await (const event of idp.context.audit.read()) events.push(event);
  return events;
}
