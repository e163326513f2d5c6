import * as openid from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClientId } from '../../../idp/domain/login-policy.ts';
import { Browser, type Page } from '../http/support/browser.ts';
import { begin, discover, type Office, type OfficeClient, openOffice } from './support/office.ts';

let office: Office;
beforeAll(async () => {
  office = await openOffice();
});
afterAll(() => office.close());

interface Party {
  readonly client: OfficeClient;
  readonly config: openid.Configuration;
}

async function party(name: string, consent = true): Promise<Party> {
  const client = await office.add(name, { settings: { consent } });
  return { client, config: await discover(office, client.clientId, client.clientSecret) };
}

/** Begins a sign-in in this browser. @returns the page that asks, or the redirect to the client. */
async function ask({ config }: Party, browser: Browser, more: Record<string, string> = {}) {
  const begun = await begin(more);
  const page = await office.visit(openid.buildAuthorizationUrl(config, begun.parameters).href, browser);
  return { page, ...begun };
}

/** Presses one of the two buttons. */
async function answer(
  browser: Browser,
  page: Page,
  decision: string,
  origin = office.idp.issuer,
): Promise<Page> {
  const [, action = ''] = /action="([^"]+\/consent)"/.exec(page.text) ?? [];
  const [, token = ''] = /name="token" value="([^"]+)"/.exec(page.text) ?? [];
  const posted = await browser.post(new URL(action, page.url).href, { token, decision }, { origin });
  return posted.location.startsWith(office.idp.issuer) ? browser.follow(posted.location) : posted;
}

const errorIn = ({ location }: Page) =>
  location === '' ? undefined : new URL(location).searchParams.get('error');
const asks = (page: Page) => page.text.includes('/consent"');

describe('a system of the organisation’s own', () => {
  it('gets what it asks for without anybody being asked', async () => {
    const { page } = await ask(await party('自前', false), new Browser(), { scope: 'openid profile' });
    expect(asks(page)).toBe(false);
    expect(page.location).toContain('code=');
  });
});

describe('a system of others', () => {
  it('gets it once the person was told who gets what, and let it; that is remembered', async () => {
    const other = await party('外部');
    const browser = new Browser('en');
    const { page, checks } = await ask(other, browser, { scope: 'openid profile email' });
    expect(page.text).toContain('“外部” asks for your details');
    expect(page.text).toContain('緑 花子');
    expect(page.text).toContain('your name and user name');
    expect(page.text).toContain('your e-mail address');
    expect(page.text).not.toContain('your employee number');
    const { location } = await answer(browser, page, 'allow');
    const tokens = await openid.authorizationCodeGrant(other.config, new URL(location), checks);
    expect(
      await openid.fetchUserInfo(other.config, tokens.access_token, office.person.personId),
    ).toMatchObject({
      email: 'hanako@midori.example.jp',
    });
    // Another browser, another day: not asked again.
    const again = await ask(other, new Browser(), { scope: 'openid email' });
    expect(again.page.location).toContain('code=');
  });

  it('is asked about in Japanese too', async () => {
    const { page } = await ask(await party('外部日本'), new Browser('ja'), { scope: 'openid employee' });
    expect(page.text).toContain('「外部日本」があなたの情報を求めています');
    expect(page.text).toContain('職員番号');
  });

  it('gets access_denied where the person refuses, and the refusal is noted', async () => {
    const other = await party('断る');
    const browser = new Browser();
    const { page } = await ask(other, browser, { scope: 'openid profile' });
    expect(errorIn(await answer(browser, page, 'refuse'))).toBe('access_denied');
    const { record, audit } = office.idp.context;
    const clientId = other.client.clientId as ClientId;
    expect(await record.clientConsents.find(clientId, office.person.personId)).toBeUndefined();
    const types: string[] = [];
    for await (const { type, subject } of audit.read()) if (subject === clientId) types.push(type);
    expect(types).toContain('client.consent-refused');
    expect(asks((await ask(other, browser, { scope: 'openid profile' })).page)).toBe(true);
  });

  it('is asked about again when it wants more, by scope or by a single claim, or wants the person asked', async () => {
    const other = await party('もっと');
    const browser = new Browser();
    const first = await ask(other, browser, { scope: 'openid profile' });
    await answer(browser, first.page, 'allow');
    const claims = JSON.stringify({ userinfo: { email: null } });
    for (const more of [
      { scope: 'openid profile groups' },
      { scope: 'openid', claims },
      { prompt: 'consent' },
    ]) {
      expect(asks((await ask(other, browser, more)).page), JSON.stringify(more)).toBe(true);
    }
    expect(asks((await ask(other, browser, { scope: 'openid profile' })).page)).toBe(false);
  });

  it('hears consent_required where nobody may be asked', async () => {
    const [own, other] = [await party('自前二', false), await party('無言')];
    const browser = new Browser();
    const { page } = await ask(other, browser, { scope: 'openid' });
    await answer(browser, page, 'allow');
    await ask(own, browser);
    const silent = await ask(other, browser, { scope: 'openid email', prompt: 'none' });
    expect(errorIn(silent.page)).toBe('consent_required');
  });

  it('gets offline access only where the person let it', async () => {
    const other = await party('留守');
    const browser = new Browser('en');
    const { page, checks } = await ask(other, browser, { scope: 'openid offline_access', prompt: 'consent' });
    expect(page.text).toContain('while you are not at its pages');
    const { location } = await answer(browser, page, 'allow');
    const tokens = await openid.authorizationCodeGrant(other.config, new URL(location), checks);
    expect(tokens.refresh_token).toBeDefined();
  });
});

describe('the form', () => {
  it('counts only from our own page, in the browser that was asked', async () => {
    const other = await party('偽造');
    const browser = new Browser();
    const { page } = await ask(other, browser, { scope: 'openid profile' });
    expect((await answer(browser, page, 'allow', 'https://evil.example')).status).toBe(403);
    expect(
      (
        await answer(
          browser,
          { ...page, text: page.text.replace(/value="[^"]+"/, 'value="guessed"') },
          'allow',
        )
      ).status,
    ).toBe(403);
    expect((await answer(new Browser(), page, 'allow')).status).toBe(400);
    const { record } = office.idp.context;
    expect(
      await record.clientConsents.find(other.client.clientId as ClientId, office.person.personId),
    ).toBeUndefined();
  });
});
