import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Person } from '../../../idp/domain/person.ts';
import { Browser, type Page } from './support/browser.ts';
import { presentCard, RelyingParty } from './support/relying-party.ts';
import { type RunningIdp, runIdp } from './support/running-idp.ts';
import type { SoftwareBridge } from './support/software-bridge.ts';

let idp: RunningIdp;
let bridge: SoftwareBridge;
let kintai: RelyingParty;
let person: Person;
let serialNumber: string;
let browser: Browser;
let count = 0;

beforeAll(async () => {
  idp = await runIdp();
  const client = await idp.addClient('勤怠 Kintai', ['card-pin']);
  bridge = await idp.addBridge('窓口1', []);
  kintai = await RelyingParty.discover(idp.issuer, client);
});
afterAll(() => idp.close());
beforeEach(async () => {
  count += 1;
  serialNumber = `0f00${String(count).padStart(2, '0')}`;
  person = await idp.addPerson(`hanako-${count}`);
  await idp.addCard(person, serialNumber);
  browser = new Browser('en');
});

async function withCard(page: Page, by: Browser, serial = serialNumber): Promise<Page> {
  return presentCard(by, page, { bridge, serialNumber: serial, demand: 'pin', now: idp.clock.now() });
}

async function signInAtKintai(by = new Browser('en')): Promise<Browser> {
  const started = await kintai.start();
  const { location } = await withCard(await by.follow(started.url), by);
  await kintai.redeem(location, started);
  return by;
}

/** Opens the page, with card and PIN where they are asked for. */
async function open(by = browser, serial = serialNumber): Promise<Page> {
  const page = await by.follow(`${idp.issuer}/me/sessions`);
  return page.text.includes('demand=pin') ? withCard(page, by, serial) : page;
}

const stillSignedIn = async (by: Browser) =>
  new URL((await by.follow((await kintai.start({ prompt: 'none' })).url)).location).searchParams.has('code');
const endings = (page: Page) =>
  [...page.text.matchAll(/action="(\/me\/sessions\/[\w-]+\/end)"/g)].map(([, path = '']) => path);
const ours = { origin: '', 'sec-fetch-site': 'same-origin' };
const post = (path: string, headers: object = {}) =>
  browser.post(`${idp.issuer}${path}`, {}, { ...ours, origin: idp.issuer, ...headers });

describe('the page on which somebody sees where they are signed in', () => {
  it('asks to sign in first, and comes back', async () => {
    const asked = await browser.follow(`${idp.issuer}/me/sessions`);
    expect(asked.url).toContain('/interaction/');
    expect((await open()).text).toContain('Where you are signed in');
  });

  it('shows what is open here and elsewhere, since when and by what', async () => {
    await signInAtKintai();
    const { text } = await open();
    expect(text).toContain('This browser');
    expect(text).toContain('勤怠 Kintai');
    expect(text).toContain('My Number Card and PIN');
    expect(endings(await open())).toHaveLength(1);
  });

  it('ends one of them, and leaves the others alone', async () => {
    const [one, other] = [await signInAtKintai(), await signInAtKintai()];
    const [path = ''] = endings(await open());
    expect((await post(path)).location).toBe(`${idp.issuer}/me/sessions`);
    expect([await stillSignedIn(one), await stillSignedIn(other)].toSorted()).toEqual([false, true]);
    expect(endings(await open())).toHaveLength(1);
    // Sent twice, it is no mistake.
    expect((await post(path)).status).toBe(303);
  });

  it('ends all others at once, and not the one that asks', async () => {
    const others = [await signInAtKintai(), await signInAtKintai()];
    await open();
    await post('/me/sessions/end-others');
    for (const other of others) expect(await stillSignedIn(other)).toBe(false);
    expect((await open()).text).toContain('You are signed in nowhere else.');
  });

  it('shows and ends nobody else’s', async () => {
    const hers = await signInAtKintai();
    const [path = ''] = endings(await open());
    await idp.addCard(await idp.addPerson(`jiro-${count}`), `0e00${String(count).padStart(2, '0')}`);
    browser = new Browser('en');
    const page = await open(browser, `0e00${String(count).padStart(2, '0')}`);
    expect(endings(page)).toEqual([]);
    expect(page.text).not.toContain('勤怠 Kintai');
    expect((await post(path)).status).toBe(303);
    expect(await stillSignedIn(hers)).toBe(true);
  });

  it.each([
    ['another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
    ['a host beside us', { 'sec-fetch-site': 'same-site' }],
    ['nobody', { origin: '' }],
  ])('takes no form of %s', async (_what, headers) => {
    const other = await signInAtKintai();
    const [path = ''] = endings(await open());
    expect((await post(path, headers)).status).toBe(403);
    expect((await post('/me/sessions/end-others', headers)).status).toBe(403);
    expect(await stillSignedIn(other)).toBe(true);
  });

  it('a form without a session ends nothing', async () => {
    const other = await signInAtKintai();
    const [path = ''] = endings(await open());
    browser = new Browser('en');
    await post(path);
    expect(await stillSignedIn(other)).toBe(true);
  });
});
