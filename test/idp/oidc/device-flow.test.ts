import { setTimeout as delay } from 'node:timers/promises';
import {
  fetchUserInfo,
  genericGrantRequest,
  initiateDeviceAuthorization,
  pollDeviceAuthorizationGrant,
} from 'openid-client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Person } from '../../../idp/domain/person.ts';
import { actor } from '../../../idp/domain/registration.ts';
import { restorePerson, suspendPerson } from '../../../idp/flows/change-person.ts';
import { Browser, type Page } from '../http/support/browser.ts';
import { addDeviceClient, type DeviceClient, DeviceReader, errorOf } from '../http/support/device-place.ts';
import { presentCard } from '../http/support/relying-party.ts';
import { type RunningIdp, runIdp } from '../http/support/running-idp.ts';
import type { SoftwareBridge } from '../http/support/software-bridge.ts';

const grantType = 'urn:ietf:params:oauth:grant-type:device_code';
const [hanakosCard, tarosCard] = ['0f00a1', '0f00a2'];
const admin = actor('os', 0);

let idp: RunningIdp;
let hanako: Person;
let taro: Person;
/** With a reader beside it. */
let printer: DeviceClient;
let reader: DeviceReader;
/** Without one: its code is typed. */
let screen: DeviceClient;
let desk: SoftwareBridge;

beforeAll(async () => {
  idp = await runIdp();
  [hanako, taro] = [await idp.addPerson('hanako'), await idp.addPerson('taro')];
  await idp.addCard(hanako, hanakosCard);
  await idp.addCard(taro, tarosCard);
  printer = await addDeviceClient(idp, 'printer', ['device']);
  screen = await addDeviceClient(idp, 'screen', ['device']);
  reader = await DeviceReader.add(idp, 'printer-reader', [printer]);
  desk = await idp.addBridge('desk', [
    { ...printer, redirectUri: '' },
    { ...screen, redirectUri: '' },
  ]);
});
afterAll(() => idp.close());
// Whatever a test left open is over.
afterEach(() => idp.clock.advance(400));

const begin = ({ config }: DeviceClient, parameters: { readonly [name: string]: string } = {}) =>
  initiateDeviceAuthorization(config, { scope: 'openid profile', ...parameters });
const fetchTokens = ({ config }: DeviceClient, device_code: string) =>
  genericGrantRequest(config, grantType, { device_code });

describe('a device that shows a code', () => {
  it('has its person by a tap at its reader: openid-client asks, polls, and takes the tokens', async () => {
    const started = await begin(printer);
    expect(started).toMatchObject({ interval: 2, expires_in: 300, kazasu_reader: 'printer-reader' });
    expect(started.user_code).toMatch(/^[B-DF-HJ-NP-TV-XZ]{4}-[B-DF-HJ-NP-TV-XZ]{4}$/);
    const polled = pollDeviceAuthorizationGrant(printer.config, started);
    await delay(2_500);
    expect(await reader.tap(hanakosCard)).toBe(200);
    idp.clock.advance(2);
    const tokens = await polled;
    expect(tokens.claims()).toMatchObject({
      ...{ sub: hanako.personId, acr: 'urn:kazasu:acr:certificate', amr: ['user'] },
      auth_time: expect.any(Number),
    });
    const info = await fetchUserInfo(printer.config, tokens.access_token, hanako.personId);
    expect(info).toMatchObject({ preferred_username: 'hanako' });
  }, 20_000);

  it('has nobody by a tap that was before it', async () => {
    await reader.tap(hanakosCard);
    idp.clock.advance(1);
    const { device_code } = await begin(printer);
    expect(await errorOf(fetchTokens(printer, device_code))).toMatch(/^authorization_pending/);
  });

  it('is told no when the card is nobody’s', async () => {
    const { device_code } = await begin(printer);
    await reader.tap('0fffff');
    expect(await errorOf(fetchTokens(printer, device_code))).toBe('access_denied: unknown-card');
  });

  it('is asked to slow down when it asks too often', async () => {
    const { device_code } = await begin(printer);
    expect(await errorOf(fetchTokens(printer, device_code))).toMatch(/^authorization_pending/);
    expect(await errorOf(fetchTokens(printer, device_code))).toMatch(/^slow_down/);
  });

  it('waits alone at its reader', async () => {
    await begin(printer);
    expect(await errorOf(begin(printer))).toBe('access_denied: another request waits at this reader');
  });

  it('waits at no reader where its person has to be asked before something is released', async () => {
    const stranger = await addDeviceClient(idp, 'stranger', ['device'], {
      redirectUris: ['https://stranger.example/callback'],
      settings: { consent: true },
    });
    await DeviceReader.add(idp, 'stranger-reader', [stranger]);
    expect(await begin(stranger)).not.toHaveProperty('kazasu_reader');
    await expect(
      addDeviceClient(idp, 'asker', ['ciba'], {
        redirectUris: ['https://asker.example/callback'],
        settings: { consent: true },
      }),
    ).rejects.toMatchObject({ code: 'ERR_CLIENT_SETTINGS' });
  });

  it('names no reader of somebody else', async () => {
    expect(await errorOf(begin(screen, { kazasu_reader: 'printer-reader' }))).toMatch(/^invalid_request/);
    expect(await begin(screen)).not.toHaveProperty('kazasu_reader');
  });

  it('is nobody else’s to fetch', async () => {
    const { device_code } = await begin(printer);
    await reader.tap(hanakosCard);
    expect(await errorOf(fetchTokens(screen, device_code))).toMatch(/^invalid_grant/);
    expect((await fetchTokens(printer, device_code)).claims()?.sub).toBe(hanako.personId);
  });

  it('gives its tokens once, and a suspension ends what nobody fetched', async () => {
    const { device_code } = await begin(printer);
    await reader.tap(hanakosCard);
    await suspendPerson(idp.context, { person: 'hanako', actor: admin });
    expect(await errorOf(fetchTokens(printer, device_code))).toMatch(/^invalid_grant/);
    await restorePerson(idp.context, { person: 'hanako', actor: admin });
    expect(await errorOf(fetchTokens(printer, device_code))).toMatch(/^invalid_grant/);
  });
});

describe('the code, typed at another computer', () => {
  it('signs in there, and the device goes on with that person', async () => {
    const { user_code, device_code, verification_uri } = await begin(screen);
    const browser = new Browser('en');
    const confirm = await type(browser, verification_uri, user_code.toLowerCase().replace('-', ' '));
    expect(confirm.text).toContain('screen');
    expect(confirm.text).toContain(user_code);
    const signIn = await goOn(browser, confirm, 'confirm');
    const done = await presentCard(browser, signIn, {
      ...{ bridge: desk, serialNumber: tarosCard, demand: 'tap', now: idp.clock.now() },
    });
    expect(done.text).toContain('Signed in on the device');
    expect((await fetchTokens(screen, device_code)).claims()).toMatchObject({
      ...{ sub: taro.personId, acr: 'urn:kazasu:acr:certificate' },
    });
  });

  it('can be refused there: the device is told no', async () => {
    const { user_code, device_code, verification_uri } = await begin(screen);
    const browser = new Browser('en');
    const cancelled = await goOn(browser, await type(browser, verification_uri, user_code), 'abort');
    expect(cancelled.text).toContain('cancelled');
    expect(await errorOf(fetchTokens(screen, device_code))).toMatch(/^access_denied/);
  });

  it('comes along in a link, and is asked for all the same', async () => {
    const { user_code, verification_uri_complete } = await begin(screen);
    const browser = new Browser('en');
    const page = await browser.get(verification_uri_complete ?? '');
    const confirm = await browser.post(`${idp.issuer}/device`, { xsrf: hidden(page, 'xsrf'), user_code });
    expect(confirm.text).toContain('Does the device in front of you show this code?');
  });

  it('that a tap was faster than is used', async () => {
    const { user_code, device_code, verification_uri } = await begin(printer);
    await reader.tap(hanakosCard);
    const page = await type(new Browser('en'), verification_uri, user_code);
    expect(page.text).toContain('used already');
    expect((await fetchTokens(printer, device_code)).claims()?.sub).toBe(hanako.personId);
  });

  it('that somebody is typing is not taken away by a tap', async () => {
    const { user_code, device_code, verification_uri } = await begin(printer);
    const browser = new Browser('en');
    const signIn = await goOn(browser, await type(browser, verification_uri, user_code), 'confirm');
    await reader.tap(hanakosCard);
    await presentCard(browser, signIn, {
      ...{ bridge: desk, serialNumber: tarosCard, demand: 'tap', now: idp.clock.now() },
    });
    expect((await fetchTokens(printer, device_code)).claims()?.sub).toBe(taro.personId);
  });

  it('is taken from our own page alone', async () => {
    const { user_code } = await begin(screen);
    const uri = `${idp.issuer}/device`;
    // Another page posts it: without a session there is an empty form, with one a refusal.
    expect((await new Browser('en').post(uri, { xsrf: 'x', user_code })).location).toBe(uri);
    const browser = new Browser('en');
    await browser.get(uri);
    const forged = await browser.post(uri, { xsrf: 'x', user_code });
    expect(forged.status).toBe(400);
    expect(forged.text).not.toContain('Does the device in front of you show this code?');
  });

  it('is not guessed: after twenty wrong ones the address has to wait', async () => {
    const browser = new Browser('en');
    const uri = `${idp.issuer}/device`;
    for (let n = 0; n < 20; n += 1) {
      const page = await type(browser, uri, `BBBB-BBB${'BCDFGHJKLMNPQRSTVWXZ'[n]}`);
      expect(page.text).toContain('There is no such code');
    }
    const { user_code } = await begin(screen);
    const page = await type(browser, uri, user_code);
    expect(page.status).toBe(429);
    expect(page.text).not.toContain('Does the device in front of you show this code?');
  });
});

async function type(browser: Browser, verificationUri: string, user_code: string): Promise<Page> {
  const page = await browser.get(verificationUri);
  return browser.post(verificationUri, { xsrf: hidden(page, 'xsrf'), user_code });
}

/** Presses one of the buttons of the confirmation, and follows. */
async function goOn(browser: Browser, confirm: Page, button: 'confirm' | 'abort'): Promise<Page> {
  const answer = await browser.post(`${idp.issuer}/device`, {
    xsrf: hidden(confirm, 'xsrf'),
    user_code: hidden(confirm, 'user_code'),
    [button]: 'yes',
  });
  return answer.location === '' ? answer : browser.follow(answer.location);
}

function hidden({ text }: Page, name: string): string {
  const value = new RegExp(`name="${name}" value="([^"]*)"`).exec(text)?.[1];
  if (value === undefined) throw new Error(`the page holds no ${name}: ${text}`);
  return value;
}
