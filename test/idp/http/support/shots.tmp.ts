import { chromium } from 'playwright-core';
import { openSetup } from '../../../../idp/flows/first-administrator.ts';
import { RelyingParty } from './relying-party.ts';
import { runIdp } from './running-idp.ts';

const idp = await runIdp({ demoBanner: process.argv[2] === 'demo' });
const both = await idp.addClient('勤怠管理 Kintai', ['card-pin', 'certificate']);
const pinOnly = await idp.addClient('財務会計', ['card-pin']);
const setup = await openSetup(idp.context);
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
});
const rpBoth = await RelyingParty.discover(idp.issuer, both);
const rpPin = await RelyingParty.discover(idp.issuer, pinOnly);
for (const [locale, scheme, width] of [
  ['ja', 'light', 360],
  ['en', 'light', 360],
  ['ja', 'light', 1280],
  ['en', 'light', 1280],
  ['ja', 'dark', 1280],
  ['en', 'dark', 320],
] as const) {
  const context = await browser.newContext({
    viewport: { width, height: 800 },
    locale: locale === 'ja' ? 'ja-JP' : 'en-US',
    colorScheme: scheme,
  });
  const page = await context.newPage();
  page.on('console', (m) => console.log(m.text()));
  const shot = async (name: string) => {
    const over = await page.evaluate(
      'document.documentElement.scrollWidth > document.documentElement.clientWidth',
    );
    if (over) console.log('OVERFLOW', name, locale, width);
    await page.screenshot({ path: `/tmp/shots/${name}-${locale}-${scheme}-${width}.png`, fullPage: true });
  };
  await page.goto(idp.issuer);
  await shot('home');
  await page.goto((await rpPin.start()).url);
  await shot('pin');
  await page.goto((await rpBoth.start()).url);
  await shot('both');
  await page.goto(`${page.url()}/refused?reason=revocation-unknown`);
  await shot('refused');
  await page.goto(`${idp.issuer}/authorize?client_id=nobody`);
  await shot('error');
  await page.goto(`${idp.issuer}/interaction/return?code=${'x'.repeat(26)}`);
  await shot('lure');
  await page.goto(`${idp.issuer}/setup?token=${setup?.token}`);
  await page.fill('#organization', '見本市');
  await page.fill('#displayName', '見本 花子');
  await page.fill('#uid', '花子');
  await page.click('button');
  await shot('setup');
  if (width === 360 && locale === 'ja') continue;
  await context.close();
}
const context = await browser.newContext({ viewport: { width: 360, height: 800 }, locale: 'ja-JP' });
const page = await context.newPage();
await page.goto(`${idp.issuer}/setup?token=${setup?.token}`);
await page.fill('#organization', '見本市');
await page.fill('#displayName', '見本 花子');
await page.fill('#uid', 'hanako.mihon');
await page.keyboard.press('Enter');
await page.waitForSelector('.code');
await page.screenshot({ path: '/tmp/shots/setup-done-ja-360.png', fullPage: true });
await page.setViewportSize({ width: 1280, height: 800 });
await page.screenshot({ path: '/tmp/shots/setup-done-ja-1280.png', fullPage: true });
await browser.close();
await idp.close();
