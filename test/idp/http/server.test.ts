import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser } from './support/browser.ts';
import { RelyingParty } from './support/relying-party.ts';
import { outage, type RunningIdp, runIdp } from './support/running-idp.ts';

let idp: RunningIdp;
let kintai: RelyingParty;

beforeAll(async () => {
  idp = await runIdp({ trustedProxies: ['127.0.0.2'] });
  const client = await idp.addClient('勤怠 Kintai', ['card-pin']);
  kintai = await RelyingParty.discover(idp.issuer, client);
});
afterAll(() => idp.close());

/** `fetch` does not let a test set Host. */
function rawGet(path: string, headers: Record<string, string>): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(`${idp.issuer}${path}`, { headers }, async (response) => {
      const parts = await Array.fromAsync(response);
      resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts).toString() });
    });
    sent.on('error', reject).end();
  });
}

describe('the host', () => {
  it.each(['evil.example', 'localhost', '127.0.0.1', '127.0.0.1:1', 'evil.example:80'])(
    '"%s" is not served: URLs would lead there',
    async (host) => {
      for (const path of ['/', '/.well-known/openid-configuration', '/interaction/return']) {
        const { status, body } = await rawGet(path, { host });
        expect(status).toBe(421);
        expect(body).not.toContain('authorization_endpoint');
      }
    },
  );

  it('is not taken from what a stranger forwards', async () => {
    const { status, body } = await rawGet('/.well-known/openid-configuration', {
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
    });
    expect(status).toBe(200);
    expect(body).not.toContain('evil.example');
    expect(JSON.parse(body).token_endpoint).toBe(`${idp.issuer}/token`);
  });

  it('does not matter to a health probe, which asks by address', async () => {
    expect(await rawGet('/healthz', { host: '10.0.0.1' })).toEqual({ status: 200, body: 'ok\n' });
  });
});

describe('every page', () => {
  const paths = [
    '/',
    '/no-such-page',
    '/authorize?client_id=nobody',
    '/interaction/return',
    '/setup',
    '/logout',
  ];

  it.each(paths)(
    '%s runs no inline script, cannot be framed, is not kept and tells no other site where it was',
    async (path) => {
      const { headers } = await new Browser().get(`${idp.issuer}${path}`);
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).toContain("base-uri 'none'");
      expect(policy).not.toContain('unsafe');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('referrer-policy')).toBe('same-origin');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('cache-control')).toContain('no-store');
    },
  );

  it('refers to a stylesheet that is there, named by its content', async () => {
    const page = await new Browser().get(idp.issuer);
    const href = /rel="stylesheet" href="([^"]+)"/.exec(page.text)?.[1] ?? '';
    const stylesheet = await fetch(`${idp.issuer}${href}`);
    expect(stylesheet.headers.get('content-type')).toBe('text/css; charset=utf-8');
    expect(stylesheet.headers.get('cache-control')).toContain('immutable');
    expect(await stylesheet.text()).toContain('--color-primitive-blue-900');
  });
});

describe('what cannot be read', () => {
  it('a page that does not exist is a page to people and JSON to programs', async () => {
    const page = await new Browser('en').get(`${idp.issuer}/no-such-page`);
    expect([page.status, page.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
    expect(page.text).toContain('There is no such page.');
    const answer = await fetch(`${idp.issuer}/no-such-page`, { headers: { 'accept-language': 'en' } });
    expect(await answer.json()).toEqual({
      error: 'not-found',
      message: 'There is no such page. Go back to the system you want to use and sign in again.',
    });
  });

  it.each([
    '/interaction/%E0%A4%A',
    '/%',
    '/interaction/%00',
    `/${'a'.repeat(8_000)}`,
    '/assets/..%2f..%2fpackage.json',
  ])('the path %# is answered 4xx, and nothing breaks', async (path) => {
    const { status, body } = await rawGet(path, { accept: 'text/html' });
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect(body).not.toContain('"kazasu"');
  });

  it('a token request that is no form is refused with OAuth’s own error', async () => {
    const answer = await fetch(`${idp.issuer}/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: 'invalid_request' });
  });
});

describe('an outage', () => {
  const unavailable = [503, '5'];
  const told = ({ status, headers }: { status: number; headers: Headers }) => [
    status,
    headers.get('retry-after'),
  ];

  it('of the OIDC state is 503 with Retry-After everywhere, and never an invalid grant or "not found"', async () => {
    const { url } = await kintai.start();
    const signIn = await new Browser().get(url);
    const basic = Buffer.from(`${kintai.client.clientId}:${kintai.client.clientSecret}`).toString('base64');
    idp.oidcState.down = true;
    try {
      const page = await new Browser('en').get(url);
      expect(told(page)).toEqual(unavailable);
      expect(page.text).toContain('Whether you can sign in is not decided yet.');
      expect(told(await new Browser().get(signIn.location))).not.toEqual([200, null]);
      const token = await fetch(`${idp.issuer}/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${basic}`, accept: 'application/json' },
        body: new URLSearchParams({
          grant_type: 'authorization_code',
          code: 'x'.repeat(43),
          redirect_uri: 'x',
          code_verifier: 'x',
        }),
      });
      expect(told(token)).toEqual(unavailable);
      expect(await token.json()).toMatchObject({ error: 'temporarily_unavailable' });
      const userinfo = await fetch(`${idp.issuer}/userinfo`, { headers: { authorization: 'Bearer x' } });
      expect(told(userinfo)).toEqual(unavailable);
    } finally {
      idp.oidcState.down = false;
    }
    expect(idp.log.join('\n')).toContain('ERR_OIDC_STATE_UNAVAILABLE');
  });

  it('of the taps while a card is presented is 503, and the code stays good', async () => {
    const broken = await runIdp();
    try {
      const client = await broken.addClient('Kintai', ['card-pin']);
      await broken.addCard(await broken.addPerson('hanako'), '0b00a1');
      const bridge = await broken.addBridge('desk', [client]);
      const browser = new Browser('en');
      const rp = await RelyingParty.discover(broken.issuer, client);
      const page = await browser.follow((await rp.start()).url);
      const toBridge = await browser.get(`${page.url}/present?demand=pin`);
      const back = await bridge.present(toBridge.location, '0b00a1', broken.clock.now());
      const { redeem } = broken.context.taps;
      broken.context.taps.redeem = async () => outage();
      expect(told(await browser.get(back))).toEqual(unavailable);
      broken.context.taps.redeem = redeem.bind(broken.context.taps);
      expect((await browser.follow(back)).location).toContain('code=');
    } finally {
      await broken.close();
    }
  });

  it('a mistake of ours is 500 with a reference that stands in the log, and tells the caller nothing else', async () => {
    const broken = await runIdp();
    try {
      broken.context.taps.redeem = async () => {
        throw new TypeError('secret detail');
      };
      const browser = new Browser('en');
      const rp = await RelyingParty.discover(broken.issuer, await broken.addClient('Kintai', ['card-pin']));
      await browser.follow((await rp.start()).url);
      const answer = await browser.get(`${broken.issuer}/interaction/return?code=${'a'.repeat(26)}`);
      expect(answer.status).toBe(500);
      expect(answer.text).not.toContain('secret detail');
      const reference =
        /<code class="reference-number">([0-9A-Z]{4}-[0-9A-Z]{4})<\/code>/.exec(answer.text)?.[1] ?? 'none';
      expect(broken.log.join('\n')).toContain(reference);
    } finally {
      await broken.close();
    }
  });
});

describe('the language', () => {
  const heading = async (browser: Browser, url: string) =>
    /<html lang="(\w+)">/.exec((await browser.follow(url)).text)?.[1];

  it('is the client’s wish before the browser’s, and Japanese when nobody says', async () => {
    expect(await heading(new Browser('ja'), (await kintai.start({ ui_locales: 'en' })).url)).toBe('en');
    expect(await heading(new Browser('en'), (await kintai.start({ ui_locales: 'fr ja' })).url)).toBe('ja');
    expect(await heading(new Browser('en-GB,en;q=0.9'), (await kintai.start()).url)).toBe('en');
    expect(await heading(new Browser('fr'), (await kintai.start()).url)).toBe('ja');
  });

  it('is kept when the person chooses it, over everybody’s wish', async () => {
    const browser = new Browser('ja');
    const page = await browser.follow((await kintai.start({ ui_locales: 'ja' })).url);
    const href = /class="language" href="([^"]+)"/.exec(page.text)?.[1] ?? '';
    expect(await heading(browser, new URL(href, page.url).href)).toBe('en');
    expect(await heading(browser, (await kintai.start({ ui_locales: 'ja' })).url)).toBe('en');
  });

  it('goes with the challenge to the bridge', async () => {
    const browser = new Browser('en');
    const page = await browser.follow((await kintai.start()).url);
    const { location } = await browser.get(`${page.url}/present?demand=pin`);
    const payload = new URL(location).searchParams.get('challenge')?.split('.')[1] ?? '';
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({
      uiLocale: 'en',
      demand: 'pin',
      purpose: 'login',
      clientName: '勤怠 Kintai',
    });
  });
});

it('signing out asks first and then says that it is done', async () => {
  const browser = new Browser('en');
  const asked = await browser.get(`${idp.issuer}/logout`);
  expect([200, 400]).toContain(asked.status);
  const done = await browser.get(`${idp.issuer}/logout/success`);
  expect(done.text).toContain('You are signed out');
});
