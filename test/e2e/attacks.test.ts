import { type ChildProcess, execFileSync } from 'node:child_process';
import { request } from 'node:http';
import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import {
  closeDesk,
  enrolDesk,
  registerHanakosCard,
  runBridge,
  startWithHanako,
} from '../support/desk-with-a-card.ts';
import { createInstallation, type Installation, until } from '../support/installation.ts';
import { requirePrograms } from '../support/programs.ts';
import { type RelyingParty, startRelyingParty } from '../support/relying-party.ts';
import { startVirtualReader, type VirtualCard, type VirtualReader } from '../support/virtual-card.ts';

const missing = requirePrograms('pcscd', 'vpcd', 'chromium');
const bridgeHost = '127.0.0.1:37564';
const pin = '4917';

describe.skipIf(missing)('an attacker with a browser, a copied certificate, or a web page', () => {
  let here: Installation;
  let pcsc: VirtualReader;
  let card: VirtualCard;
  let browser: Browser;
  let party: RelyingParty;
  let bridge: ChildProcess;
  let kiosk: { clientId: string; clientSecret: string };
  let holders: ReturnType<Installation['newCard']>;

  beforeAll(async () => {
    here = await createInstallation();
    [pcsc, browser] = [await startVirtualReader(), await launchChromium()];
    party = await startRelyingParty(here.issuer);
    holders = here.newCard(pin);
    card = await pcsc.card(holders);
    await startWithHanako(here);
    const accepts = ['--acr', 'certificate', '--acr', 'card-pin'];
    kiosk = await here.done(
      'client',
      'add',
      'kiosk',
      '--oidc',
      '--redirect-uri',
      party.redirectUri,
      ...accepts,
    );
    await enrolDesk(here, 'kiosk');
    await registerHanakosCard(here, { card, pin });
    bridge = await runBridge(here);
  }, 120_000);

  afterAll(async () => {
    await closeDesk({ bridge, browser, party, pcsc, here });
  }, 60_000);

  const strangersBrowser = (): Promise<BrowserContext> => browser.newContext({ locale: 'en-GB' });

  it('the lure: a login whose challenge is opened in the victim’s browser signs nobody in', async () => {
    const [attacker, victim] = [await strangersBrowser(), await strangersBrowser()];
    const [attackersPage, victimsPage] = [await attacker.newPage(), await victim.newPage()];
    await party.begin(attackersPage, kiosk);
    const signInUrl = attackersPage.url();
    // The attacker stops at the redirect and sends its address to the victim.
    const present = await attackersPage.getAttribute('a[href*="demand=tap"]', 'href');
    const redirected = await attacker.request.get(new URL(present ?? '', signInUrl).href, {
      maxRedirects: 0,
    });
    const challengeUrl = redirected.headers().location ?? '';
    expect(challengeUrl).toContain(`http://${bridgeHost}/present?challenge=`);
    await victimsPage.goto(challengeUrl);
    await card.insert();
    await victimsPage.waitForURL((url) => url.href.startsWith(here.issuer), { timeout: 20_000 });
    await card.remove();
    expect(await victimsPage.innerText('main')).toMatch(/not started in this browser/);
    // The attacker's own browser is where it was, and the return code in the victim's history opens nothing for it.
    await attackersPage.goto(signInUrl);
    expect(await attackersPage.innerText('h1')).toMatch(/kiosk/);
    await attackersPage.goto(victimsPage.url());
    expect(attackersPage.url().startsWith(here.issuer)).toBe(true);
    const events = await here.done<{ type: string; reason?: string }[]>('audit', 'export');
    expect(events.filter(({ type }) => type === 'login.granted')).toEqual([]);
    await Promise.all([attacker.close(), victim.close()]);
  });

  it('a copied certificate on a card without the key never reaches more than certificate', async () => {
    if (holders.kind !== 'jpki') throw new Error('a My Number Card was ordered');
    const { privateKeyPem: _, serialNumber: __, ...copied } = holders;
    await card.swap(copied);
    await card.remove();
    const context = await strangersBrowser();
    const page = await context.newPage();
    const tapped = await party.begin(page, kiosk);
    await page.click('a[href*="demand=tap"]');
    await card.insert();
    expect(await tapped.finish()).toMatchObject({
      claims: { acr: 'urn:kazasu:acr:certificate', amr: ['user'] },
    });
    await card.remove();
    const other = await strangersBrowser();
    const pinPage = await other.newPage();
    await party.begin(pinPage, kiosk, { acr_values: 'urn:kazasu:acr:card-pin' });
    await pinPage.click('a[href*="demand=pin"]');
    await card.insert();
    await pinPage.fill('#pin', pin, { timeout: 20_000 });
    await pinPage.click('button[type=submit] >> nth=0');
    await until('the signature to be refused', async () => {
      const text = await pinPage.innerText('main').catch(() => '');
      return /not|could|cannot|refused/i.test(text) && !/hold/i.test(text) ? true : undefined;
    });
    const events = await here.done<{ type: string; details?: { acr?: string } }[]>('audit', 'export');
    const reached = events.filter(({ type }) => type === 'login.granted').map(({ details }) => details?.acr);
    expect(reached).toEqual(['urn:kazasu:acr:certificate']);
    await card.remove();
    await Promise.all([context.close(), other.close()]);
  });

  it.each([
    [
      'another Host (DNS rebinding)',
      { host: 'evil.example:37564', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
    ],
    [
      'a fetch by another page',
      {
        host: bridgeHost,
        'sec-fetch-mode': 'cors',
        'sec-fetch-dest': 'empty',
        'sec-fetch-site': 'cross-site',
      },
    ],
    [
      'an iframe',
      {
        host: bridgeHost,
        'sec-fetch-mode': 'navigate',
        'sec-fetch-dest': 'iframe',
        'sec-fetch-site': 'cross-site',
      },
    ],
    [
      'an image',
      {
        host: bridgeHost,
        'sec-fetch-mode': 'no-cors',
        'sec-fetch-dest': 'image',
        'sec-fetch-site': 'cross-site',
      },
    ],
  ])('the bridge answers no call from %s', async (_what, headers) => {
    const { status, body } = await call('/present?challenge=x', headers);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(body).not.toMatch(/<form/);
  });

  it('the bridge serves only its own operating-system user', () => {
    // By the shell alone: another user may not even reach the folder in which our Node lies.
    const ask = [
      'exec 3<>/dev/tcp/127.0.0.1/37564',
      "printf 'GET /present?challenge=x HTTP/1.1\\r\\nHost: 127.0.0.1:37564\\r\\nSec-Fetch-Mode: navigate\\r\\nSec-Fetch-Dest: document\\r\\nConnection: close\\r\\n\\r\\n' >&3",
      'read -r _ status _ <&3; echo "$status"',
    ].join('\n');
    const as = (uid?: number) =>
      execFileSync('bash', ['-c', ask], {
        encoding: 'utf8',
        cwd: '/',
        ...(uid === undefined ? {} : { uid, gid: uid }),
      }).trim();
    // The other user is refused as such; ourselves only because this challenge is none.
    expect(as(65_534)).toBe('403');
    expect(as()).toBe('400');
  });

  function call(
    path: string,
    headers: { readonly [name: string]: string },
  ): Promise<{ status: number; body: string }> {
    return new Promise((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port: 37564, path, headers }, (response) => {
        let body = '';
        response.on('data', (chunk: Buffer) => {
          body += chunk.toString();
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      });
      sent.on('error', reject).end();
    });
  }
});
