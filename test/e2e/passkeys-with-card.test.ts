import type { ChildProcess } from 'node:child_process';
import type { Browser } from 'playwright-core';
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

describe.skipIf(missing)('a passkey of somebody with a card', () => {
  let here: Installation;
  let pcsc: VirtualReader;
  let card: VirtualCard;
  let browser: Browser;
  let party: RelyingParty;
  let bridge: ChildProcess;
  let kintai: { clientId: string; clientSecret: string };

  beforeAll(async () => {
    here = await createInstallation();
    [pcsc, browser] = [await startVirtualReader(), await launchChromium()];
    party = await startRelyingParty(here.issuer);
    card = await pcsc.card(here.newCard(pin));
    await startWithHanako(here);
    const add = ['client', 'add', 'Kintai', '--oidc', '--redirect-uri', party.redirectUri];
    kintai = await here.done(...add, '--acr', 'passkey');
    await enrolDesk(here, 'Kintai');
    await registerHanakosCard(here, { card, pin });
    bridge = await runBridge(here);
  }, 120_000);

  afterAll(async () => {
    await closeDesk({ bridge, browser, party, pcsc, here });
  }, 60_000);

  it('is added after card and PIN at a desk, and signs in to a relying party', async () => {
    const context = await browser.newContext({ locale: 'ja-JP' });
    const page = await context.newPage();
    const devices = await context.newCDPSession(page);
    await devices.send('WebAuthn.enable');
    await devices.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    await page.goto(`${here.issuer}/me/passkeys/add`);
    await page.click('a[href*="demand=pin"]');
    await page.waitForURL(/127\.0\.0\.1:37564/);
    await card.insert();
    await page.fill('#pin', pin, { timeout: 20_000 });
    await page.click('button[type=submit] >> nth=0');
    await page.waitForURL(`${here.issuer}/me/passkeys/add`, { timeout: 20_000 });
    await card.remove();
    await page.fill('#name', 'ノートPC');
    await page.click('form button');
    await page.waitForURL(`${here.issuer}/me/passkeys`);
    expect(await page.innerText('main')).toContain('ノートPC');
    const { finish } = await party.begin(page, kintai);
    await page.click('a[href$="/passkey"]');
    expect(await finish()).toMatchObject({
      outcome: 'signed-in',
      claims: { acr: 'urn:kazasu:acr:passkey', amr: ['user', 'mfa', 'swk'] },
    });
    await context.close();
  });
});
