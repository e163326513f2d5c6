import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { toAcr } from '../../../idp/domain/assurance.ts';
import type { Person } from '../../../idp/domain/person.ts';
import { actor } from '../../../idp/domain/registration.ts';
import { changeClientLogout } from '../../../idp/flows/change-client-logout.ts';
import { addOidcClient } from '../../../idp/flows/manage-clients.ts';
import { Browser, type Page } from '../http/support/browser.ts';
import { presentCard, RelyingParty } from '../http/support/relying-party.ts';
import { type RunningIdp, runIdp } from '../http/support/running-idp.ts';
import type { SoftwareBridge } from '../http/support/software-bridge.ts';

const admin = actor('os', 0);
const redirectUri = 'http://localhost:9/callback';
const bye = 'http://localhost:9/bye';

let idp: RunningIdp;
let bridge: SoftwareBridge;
let kintai: RelyingParty;
let zaimu: RelyingParty;
let person: Person;
const serialNumber = '0b00a1';

beforeAll(async () => {
  idp = await runIdp();
  person = await idp.addPerson('hanako');
  await idp.addCard(person, serialNumber);
  const added = await addOidcClient(idp.context, {
    ...{
      name: '勤怠 Kintai',
      requiredGroups: [],
      redirectUris: [redirectUri],
      actor: admin,
      pinWindowSeconds: 0,
    },
    ...{ acceptedAcr: [toAcr('card-pin')], settings: { postLogoutRedirectUris: [bye] } },
  });
  const other = await idp.addClient('財務 Zaimu', ['card-pin']);
  kintai = await RelyingParty.discover(idp.issuer, { ...added, redirectUri });
  zaimu = await RelyingParty.discover(idp.issuer, other);
  bridge = await idp.addBridge('窓口1', [kintai.client, other]);
});
afterAll(() => idp.close());

let browser: Browser;
let idToken: string;
beforeEach(async () => {
  browser = new Browser('en');
  idToken = await signIn(kintai);
});

async function signIn(rp: RelyingParty): Promise<string> {
  const started = await rp.start({ prompt: 'login' });
  const page = await browser.follow(started.url);
  const now = idp.clock.now();
  const { location } = await presentCard(browser, page, { bridge, serialNumber, demand: 'pin', now });
  return (await rp.redeem(location, started)).id_token ?? '';
}

async function stillSignedIn(rp = kintai): Promise<boolean> {
  const { location } = await browser.follow((await rp.start({ prompt: 'none' })).url);
  return new URL(location).searchParams.has('code');
}

const ask = (parameters: Record<string, string>): Promise<Page> =>
  browser.get(`${idp.issuer}/logout?${new URLSearchParams(parameters)}`);

/** Presses a button of the page that asks. */
function press(page: Page, button: 'yes' | 'no'): Promise<Page> {
  const xsrf = /name="xsrf" value="([^"]*)"/.exec(page.text)?.[1] ?? '';
  const action = /action="([^"]*)"/.exec(page.text)?.[1] ?? '';
  return browser.post(new URL(action, page.url).href, {
    xsrf,
    ...(button === 'yes' ? { logout: 'yes' } : {}),
  });
}

describe('signing out where a client began it', () => {
  it('asks first, then goes back with the state to the address that was registered', async () => {
    const page = await ask({ id_token_hint: idToken, post_logout_redirect_uri: bye, state: 'a b&c' });
    expect(page.text).toContain('name="logout" value="yes"');
    expect(await stillSignedIn()).toBe(true);
    const { location } = await press(page, 'yes');
    expect(location).toBe(`${bye}?state=a+b%26c`);
    expect(await stillSignedIn()).toBe(false);
  });

  it('takes the client’s id in the place of an ID token', async () => {
    const { clientId } = kintai.client;
    const page = await ask({ client_id: clientId, post_logout_redirect_uri: bye });
    expect((await press(page, 'yes')).location).toBe(bye);
    expect(await stillSignedIn()).toBe(false);
  });

  it('without a hint ends at our own page, whatever address was asked for', async () => {
    const page = await ask({ post_logout_redirect_uri: bye });
    const { location } = await press(page, 'yes');
    expect(new URL(location).origin).toBe(idp.issuer);
    expect((await browser.get(location)).text).toContain('You are signed out');
  });

  it('and thought better of, ends the sign-in of that client alone', async () => {
    await signIn(zaimu);
    const page = await ask({ id_token_hint: idToken, post_logout_redirect_uri: bye });
    await press(page, 'no');
    expect([await stillSignedIn(kintai), await stillSignedIn(zaimu)]).toEqual([false, true]);
  });

  it.each([
    ['another host', 'http://evil.example/bye'],
    ['another path', `${bye}/more`],
    ['a name and password before the host', 'http://localhost:9@evil.example/bye'],
    ['a script', 'javascript:alert(1)'],
    ['a query added', `${bye}?next=https://evil.example`],
    ['the redirect URI', redirectUri],
  ])('leads nobody to %s', async (_what, address) => {
    const page = await ask({ id_token_hint: idToken, post_logout_redirect_uri: address });
    expect([page.status, page.location]).toEqual([400, '']);
    expect(page.text).not.toMatch(/(href|action|content)="([^"?]*evil\.example|javascript:)/);
    expect(await stillSignedIn()).toBe(true);
  });

  it('is not done by another site: without the secret of the page nothing ends', async () => {
    await ask({ id_token_hint: idToken });
    const forged = await browser.post(`${idp.issuer}/logout/confirm`, { xsrf: 'guessed', logout: 'yes' });
    expect(forged.status).toBe(400);
    expect(await stillSignedIn()).toBe(true);
  });

  it('a hint of nobody’s making, unsigned or signed with another key, is refused', async () => {
    const [header = '', payload = ''] = idToken.split('.');
    const none = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url');
    for (const hint of [`${none}.${payload}.`, `${header}.${payload}.${'A'.repeat(86)}`, 'nonsense']) {
      expect((await ask({ id_token_hint: hint, post_logout_redirect_uri: bye })).status).toBe(400);
    }
  });
});

describe('an administrator', () => {
  const change = (client: string, changes: Parameters<typeof changeClientLogout>[1]['changes']) =>
    changeClientLogout(idp.context, { client, changes, actor: admin });

  it('notes where browsers go on after it, also for a client that is there already; it holds at once', async () => {
    const hint = await signIn(zaimu);
    const before = await ask({ id_token_hint: hint, post_logout_redirect_uri: bye });
    expect(before.status).toBe(400);
    await change('財務 Zaimu', { postLogoutRedirectUris: [bye] });
    const page = await ask({ id_token_hint: hint, post_logout_redirect_uri: bye });
    expect((await press(page, 'yes')).location).toBe(bye);
    await change('財務 Zaimu', { postLogoutRedirectUris: [] });
    const after = await ask({ id_token_hint: hint, post_logout_redirect_uri: bye });
    expect(after.status).toBe(400);
  });

  it('changes where a client is told, and takes it away again', async () => {
    const backchannelLogout = { uri: 'https://kintai.example/out', sessionRequired: true };
    expect(await change('勤怠 Kintai', { backchannelLogout })).toMatchObject({ backchannelLogout });
    expect(await change('勤怠 Kintai', {})).toMatchObject({
      backchannelLogout,
      settings: { postLogoutRedirectUris: [bye] },
    });
    expect(await change('勤怠 Kintai', { backchannelLogout: 'none' })).not.toHaveProperty(
      'backchannelLogout',
    );
  });

  it.each(['http://kintai.example/bye', 'javascript:alert(1)', 'https://x.example/#a', 'https://*.example/'])(
    'is told that %s is no such address',
    async (uri) => {
      await expect(change('勤怠 Kintai', { postLogoutRedirectUris: [uri] })).rejects.toMatchObject({
        code: 'ERR_REDIRECT_URI',
      });
    },
  );
});
