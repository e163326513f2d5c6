import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser, type Page } from '../http/support/browser.ts';
import { type AttackWorld, attackWorld } from './support/attack-world.ts';

let world: AttackWorld;
let signInUrl: string;
let browser: Browser;
beforeAll(async () => {
  world = await attackWorld();
  browser = new Browser('en');
  signInUrl = (await browser.follow((await world.kintai.start()).url)).url;
});
afterAll(() => world.close());

const uid = () => new URL(signInUrl).pathname.split('/')[2] ?? '';
const get = (path: string) => browser.get(`${world.idp.issuer}${path}`);

const pages: readonly (readonly [string, () => Promise<Page>])[] = [
  ['the front page', () => get('/')],
  ['the sign-in page', () => browser.get(signInUrl)],
  ['a refusal', () => get(`/interaction/${uid()}/refused?reason=card-suspended`)],
  ['a return with no code', () => get('/interaction/return?code=x')],
  ['a sign-in that is over', () => get('/interaction/AAAAAAAAAAAAAAAAAAAAA')],
  [
    'the page that asks whether to sign out',
    async () => (await world.signIn(world.zaimu)).browser.get(`${world.idp.issuer}/logout`),
  ],
  ['the form that a browser submits by itself', () => get('/logout')],
  ['the page after it', () => get('/logout/success')],
  ['a request with an error', () => get('/authorize?client_id=nobody')],
  ['the setup', () => get('/setup?token=wrong')],
  ['a page that is not there', () => get('/nothing')],
  ['a page that is not there, with an odd path', () => get('//evil.example/x')],
];

describe.each(pages)('%s', (_what, ask) => {
  it('is framed by nobody, runs no inline script, sends no form elsewhere, and is kept by nobody', async () => {
    const { headers } = await ask();
    const policy = headers.get('content-security-policy') ?? '';
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("base-uri 'none'");
    expect(policy).toContain("form-action 'self'");
    expect(policy).not.toMatch(/unsafe-|\*|data:/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cache-control')).toContain('no-store');
    expect(headers.get('referrer-policy')).toBe('same-origin');
  });

  it('has no inline style, no event handler, no script that the policy would have to forgive', async () => {
    const { text, headers } = await ask();
    expect(text).not.toMatch(/<style|\sstyle=|\son[a-z]+=/i);
    const inline = /<script(?![^>]*\ssrc=)/i.test(text);
    if (inline) expect(headers.get('content-security-policy')).toMatch(/script-src 'self' 'sha256-/);
  });

  it('leads to no address of somebody else', async () => {
    const { text, url } = await ask();
    for (const [, href = ''] of text.matchAll(/(?:href|action|src)="([^"]*)"/g)) {
      const target = new URL(href.replaceAll('&amp;', '&'), url);
      expect(target.origin, href).toBe(world.idp.issuer);
    }
  });
});

describe('an address that asks to be sent on', () => {
  it.each([
    '/?lang=en&next=https://evil.example',
    '//evil.example/?lang=en',
    '/\\evil.example?lang=en',
    '/interaction/return?code=aaaaaaaaaaaaaaaaaaaaaa&returnTo=https://evil.example',
    '/logout/success?client_id=&post_logout_redirect_uri=https://evil.example',
    '/setup?token=x&return=//evil.example',
    '/assets/..%2f..%2fevil.example',
    '/%0d%0aLocation:%20https://evil.example',
  ])('%s is sent nowhere', async (path) => {
    const { location, text, status } = await get(path);
    expect(location).toBe('');
    expect(status).not.toBe(500);
    expect(text).not.toMatch(/(href|action|src|content)="(https?:)?[/\\]{2}evil/);
  });

  it('cancelling goes to the client that asked, whatever the address says', async () => {
    const other = new Browser();
    const page = await other.follow((await world.kintai.start()).url);
    const { location } = await other.follow(`${page.url}/cancel?redirect_uri=https://evil.example`);
    expect(location.startsWith(world.kintai.client.redirectUri)).toBe(true);
  });
});

describe('what is shown of a request', () => {
  const hostile = '<img src=x onerror=alert(1)>';
  it.each([
    `/authorize?client_id=${encodeURIComponent(hostile)}`,
    `/authorize?client_id=x&ui_locales=${encodeURIComponent(hostile)}&lang=${encodeURIComponent(hostile)}`,
    `/interaction/return?code=${encodeURIComponent(hostile)}`,
    `/logout?client_id=${encodeURIComponent(hostile)}`,
    `/${encodeURIComponent(hostile)}`,
  ])('%s is escaped', async (path) => {
    expect((await get(path)).text).not.toContain('<img src=x');
  });
});

it('a page is not had by a script of another site: nothing allows it', async () => {
  for (const path of ['/', '/authorize', '/logout', new URL(signInUrl).pathname]) {
    const { headers } = await browser.get(`${world.idp.issuer}${path}`, { origin: 'https://evil.example' });
    expect(headers.get('access-control-allow-origin')).toBeNull();
    expect(headers.get('access-control-allow-credentials')).toBeNull();
  }
});
