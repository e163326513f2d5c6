import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AcrName, toAcr } from '../../../idp/domain/assurance.ts';
import type { Person } from '../../../idp/domain/person.ts';
import { actor } from '../../../idp/domain/registration.ts';
import { suspendCard } from '../../../idp/flows/change-card.ts';
import { Browser, type Page } from '../http/support/browser.ts';
import { directoryOf, hrefTo, signInByPassword, submit } from '../http/support/forms.ts';
import { presentCard, RelyingParty, type StartedSignIn } from '../http/support/relying-party.ts';
import { type RunningIdp, runIdp } from '../http/support/running-idp.ts';
import type { SoftwareBridge } from '../http/support/software-bridge.ts';

let idp: RunningIdp;
let bridge: SoftwareBridge;
let hanako: Person;
let taro: Person;
/** Demands a certificate and a password together. */
let kinko: RelyingParty;
/** Accepts much, and asks for more where it matters. */
let portal: RelyingParty;
const cards = { hanako: '0b00a1', taro: '0b00b2' } as const;
const passwords = { hanako: 'hanako-pass', taro: 'taro-pass' } as const;
const both = toAcr('certificate+password');

beforeAll(async () => {
  idp = await runIdp({}, (clock) => ({ passwords: directoryOf(passwords, clock) }));
  hanako = await idp.addPerson('hanako', { mail: 'hanako@midori.example.jp' });
  taro = await idp.addPerson('taro', { displayName: '緑 太郎' });
  await idp.addCard(hanako, cards.hanako);
  await idp.addCard(taro, cards.taro);
  const clients = [
    await idp.addClient('Kinko', ['certificate+password']),
    await idp.addClient('Portal', ['certificate', 'card-pin', 'password', 'certificate+password']),
  ] as const;
  bridge = await idp.addBridge('窓口1', clients);
  kinko = await RelyingParty.discover(idp.issuer, clients[0]);
  portal = await RelyingParty.discover(idp.issuer, clients[1]);
});
afterAll(() => idp.close());

type Who = keyof typeof cards;

const hold = (browser: Browser, page: Page, who: Who, demand: 'tap' | 'pin' = 'tap') =>
  presentCard(browser, page, { bridge, serialNumber: cards[who], demand, now: idp.clock.now() });
const type = (browser: Browser, page: Page, who: Who) => signInByPassword(browser, page, who, passwords[who]);

async function begin(rp: RelyingParty, browser: Browser, parameters: Record<string, string> = {}) {
  const started = await rp.start(parameters);
  return { started, page: await browser.follow(started.url) };
}

/** A session that began by one way, some seconds ago. */
async function session(rp: RelyingParty, way: 'tap' | 'pin' | 'password', secondsAgo = 0): Promise<Browser> {
  const browser = new Browser('en');
  const now = idp.clock.now();
  idp.clock.set(now - secondsAgo * 1_000);
  const { page, started } = await begin(rp, browser, { acr_values: acrOf[way] });
  const end =
    way === 'password' ? await type(browser, page, 'hanako') : await hold(browser, page, 'hanako', way);
  await claimsAt(rp, end, started);
  idp.clock.set(now);
  return browser;
}

const acrOf = { tap: toAcr('certificate'), pin: toAcr('card-pin'), password: toAcr('password') } as const;

async function claimsAt(rp: RelyingParty, { location, text }: Page, started: StartedSignIn) {
  if (!location.startsWith(rp.client.redirectUri)) throw new Error(`not at the client: ${location} ${text}`);
  return (await rp.redeem(location, started)).claims();
}

const essential = (name: AcrName) =>
  JSON.stringify({ id_token: { acr: { essential: true, value: toAcr(name) } } });

/** What a page offers, in its order. */
function offers({ text }: Page): readonly string[] {
  return [...text.matchAll(/class="button [a-z]+" href="[^"]*\/(?:present\?demand=)?(\w+)"/g)].map(
    ([, way = '']) => way,
  );
}

const errorIn = ({ location }: Page) => new URL(location).searchParams.get('error');
const refusalIn = ({ text }: Page) => /<code>([\w-]+)<\/code>/.exec(text)?.[1];

describe('a client that demands a certificate and a password', () => {
  it.each(['the card first', 'the password first'] as const)('is led to through both: %s', async (order) => {
    const browser = new Browser('en');
    const { page, started } = await begin(kinko, browser);
    expect(offers(page)).toEqual(['tap', 'password']);
    const isCardFirst = order === 'the card first';
    const between = isCardFirst ? await hold(browser, page, 'hanako') : await type(browser, page, 'hanako');
    expect(offers(between)).toEqual([isCardFirst ? 'password' : 'tap']);
    expect(between.text).toContain('緑 花子: one more step is needed');
    const end = isCardFirst ? await type(browser, between, 'hanako') : await hold(browser, between, 'hanako');
    const claims = await claimsAt(kinko, end, started);
    expect(claims).toMatchObject({ sub: hanako.personId, acr: both });
    expect([claims?.amr].flat().sort()).toEqual(['pwd', 'user']);
  });

  it('does not get two people for one', async () => {
    const browser = new Browser('en');
    const { page, started } = await begin(kinko, browser);
    const between = await hold(browser, page, 'hanako');
    const refused = await type(browser, between, 'taro');
    expect([refused.status, refusalIn(refused)]).toEqual([403, 'another-person']);
    // Who began it can still end it.
    const end = await type(browser, await browser.get(between.url), 'hanako');
    expect((await claimsAt(kinko, end, started))?.sub).toBe(hanako.personId);
  });

  it('lets somebody else begin anew, with both', async () => {
    const browser = new Browser('en');
    const { page, started } = await begin(kinko, browser);
    const refused = await type(browser, await hold(browser, page, 'hanako'), 'taro');
    const anew = await browser.follow(hrefTo(refused, 'switch'));
    expect(offers(anew)).toEqual(['tap', 'password']);
    const end = await type(browser, await hold(browser, anew, 'taro'), 'taro');
    expect(await claimsAt(kinko, end, started)).toMatchObject({ sub: taro.personId, acr: both });
  });

  it('counts what was proved in this sign-in alone: not in another window, not in another browser', async () => {
    const browser = new Browser('en');
    const one = await begin(kinko, browser);
    const another = await begin(kinko, browser);
    await hold(browser, one.page, 'hanako');
    const after = await type(browser, another.page, 'hanako');
    expect(offers(after)).toEqual(['tap']);
  });

  it('does not get a card that was stopped between the two', async () => {
    await idp.addCard(hanako, '0b00cc');
    const browser = new Browser('en');
    const { page } = await begin(kinko, browser);
    const between = await presentCard(browser, page, {
      ...{ bridge, serialNumber: '0b00cc', demand: 'tap', now: idp.clock.now() },
    });
    await suspendCard(idp.context, { card: 'card-0b00cc', actor: actor('os', 0) });
    expect(errorIn(await type(browser, between, 'hanako'))).toBe('access_denied');
  });
});

describe('step-up within a session', () => {
  it('asks for the password only, where the session holds the certificate, and is as old as that', async () => {
    const browser = await session(portal, 'tap', 300);
    const { page, started } = await begin(portal, browser, { acr_values: both });
    expect(offers(page)).toEqual(['password']);
    const claims = await claimsAt(portal, await type(browser, page, 'hanako'), started);
    expect(claims).toMatchObject({ sub: hanako.personId, acr: both });
    const ageSeconds = idp.clock.now() / 1_000 - (claims?.auth_time ?? 0);
    expect(ageSeconds).toBeGreaterThanOrEqual(300);
    expect(ageSeconds).toBeLessThan(302);
  });

  it('asks for the card only, where the session holds the password', async () => {
    const browser = await session(portal, 'password');
    const { page, started } = await begin(portal, browser, { claims: essential('certificate+password') });
    expect(offers(page)).toEqual(['tap']);
    expect(await claimsAt(portal, await hold(browser, page, 'hanako'), started)).toMatchObject({ acr: both });
  });

  it('asks for nothing that the session holds already, in part or together', async () => {
    const browser = await session(portal, 'tap');
    const more = await begin(portal, browser, { acr_values: both });
    await claimsAt(portal, await type(browser, more.page, 'hanako'), more.started);
    for (const acr of [both, toAcr('certificate'), toAcr('password')]) {
      const { page, started } = await begin(portal, browser, { prompt: 'none', acr_values: acr });
      expect(await claimsAt(portal, page, started)).toMatchObject({ acr });
    }
  });

  it('takes the PIN of who is signed in, and no other person’s', async () => {
    const browser = await session(portal, 'tap');
    const { page, started } = await begin(portal, browser, { claims: essential('card-pin') });
    expect(offers(page)).toEqual(['pin']);
    const refused = await hold(browser, page, 'taro', 'pin');
    expect([refused.status, refusalIn(refused)]).toEqual([403, 'another-person-signed-in']);
    const end = await hold(browser, await browser.get(page.url), 'hanako', 'pin');
    expect(await claimsAt(portal, end, started)).toMatchObject({
      ...{ sub: hanako.personId, acr: toAcr('card-pin') },
    });
  });

  it('lets another person sign in who says so: the first is signed out', async () => {
    const browser = await session(portal, 'tap');
    const { page, started } = await begin(portal, browser, { claims: essential('card-pin') });
    const refused = await hold(browser, page, 'taro', 'pin');
    const anew = await browser.follow(hrefTo(refused, 'switch'));
    const signedOut = await hold(browser, anew, 'taro', 'pin');
    // The library ends the first person's session by a form that its page sends by itself.
    const action = /action="([^"]+)"/.exec(signedOut.text)?.[1] ?? '';
    const fields = [...signedOut.text.matchAll(/name="(\w+)" value="([^"]*)"/g)];
    const form = Object.fromEntries(fields.map(([, name = '', value = '']) => [name, value]));
    const answer = await browser.post(action, form, { origin: idp.issuer });
    const end = await browser.follow(answer.location);
    expect(await claimsAt(portal, end, started)).toMatchObject({ sub: taro.personId });
  });

  it('does not combine a session’s certificate with somebody else’s password', async () => {
    const browser = await session(portal, 'tap');
    const { page } = await begin(portal, browser, { acr_values: both });
    expect(refusalIn(await type(browser, page, 'taro'))).toBe('another-person-signed-in');
  });

  it('asks for both again, where the session’s part is older than max_age', async () => {
    const browser = await session(portal, 'tap', 300);
    const { page } = await begin(portal, browser, { acr_values: both, max_age: '200' });
    expect(offers(page)).toEqual(['tap', 'password']);
    const younger = await begin(portal, browser, { acr_values: both, max_age: '400' });
    expect(offers(younger.page)).toEqual(['password']);
  });

  it('is not got around by an old session, once the client demands more than it did', async () => {
    const rp = await RelyingParty.discover(idp.issuer, await idp.addClient('Strict', ['password']));
    const browser = await session(rp, 'password');
    await idp.context.record.change(async (tables) => {
      const client = await tables.clients.find(rp.client.clientId);
      await tables.clients.replacePolicy({ ...client!.policy, acceptedAcr: [toAcr('temporary+password')] });
    });
    await idp.context.clients.reload(idp.context.record);
    for (const parameters of [{}, { acr_values: toAcr('password') }, { max_age: '100000' }]) {
      expect(errorIn((await begin(rp, browser, { prompt: 'none', ...parameters })).page)).toBe(
        'login_required',
      );
    }
    const asked = await begin(rp, browser, { claims: essential('password') });
    expect(errorIn(asked.page)).toBe('unmet_authentication_requirements');
    // The old factor counts as a part, and as nothing more.
    expect(offers((await begin(rp, browser)).page)).not.toContain('password');
  });
});

describe('what a request says', () => {
  it('max_age: an older session signs in again, and auth_time is new', async () => {
    const browser = await session(portal, 'password', 120);
    const quiet = await begin(portal, browser, { max_age: '600', prompt: 'none' });
    const old = await claimsAt(portal, quiet.page, quiet.started);
    expect(errorIn((await begin(portal, browser, { max_age: '60', prompt: 'none' })).page)).toBe(
      'login_required',
    );
    const { page, started } = await begin(portal, browser, { max_age: '60', acr_values: toAcr('password') });
    const claims = await claimsAt(portal, await type(browser, page, 'hanako'), started);
    expect((claims?.auth_time ?? 0) - (old?.auth_time ?? 0)).toBeGreaterThanOrEqual(119);
  });

  it('prompt=login: all of it again, also the part that the session holds', async () => {
    const browser = await session(portal, 'tap');
    const { page, started } = await begin(portal, browser, { prompt: 'login', acr_values: both });
    expect(offers(page)).toEqual(['tap', 'password']);
    const end = await type(browser, await hold(browser, page, 'hanako'), 'hanako');
    expect(await claimsAt(portal, end, started)).toMatchObject({ acr: both });
  });

  it('prompt=none: nobody is asked, whatever is missing', async () => {
    expect(errorIn((await begin(portal, new Browser(), { prompt: 'none' })).page)).toBe('login_required');
    const browser = await session(portal, 'tap');
    expect(errorIn((await begin(portal, browser, { prompt: 'none', acr_values: both })).page)).toBe(
      'login_required',
    );
  });

  it('acr_values: a wish that the client may not have is no demand', async () => {
    const browser = new Browser('en');
    const { page, started } = await begin(portal, browser, { acr_values: toAcr('passkey') });
    expect(await claimsAt(portal, await type(browser, page, 'hanako'), started)).toMatchObject({
      acr: toAcr('password'),
    });
  });

  it.each(['hanako', 'hanako@midori.example.jp'])(
    'login_hint %s: nobody else signs in for it',
    async (hint) => {
      const browser = new Browser('en');
      const { page, started } = await begin(portal, browser, { login_hint: hint });
      const refused = await type(browser, page, 'taro');
      expect([refused.status, refusalIn(refused)]).toEqual([403, 'not-the-person-asked-for']);
      const end = await hold(browser, await browser.get(page.url), 'hanako');
      expect((await claimsAt(portal, end, started))?.sub).toBe(hanako.personId);
    },
  );

  it('login_hint of somebody else than who is signed in: it is asked again', async () => {
    const browser = await session(portal, 'tap');
    const { page } = await begin(portal, browser, { login_hint: 'taro' });
    expect(offers(page)).toContain('tap');
    const quiet = await begin(portal, browser, { login_hint: 'taro', prompt: 'none' });
    expect(errorIn(quiet.page)).toBe('login_required');
  });

  it('login_hint of nobody: anybody', async () => {
    const browser = new Browser('en');
    const { page, started } = await begin(portal, browser, { login_hint: 'nobody' });
    expect((await claimsAt(portal, await hold(browser, page, 'taro'), started))?.sub).toBe(taro.personId);
  });

  it('prompt=select_account: who is signed in is asked, and goes on or lets another person sign in', async () => {
    const browser = await session(portal, 'tap');
    const { page, started } = await begin(portal, browser, { prompt: 'select_account' });
    expect(page.text).toContain('Go on as 緑 花子');
    const { location } = await submit(browser, page, {});
    expect((await claimsAt(portal, await browser.follow(location), started))?.sub).toBe(hanako.personId);
    const another = await begin(portal, browser, { prompt: 'select_account' });
    expect(offers(another.page)).toEqual(['tap', 'pin', 'password']);
    // The first person's session ends on the way: see the library's form in between.
    expect((await hold(browser, another.page, 'taro')).text).toContain('logout');
    const quiet = await begin(portal, browser, { prompt: 'select_account', acr_values: both });
    const more = await browser.follow((await submit(browser, quiet.page, {})).location);
    expect(offers(more)).toEqual(['password']);
  });

  it('prompt=select_account without a session: a sign-in', async () => {
    const browser = new Browser('en');
    const { page, started } = await begin(portal, browser, { prompt: 'select_account' });
    expect(page.text).not.toContain('Go on as');
    expect((await claimsAt(portal, await hold(browser, page, 'taro'), started))?.sub).toBe(taro.personId);
  });

  it('ui_locales: the pages speak it, unless the person chose', async () => {
    const { page } = await begin(portal, new Browser('ja'), { ui_locales: 'en' });
    expect(page.text).toContain('<html lang="en">');
  });
});
