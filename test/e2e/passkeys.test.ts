import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { createInstallation, type Installation } from '../support/installation.ts';
import { requirePrograms } from '../support/programs.ts';
import { type RelyingParty, startRelyingParty } from '../support/relying-party.ts';

const missing = requirePrograms('chromium');
/** Where the pictures go, for whoever wants to look at them: kept only where a place is named. */
const pictures = process.env.KAZASU_TEST_PICTURES ?? mkdtempSync(join(tmpdir(), 'kazasu-pictures-'));

const words = {
  ja: { use: 'パスキーを使う', make: 'パスキーを作成する', none: '確認が完了しませんでした', name: '名前' },
  en: { use: 'Use a passkey', make: 'Make the passkey', none: 'Nothing was confirmed', name: 'Name' },
};

describe.skipIf(missing !== undefined)('a passkey in Chromium', () => {
  let here: Installation;
  let browser: Browser;
  let party: RelyingParty;
  let kintai: { clientId: string; clientSecret: string };
  let context: BrowserContext;
  let page: Page;
  let devices: CDPSession;
  let device: string;

  beforeAll(async () => {
    here = await createInstallation();
    [browser, party] = [await launchChromium(), await startRelyingParty(here.issuer)];
    mkdirSync(pictures, { recursive: true });
    const rows = [
      'uid,displayName,organization',
      'hanako,山田花子,見本市',
      'taro,見本太郎,見本市',
      'jiro,見本次郎,見本市',
    ];
    writeFileSync(join(here.directory, 'people.csv'), `${rows.join('\n')}\n`);
    await here.start();
    await here.done('person', 'import', 'people.csv');
    const add = ['client', 'add', 'Kintai', '--oidc', '--redirect-uri', party.redirectUri];
    kintai = await here.done(...add, '--acr', 'passkey', '--acr', 'card-pin');
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await party?.close();
    await here?.close();
    if (process.env.KAZASU_TEST_PICTURES === undefined) rmSync(pictures, { recursive: true, force: true });
  }, 60_000);
  beforeEach(() => openBrowser('ja-JP'));
  afterEach(() => context.close());

  async function openBrowser(locale: string): Promise<void> {
    context = await browser.newContext({ locale });
    page = await context.newPage();
    devices = await context.newCDPSession(page);
    await devices.send('WebAuthn.enable');
    device = await newDevice();
  }

  /** A platform authenticator as a laptop has one. */
  async function newDevice(): Promise<string> {
    const { authenticatorId } = await devices.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    return authenticatorId;
  }

  const setVerified = (isUserVerified: boolean) =>
    devices.send('WebAuthn.setUserVerified', { authenticatorId: device, isUserVerified });

  async function picture(name: string): Promise<void> {
    await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
  }

  /** The first passkey, with an approver's code. */
  async function addFirst(uid: string, name: string): Promise<void> {
    const { code = '' } = await here.done('person', 'passkey-code', uid);
    await page.goto(`${here.issuer}/passkey`);
    await page.fill('#uid', uid);
    await page.fill('#code', code);
    await page.fill('#name', name);
    await page.click('form button');
    await page.waitForURL(/\/passkey\/done$/);
  }

  /** Lets somebody sign in to our own pages, where they are asked. */
  async function openOwn(path: string): Promise<void> {
    await page.goto(`${here.issuer}${path}`);
    if (page.url().includes('/interaction/')) await page.click('a[href$="/passkey"]');
    await page.waitForURL(`${here.issuer}${path}`);
  }

  it.each(['ja', 'en'] as const)(
    'is made with an approver’s code and signs in to a relying party, in %s',
    async (language) => {
      await context.close();
      await openBrowser(language === 'ja' ? 'ja-JP' : 'en-GB');
      const uid = language === 'ja' ? 'hanako' : 'taro';
      await page.goto(`${here.issuer}/passkey`);
      await picture(`first-${language}`);
      await addFirst(uid, 'ノートPC');
      expect(await page.getAttribute('html', 'lang')).toBe(language);
      await picture(`first-done-${language}`);
      const { finish } = await party.begin(page, kintai);
      await picture(`sign-in-${language}`);
      // By keyboard: the way is a link.
      await page.focus('a[href$="/passkey"]');
      await page.keyboard.press('Enter');
      const signedIn = await finish();
      expect(signedIn).toMatchObject({
        outcome: 'signed-in',
        claims: { acr: 'urn:kazasu:acr:passkey', amr: ['user', 'mfa', 'swk'] },
      });
      await page.waitForURL((url) => url.href.startsWith(party.redirectUri));
      await openOwn('/me/passkeys');
      expect(await page.innerText('main')).toContain('ノートPC');
      await picture(`passkeys-${language}`);
    },
  );

  it('that the device does not confirm says what to do, and can be tried again by keyboard', async () => {
    await addFirst('jiro', 'ノートPC');
    await setVerified(false);
    const { finish } = await party.begin(page, kintai);
    await page.click('a[href$="/passkey"]');
    await page.waitForSelector('#passkey-alert .notice');
    expect(await page.innerText('#passkey-alert')).toContain(words.ja.none);
    await picture('sign-in-cancelled-ja');
    await page.setViewportSize({ width: 320, height: 640 });
    await picture('sign-in-cancelled-narrow-ja');
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(320);
    await setVerified(true);
    expect(await page.evaluate('document.activeElement.textContent')).toBe(words.ja.use);
    await page.keyboard.press('Enter');
    expect(await finish()).toMatchObject({ outcome: 'signed-in' });
  });

  it('lets a second one be added on another device, is renamed, and removed it signs in no more', async () => {
    const [{ id = '' } = {}] = await here.done<{ id: string; uid: string }[]>('passkey', 'list', 'jiro');
    await here.done('passkey', 'remove', id);
    await addFirst('jiro', 'ノートPC');
    await openOwn('/me/passkeys/add');
    expect(await page.innerText('form button')).toBe(words.ja.make);
    await page.fill('#name', '鍵');
    await page.click('form button');
    await page.waitForSelector('#passkey-alert .notice');
    expect(await page.innerText('#passkey-alert')).toContain('すでに登録されています');
    await picture('add-known-ja');
    await devices.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId: device });
    device = await newDevice();
    await page.click('form button');
    await page.waitForURL(`${here.issuer}/me/passkeys`);
    expect(await page.locator('section.panel').count()).toBe(2);
    await page.fill('section.panel >> nth=1 >> input[name=name]', '電話');
    await page.click('section.panel >> nth=1 >> button >> nth=0');
    await page.waitForSelector('h2:text("電話")');
    await page.setViewportSize({ width: 320, height: 640 });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(320);
    await picture('passkeys-narrow-ja');
    await page.click('section.panel >> nth=1 >> button >> nth=1');
    await expect.poll(() => page.locator('section.panel').count(), { timeout: 15_000 }).toBe(1);
    const { finish: _ } = await party.begin(page, kintai);
    await page.click('a[href$="/passkey"]');
    await page.waitForSelector('#passkey-alert .notice');
    expect(await page.innerText('#passkey-alert')).toContain('登録されていないか、削除されています');
    await picture('sign-in-removed-ja');
  });

  it('leaves a trail that is whole, and neither code nor key in it', async () => {
    expect(await here.done('audit', 'verify')).toMatchObject({ outcome: 'intact' });
    const events = await here.done<{ type: string }[]>('audit', 'export');
    const types = new Set(events.map(({ type }) => type));
    for (const type of ['passkey.code-issued', 'passkey.added', 'passkey.renamed', 'passkey.removed']) {
      expect(types).toContain(type);
    }
  });
});
