import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CardState } from '../../../idp/domain/card.ts';
import { actor } from '../../../idp/domain/registration.ts';
import { restoreCard, suspendCard } from '../../../idp/flows/change-card.ts';
import { changeAndPublish } from '../../../idp/flows/publish-cards.ts';
import { requireCard } from '../../../idp/flows/require.ts';
import { rememberInteraction } from '../../../idp/http/browser-interactions.ts';
import type { RequestContext } from '../../../idp/http/request-context.ts';
import { Browser, type Page } from './support/browser.ts';
import { linkTo, RelyingParty, type StartedSignIn } from './support/relying-party.ts';
import { type RunningIdp, runIdp } from './support/running-idp.ts';
import type { SoftwareBridge } from './support/software-bridge.ts';

let idp: RunningIdp;
let bridge: SoftwareBridge;
let kintai: RelyingParty;
let cardId: string;
const serialNumber = '0b00a1';
const admin = actor('os', 0);

beforeAll(async () => {
  idp = await runIdp();
  cardId = await idp.addCard(await idp.addPerson('hanako'), serialNumber);
  const client = await idp.addClient('勤怠 Kintai', ['card-pin', 'certificate']);
  bridge = await idp.addBridge('窓口1', [client]);
  kintai = await RelyingParty.discover(idp.issuer, client);
});
afterAll(() => idp.close());

let browser: Browser;
let started: StartedSignIn;
let page: Page;
beforeEach(async () => {
  browser = new Browser('en');
  started = await kintai.start();
  page = await browser.follow(started.url);
});

/** Clicks, presents the card: where the bridge sends the browser. */
async function presented(from: Browser, at: Page, demand: 'tap' | 'pin' = 'pin'): Promise<string> {
  const toBridge = await from.get(linkTo(at, demand));
  return bridge.present(toBridge.location, serialNumber, idp.clock.now());
}

function isCallback({ location }: Page): boolean {
  return location.startsWith(`${kintai.client.redirectUri}?code=`);
}

describe('a return code', () => {
  it('in the browser that started leads to the client', async () => {
    expect(isCallback(await browser.follow(await presented(browser, page)))).toBe(true);
  });

  it('lured into another browser resumes nothing, and is worth nothing afterwards to the one that started', async () => {
    const back = await presented(browser, page);
    const victim = new Browser('en');
    const lured = await victim.get(back);
    expect([lured.status, lured.location]).toEqual([403, '']);
    expect(lured.text).toContain('not started in this browser');
    expect(victim.cookieNames).toEqual([]);
    const late = await browser.get(back);
    expect([late.status, late.location]).toEqual([403, '']);
    expect(late.text).toContain('return-code-used');
  });

  it('in a browser with a sign-in of its own resumes neither', async () => {
    const back = await presented(browser, page);
    const victim = new Browser('en');
    const own = await victim.follow((await kintai.start()).url);
    expect((await victim.get(back)).text).toContain('not started in this browser');
    expect(isCallback(await victim.follow(await presented(victim, own)))).toBe(true);
  });

  it('for a challenge that was opened in the victim’s browser signs nobody in: neither there nor at the attacker’s', async () => {
    const attacker = new Browser('en');
    const lure = await attacker.get(linkTo(await attacker.follow((await kintai.start()).url), 'pin'));
    // The victim follows the attacker's link to the own bridge and presents the own card.
    const back = await bridge.present(lure.location, serialNumber, idp.clock.now());
    expect((await browser.get(back)).status).toBe(403);
    // Whoever reads it off the victim's screen or history gets nowhere with it either.
    expect((await attacker.get(back)).text).toContain('return-code-used');
    expect((await attacker.get(`${idp.issuer}/interaction/return`)).text).toContain('return-code-unknown');
  });

  it('is good once', async () => {
    const back = await presented(browser, page);
    expect(isCallback(await browser.follow(back))).toBe(true);
    const again = await browser.get(back);
    expect([again.status, again.location]).toEqual([403, '']);
  });

  it('is good once also when the first time led to a refusal', async () => {
    const back = await presented(browser, page);
    await suspendCard(idp.context, { card: cardId, actor: admin });
    expect((await browser.get(back)).location).toContain('/refused?reason=card-suspended');
    await restoreCard(idp.context, { card: cardId, actor: admin });
    const again = await browser.get(back);
    expect([again.status, again.location]).toEqual([403, '']);
    expect(again.text).toContain('return-code-used');
  });

  it('whose card was stopped between the decision and its outcome signs nobody in', async () => {
    const resume = await browser.get(await presented(browser, page));
    // Its sessions ended a moment before there was one.
    const change = (from: CardState, state: CardState) =>
      changeAndPublish(idp.context, async ({ cards }) => {
        const card = await requireCard({ cards }, cardId);
        await cards.update({ ...card, state }, from);
      });
    await change('active', 'suspended');
    const refused = await browser.get(resume.location);
    expect(refused.location).toContain('error=access_denied');
    await change('suspended', 'active');
    const again = await browser.follow((await kintai.start()).url);
    expect(again.text).toContain('demand=pin');
  });

  it('of nobody resumes nothing', async () => {
    const answer = await browser.get(`${bridge.answer.returnUrl}?code=${'a'.repeat(26)}`);
    expect([answer.status, answer.location]).toEqual([403, '']);
  });

  it('of nobody, tried again and again, keeps nobody at the same address from signing in', async () => {
    const stranger = new Browser('en');
    for (let guess = 0; guess < 25; guess += 1) {
      await stranger.get(`${bridge.answer.returnUrl}?code=${'a'.repeat(26)}`);
    }
    expect(isCallback(await browser.follow(await presented(browser, page)))).toBe(true);
  });

  it.each([
    '',
    '?code=',
    '?code=short',
    `?code=${'a'.repeat(4_000)}`,
    '?code=%3Cscript%3E',
    '?code=aaaaaaaaaaaaaaaaaaaaaaaaaa&code=b',
  ])('that is no code (%#) resumes nothing', async (query) => {
    const answer = await browser.get(`${bridge.answer.returnUrl}${query}`);
    expect([answer.status, answer.location]).toEqual([403, '']);
    expect(answer.text).not.toContain('<script>');
  });

  it('is not good for ever', async () => {
    const back = await presented(browser, page);
    const before = idp.clock.now();
    idp.clock.advance(3_600);
    try {
      const late = await browser.get(back);
      expect(late.location).not.toContain(kintai.client.redirectUri);
    } finally {
      idp.clock.set(before);
    }
  });
});

describe('the interaction cookie', () => {
  it('planted by another host of the domain, with the page it belongs to, makes nobody sign in for the attacker', async () => {
    const attacker = new Browser('en');
    const lure = await attacker.follow((await kintai.start()).url);
    const toBridge = await attacker.get(linkTo(lure, 'pin'));
    // What `__Secure-` and a path of its own do not prevent.
    browser.copyCookies(attacker, (name) => name.startsWith('kazasu_interaction'));
    expect((await browser.get(lure.url)).status).toBe(400);
    const back = await bridge.present(toBridge.location, serialNumber, idp.clock.now());
    expect((await browser.get(back)).status).toBe(403);
    const resumed = await attacker.get(`${idp.issuer}/authorize/${lure.url.split('/').at(-1)}`);
    expect(resumed.location).not.toContain(kintai.client.redirectUri);
  });

  it('bears a name that no other host of the domain can plant, where browsers know such names', () => {
    const written: { name: string; options: object }[] = [];
    const set = (name: string, _value: string, options: object) => written.push({ name, options });
    const ctx = { cookies: { get: () => undefined, set } } as unknown as RequestContext;
    rememberInteraction(ctx, 'https://idp.example', 'u'.repeat(21));
    expect(written).toMatchObject([{ name: '__Host-kazasu_open', options: { path: '/' } }]);
  });

  it('alone resumes nothing', async () => {
    await presented(browser, page);
    expect((await browser.get(`${idp.issuer}/interaction/return`)).location).toBe('');
    expect((await browser.follow(page.url)).status).toBe(200);
  });

  it('of the library, stolen without its counterpart, does not reach the client either', async () => {
    const back = await presented(browser, page);
    const thief = new Browser('en');
    thief.copyCookies(browser, (name) => name.startsWith('kazasu_open'));
    const resumed = await thief.follow(back);
    expect(resumed.status).toBe(400);
    expect(resumed.location).toBe('');
  });

  it('of one browser opens no page of another’s interaction', async () => {
    const stranger = new Browser('en');
    for (const path of ['', '/present?demand=pin', '/refused?reason=unknown-card', '/cancel']) {
      const answer = await stranger.get(`${page.url}${path}`);
      expect([answer.status, answer.location]).toEqual([400, '']);
      expect(answer.text).toContain('This sign-in is finished, or its time is over.');
    }
  });

  it('keeps windows apart: two sign-ins in one browser both come to their end', async () => {
    const second = await browser.follow((await kintai.start({ prompt: 'login' })).url);
    const firstBack = await presented(browser, page);
    const secondBack = await presented(browser, second);
    expect(isCallback(await browser.follow(firstBack))).toBe(true);
    expect(isCallback(await browser.follow(secondBack))).toBe(true);
  });
});

describe('a refusal', () => {
  it('is told with its reason and what to do next, in the person’s language, with a way on', async () => {
    await suspendCard(idp.context, { card: cardId, actor: admin });
    try {
      const refused = await browser.follow(await presented(browser, page));
      expect(refused.status).toBe(403);
      expect(refused.url).not.toContain('code=');
      expect(refused.text).toContain('This card is suspended.');
      expect(refused.text).toContain('Contact an administrator.');
      expect(refused.text).toContain('<code>card-suspended</code>');
      expect(refused.text).toContain(`href="${new URL(page.url).pathname}"`);
      const japanese = await browser.get(`${refused.url}&lang=ja`);
      expect(japanese.text).toContain('このカードは一時停止されています。');
    } finally {
      await restoreCard(idp.context, { card: cardId, actor: admin });
    }
    expect(isCallback(await browser.follow(await presented(browser, await browser.get(page.url))))).toBe(
      true,
    );
  });

  it('shows no reason that is not one of ours', async () => {
    const answer = await browser.get(`${page.url}/refused?reason=%3Cb%3Eyou%20won`);
    expect(answer.location).toBe(page.url);
  });
});

it('an interaction of yesterday is over, and says so', async () => {
  const answer = await browser.get(`${idp.issuer}/interaction/${'x'.repeat(43)}`);
  expect(answer.status).toBe(400);
  expect(answer.text).toContain('This sign-in is finished, or its time is over.');
});
