import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Person } from '../../../idp/domain/person.ts';
import { actor } from '../../../idp/domain/registration.ts';
import { restoreCard, suspendCard } from '../../../idp/flows/change-card.ts';
import { restorePerson, suspendPerson } from '../../../idp/flows/change-person.ts';
import { Browser, type Page } from './support/browser.ts';
import { linkTo, presentCard, RelyingParty } from './support/relying-party.ts';
import { type RunningIdp, runIdp } from './support/running-idp.ts';
import type { SoftwareBridge } from './support/software-bridge.ts';

let idp: RunningIdp;
let bridge: SoftwareBridge;
let person: Person;
let kintai: RelyingParty;
let browser: Browser;
const serialNumber = '0b00a1';
const admin = actor('os', 0);

beforeAll(async () => {
  idp = await runIdp();
  person = await idp.addPerson('hanako');
  await idp.addCard(person, serialNumber);
  kintai = await RelyingParty.discover(idp.issuer, await idp.addClient('勤怠 Kintai', ['card-pin']));
  // At a desk that is for one system: card and PIN do for our own pages there all the same.
  bridge = await idp.addBridge('窓口1', [kintai.client]);
});
afterAll(() => idp.close());
beforeEach(() => {
  browser = new Browser('en');
});

function open(path: string): Promise<Page> {
  return browser.follow(`${idp.issuer}${path}`);
}

function present(page: Page): Promise<Page> {
  return presentCard(browser, page, { bridge, serialNumber, demand: 'pin', now: idp.clock.now() });
}

describe('our own pages', () => {
  it('ask to sign in like every client, and show the page that was asked for afterwards', async () => {
    const page = await open('/me/passkeys');
    expect(page.text).toContain('Kazasu');
    expect(() => linkTo(page, 'tap')).toThrow('offers no tap');
    const shown = await present(page);
    expect(new URL(shown.url).pathname).toBe('/me/passkeys');
    expect(shown.text).toContain('You have no passkey yet.');
    expect((await browser.get(`${idp.issuer}/me/passkeys`)).status).toBe(200);
  });

  it('count no session that was decided for another client alone', async () => {
    const started = await kintai.start();
    await present(await browser.follow(started.url));
    expect(linkTo(await open('/me/passkeys'), 'pin')).toContain('/present');
  });

  it('are for nobody who is suspended, from the next request on', async () => {
    await present(await open('/me/passkeys'));
    await suspendPerson(idp.context, { person: 'hanako', actor: admin });
    expect((await browser.get(`${idp.issuer}/me/passkeys`)).status).toBe(303);
    await restorePerson(idp.context, { person: 'hanako', actor: admin });
    expect((await browser.get(`${idp.issuer}/me/passkeys`)).status).toBe(303);
  });

  it('lead nowhere but to themselves, and do not ask for ever', async () => {
    for (const state of ['https://evil.example', '//evil.example', 'passkeys', '']) {
      const page = await browser.get(`${idp.issuer}/me/return?state=${encodeURIComponent(state)}&code=x`);
      expect(page).toMatchObject({ status: 403, location: '' });
    }
    const cancelled = await browser.get(`${idp.issuer}/me/return?state=passkeys&error=access_denied`);
    expect(cancelled.location).toBe(`${idp.issuer}/`);
  });

  it('leave no code behind that anybody could redeem', async () => {
    const page = await open('/me/passkeys');
    const back = await bridge.present(
      (await browser.get(linkTo(page, 'pin'))).location,
      serialNumber,
      idp.clock.now(),
    );
    const resumed = await browser.get(back);
    const returned = await browser.get(resumed.location);
    const code = new URL(returned.location).searchParams.get('code') ?? '';
    expect(await idp.context.oidcState.find('AuthorizationCode', code)).toBeDefined();
    await browser.get(returned.location);
    expect(await idp.context.oidcState.find('AuthorizationCode', code)).toBeUndefined();
  });

  it('hear no form that another site sent', async () => {
    await present(await open('/me/passkeys'));
    const url = `${idp.issuer}/me/passkeys/some-id/remove`;
    for (const headers of [
      {},
      { origin: 'null' },
      { origin: 'https://evil.example' },
      { origin: idp.issuer, 'sec-fetch-site': 'same-site' },
    ] as Record<string, string>[]) {
      expect((await browser.post(url, {}, headers)).status).toBe(403);
    }
    expect((await browser.post(url, {}, { origin: idp.issuer })).status).toBe(303);
  });

  it('end with the working day', async () => {
    await present(await open('/me/passkeys'));
    idp.clock.advance(8 * 3_600 + 1);
    expect((await browser.get(`${idp.issuer}/me/passkeys`)).status).toBe(303);
  });
});

describe('a page that asks for a fresh proof', () => {
  it('asks again for card and PIN when five minutes have passed, and not before', async () => {
    await present(await open('/me/passkeys'));
    expect((await open('/me/passkeys/add')).text).toContain('Make the passkey');
    idp.clock.advance(299);
    expect((await browser.get(`${idp.issuer}/me/passkeys/add`)).status).toBe(200);
    idp.clock.advance(1);
    const asked = await browser.get(`${idp.issuer}/me/passkeys/add`);
    const query = new URL(asked.location).searchParams;
    expect(query.get('prompt')).toBe('login');
    expect(JSON.parse(query.get('claims') ?? '')).toEqual({
      id_token: { acr: { essential: true, values: ['urn:kazasu:acr:card-pin', 'urn:kazasu:acr:passkey'] } },
    });
    const shown = await present(await browser.follow(asked.location));
    expect(new URL(shown.url).pathname).toBe('/me/passkeys/add');
  });

  it('takes no card for fresh that was stopped since', async () => {
    await present(await open('/me/passkeys'));
    expect((await browser.get(`${idp.issuer}/me/passkeys/add`)).status).toBe(200);
    await suspendCard(idp.context, { card: `card-${serialNumber}`, actor: admin });
    expect((await browser.get(`${idp.issuer}/me/passkeys/add`)).status).toBe(303);
    await restoreCard(idp.context, { card: `card-${serialNumber}`, actor: admin });
  });
});
