import type { ChildProcess } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import * as client from 'openid-client';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { registerHanakosCard, runBridge, startWithHanako } from '../support/desk-with-a-card.ts';
import { createInstallation, end, type Installation } from '../support/installation.ts';
import { requirePrograms } from '../support/programs.ts';
import { startVirtualReader, type VirtualCard, type VirtualReader } from '../support/virtual-card.ts';

const missing = requirePrograms('pcscd', 'vpcd', 'chromium');
const pin = '4917';
const whoeverTaps = 'urn:kazasu:whoever-taps';
/** Set it to look at them: a folder for a picture of each page. */
const pictures = process.env.KAZASU_TEST_PICTURES;

describe.skipIf(missing)('a panel without a browser, a reader beside it, and a real bridge', () => {
  let here: Installation;
  let pcsc: VirtualReader;
  let card: VirtualCard;
  let browser: Browser;
  let bridge: ChildProcess;
  let panel: client.Configuration;
  let hanako: string;

  beforeAll(async () => {
    if (pictures !== undefined) mkdirSync(pictures, { recursive: true });
    here = await createInstallation();
    [pcsc, browser] = [await startVirtualReader(), await launchChromium()];
    card = await pcsc.card(here.newCard(pin));
    await startWithHanako(here);
    const people = await here.done<{ id: string; uid: string }[]>('person', 'list');
    hanako = people.find(({ uid }) => uid === 'hanako')?.id ?? '';
    const added = await here.done(
      ...['client', 'add', 'panel', '--oidc', '--acr', 'certificate'],
      ...['--grant', 'ciba', '--grant', 'device'],
    );
    const reader = ['reader', 'add', 'gate', '--kind', 'device', '--evidence', 'certificate'];
    const { enrolmentCode } = await here.done(...reader, '--client', 'panel');
    await here.kazasu(['bridge', 'enroll', '--idp', here.issuer, '--code', enrolmentCode ?? '']);
    await registerHanakosCard(here, { card, pin });
    bridge = await runBridge(here);
    panel = await client.discovery(
      new URL(here.issuer),
      added.clientId ?? '',
      undefined,
      client.ClientSecretBasic(added.clientSecret ?? ''),
      { execute: [client.allowInsecureRequests] },
    );
  }, 120_000);

  afterAll(async () => {
    if (bridge !== undefined) await end(bridge);
    await browser?.close();
    await pcsc?.stop();
    await here?.close();
  }, 60_000);

  it('CIBA: the card that is held over the reader is the answer', async () => {
    const request = await client.initiateBackchannelAuthentication(panel, {
      ...{ scope: 'openid profile', login_hint: whoeverTaps },
    });
    const polled = client.pollBackchannelAuthenticationGrant(panel, request);
    await card.insert();
    const tokens = await polled;
    await card.remove();
    expect(tokens.claims()).toMatchObject({ sub: hanako, acr: 'urn:kazasu:acr:certificate', amr: ['user'] });
  });

  it('the device flow: the same card takes the place of typing the code', async () => {
    const started = await client.initiateDeviceAuthorization(panel, { scope: 'openid profile' });
    expect(started).toMatchObject({ kazasu_reader: 'gate' });
    const polled = client.pollDeviceAuthorizationGrant(panel, started);
    await card.insert();
    const tokens = await polled;
    await card.remove();
    expect(tokens.claims()).toMatchObject({ sub: hanako, acr: 'urn:kazasu:acr:certificate' });
  });

  it.each([
    ['ja', '目の前の機器に、次のコードが表示されていますか。', '機器のサインイン'],
    ['en', 'Does the device in front of you show this code?', 'Sign in on a device'],
  ])(
    'the code, typed in Chromium (%s): asked for, confirmed, and on to the sign-in',
    async (locale, question, title) => {
      const started = await client.initiateDeviceAuthorization(panel, { scope: 'openid' });
      const context = await browser.newContext({ locale, viewport: { width: 320, height: 640 } });
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => complaints.push(message.text()));
      await page.goto(started.verification_uri);
      expect(await page.title()).toContain(title);
      await look(page, `device-code-${locale}`);
      await page.fill('#user-code', 'bbbb-bbbb');
      await page.press('#user-code', 'Enter');
      expect(await page.getAttribute('#user-code', 'aria-invalid')).toBe('true');
      await look(page, `device-code-wrong-${locale}`);
      await page.fill('#user-code', started.user_code);
      await page.press('#user-code', 'Enter');
      expect(await page.innerText('main')).toContain(question);
      await look(page, `device-confirm-${locale}`);
      // The same by the link that a device may show as a picture.
      await page.goto(started.verification_uri_complete ?? '');
      await page.waitForSelector('button[name=confirm]');
      expect(await page.innerText('main')).toContain(started.user_code);
      await page.click('button[name=confirm]');
      expect(await page.innerText('h1')).toContain('panel');
      // What the policy for scripts and forms forbids, the browser says here.
      expect(complaints.filter((text) => /Content Security Policy/i.test(text))).toEqual([]);
      await page.click('a[href$="/cancel"]');
      expect(await page.innerText('main')).toMatch(/取りやめ|cancelled/);
      await expect(client.pollDeviceAuthorizationGrant(panel, started)).rejects.toMatchObject({
        error: 'access_denied',
      });
      await context.close();
    },
  );

  /** A picture, and that nothing sticks out at 320 px. */
  async function look(page: Page, name: string): Promise<void> {
    if (pictures !== undefined) {
      await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
    }
    expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
  }
});
