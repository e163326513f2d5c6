import type { ChildProcess } from 'node:child_process';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import {
  closeDesk,
  enrolDesk,
  registerHanakosCard,
  runBridge,
  startWithHanako,
} from '../support/desk-with-a-card.ts';
import { createInstallation, type Installation } from '../support/installation.ts';
import { requirePrograms } from '../support/programs.ts';
import { type RelyingParty, startRelyingParty } from '../support/relying-party.ts';
import { startVirtualReader, type VirtualCard, type VirtualReader } from '../support/virtual-card.ts';

const missing = requirePrograms('pcscd', 'vpcd', 'chromium');
const pin = '4917';

/** Each test is the next step of one story: a kiosk in the hall, from its pairing to its end. */
describe.skipIf(missing)('software card → vpcd → pcscd → station’s bridge → provider → kiosk', () => {
  let here: Installation;
  let pcsc: VirtualReader;
  let card: VirtualCard;
  let browser: Browser;
  let kiosk: BrowserContext;
  let page: Page;
  let party: RelyingParty;
  let bridge: ChildProcess;
  let client: { clientId: string; clientSecret: string };
  /** Where pictures go that somebody wants to look at. */
  const pictures = process.env.KAZASU_TEST_PICTURES;

  const picture = async (name: string) => {
    if (pictures !== undefined) await page.screenshot({ path: `${pictures}/${name}.png`, fullPage: true });
  };

  beforeAll(async () => {
    here = await createInstallation();
    [pcsc, browser] = [await startVirtualReader(), await launchChromium()];
    party = await startRelyingParty(here.issuer);
    const ordered = here.newCard(pin);
    card = await pcsc.card(ordered);
    await startWithHanako(here);
    client = await here.done(
      ...['client', 'add', 'Kintai', '--oidc', '--redirect-uri', party.redirectUri],
      ...['--acr', 'certificate', '--acr', 'card-pin'],
    );
    await enrolDesk(here, 'Kintai');
    await registerHanakosCard(here, { card, pin });
    const reader = ['reader', 'add', 'hall', '--kind', 'station', '--client', 'Kintai'];
    const { enrolmentCode = '' } = await here.done(...reader);
    const enrol = ['bridge', 'enroll', '--idp', here.issuer, '--code', enrolmentCode, '--state-dir', 'hall'];
    await here.kazasu(enrol);
    bridge = await runBridge(here, '--state-dir', 'hall');
    kiosk = await browser.newContext({ locale: 'ja-JP', viewport: { width: 1_024, height: 768 } });
    page = await kiosk.newPage();
  }, 120_000);

  afterAll(async () => {
    await closeDesk({ bridge, browser, party, pcsc, here });
  }, 60_000);

  /** From the relying party to the page that waits for a card, whose request is open. */
  async function begin() {
    const signIn = await party.begin(page, client);
    await page.waitForSelector('[data-when="open"]:visible');
    return signIn;
  }

  /** Holds the card until its name is shown. */
  async function hold(name: RegExp): Promise<void> {
    await card.insert();
    await page.waitForSelector('[data-station="confirm"]');
    await card.remove();
    expect(await page.innerText('h1')).toMatch(name);
  }

  it('a browser is paired by the code that an administrator made, without a mouse', async () => {
    const { pairingCode = '', url = '' } = await here.done('reader', 'pair', 'hall');
    await page.goto(url);
    await picture('pair-ja');
    await page.keyboard.press('Tab');
    await page.focus('#code');
    await page.keyboard.type('wrong code');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.textContent('#code-error'), { timeout: 15_000 }).not.toBe('');
    expect(await page.getAttribute('#code', 'aria-invalid')).toBe('true');
    await picture('pair-wrong-ja');
    await page.fill('#code', pairingCode);
    await page.keyboard.press('Enter');
    await page.waitForSelector('[data-when="paired"]:visible');
    await picture('paired-ja');
    expect(await page.innerText('[data-when="paired"]')).toContain('hall');
    expect(await here.done<{ reader: string }[]>('reader', 'pairings')).toMatchObject([
      { reader: 'hall', state: 'active', clients: ['Kintai'] },
    ]);
  });

  it('its key cannot be taken out of the browser', { timeout: 20_000 }, async () => {
    const exported = await page.evaluate(`new Promise((resolve) => {
      const opening = indexedDB.open('kazasu-station', 1);
      opening.onsuccess = () => {
        const asked = opening.result.transaction('pairing').objectStore('pairing').get('current');
        asked.onsuccess = () =>
          crypto.subtle
            .exportKey('jwk', asked.result.privateKey)
            .then(() => resolve('exported'), (error) => resolve(error.name));
      };
    })`);
    expect(exported).toBe('InvalidAccessError');
  });

  it('a tap brings the name, and Enter on the button goes on: in Japanese', async () => {
    const signIn = await begin();
    await picture('wait-ja');
    await hold(/山田花子 さんですか/);
    await picture('confirm-ja');
    await page.focus('h1');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.dataset.do')).toBe('confirm');
    await page.keyboard.press('Enter');
    expect(await signIn.finish()).toMatchObject({
      outcome: 'signed-in',
      claims: { acr: 'urn:kazasu:acr:certificate', amr: ['user'] },
    });
  });

  it('the next person is asked again: no cookie of a session was left', async () => {
    const cookies = await kiosk.cookies(here.issuer);
    expect(cookies.map(({ name }) => name).filter((name) => name.includes('session'))).toEqual([]);
    const signIn = await begin();
    expect(new URL(page.url()).pathname).toMatch(/\/station$/);
    await page.click('text=やめて');
    expect(await signIn.finish()).toEqual({ outcome: 'error', error: 'access_denied' });
  });

  it('in English, on a narrow screen; who is not the one that is shown goes back to waiting', async () => {
    await page.setViewportSize({ width: 320, height: 640 });
    const signIn = await begin();
    await page.click('a.language');
    await page.waitForSelector('html[lang=en] [data-when="open"]:visible');
    await picture('wait-en-320');
    await hold(/Are you 山田花子\?/);
    await picture('confirm-en-320');
    await page.click('text=I am not');
    await page.waitForSelector('[data-when="open"]:visible');
    await hold(/Are you/);
    await page.click('text=Yes, go on');
    expect(await signIn.finish()).toMatchObject({ outcome: 'signed-in' });
    await page.setViewportSize({ width: 1_024, height: 768 });
  });

  it('a station whose cookies were cleared is found by its key', async () => {
    await kiosk.clearCookies();
    const signIn = await begin();
    expect(new URL(page.url()).pathname).toMatch(/\/station$/);
    const cookies = await kiosk.cookies(here.issuer);
    expect(cookies.map(({ name }) => name)).toContain('kazasu_station');
    await page.click('text=やめて');
    expect(await signIn.finish()).toEqual({ outcome: 'error', error: 'access_denied' });
    await page.goto(`${here.issuer}/?lang=en`);
  });

  it('for punches the tap alone signs in', async () => {
    await here.done('client', 'station', 'Kintai', '--confirm', 'none');
    const signIn = await begin();
    await card.insert();
    expect(await signIn.finish()).toMatchObject({ outcome: 'signed-in' });
    await card.remove();
    await here.done('client', 'station', 'Kintai', '--confirm', 'ask');
  });

  it('a card that nobody knows gets a page that says how to register it', async () => {
    await begin();
    await card.swap({ kind: 'felica', idm: '012e4cd35f8a77b1' });
    await page.waitForURL(/refused\?reason=/, { timeout: 20_000 });
    await picture('unknown-card');
    expect(await page.innerText('main')).toContain('How to register a card');
    await card.remove();
  });

  it('two windows at once are both refused', async () => {
    await begin();
    const second = await kiosk.newPage();
    await party.begin(second, client);
    await second.waitForURL(/refused\?reason=station-busy/);
    await page.waitForURL(/refused\?reason=station-busy/);
    await picture('busy');
    await second.close();
  });

  it('unpaired, it is a browser like any other', async () => {
    await begin();
    await here.done('reader', 'unpair', 'hall');
    await page.waitForURL(/refused\?reason=station-unpaired/);
    await picture('unpaired');
    await party.begin(page, client);
    expect(new URL(page.url()).pathname).not.toMatch(/station/);
    expect(await here.done('reader', 'pairings')).toEqual([]);
  });
});
