import { fetchUserInfo, refreshTokenGrant } from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClientId } from '../../../idp/domain/login-policy.ts';
import type { Person } from '../../../idp/domain/person.ts';
import { actor } from '../../../idp/domain/registration.ts';
import { restorePerson, suspendPerson } from '../../../idp/flows/change-person.ts';
import { importPeople } from '../../../idp/flows/import-people.ts';
import { assignReader } from '../../../idp/flows/manage-readers.ts';
import { Browser } from '../http/support/browser.ts';
import {
  linkTo,
  presentCard,
  RelyingParty,
  type StartedSignIn,
  type Tokens,
} from '../http/support/relying-party.ts';
import { type RunningIdp, runIdp } from '../http/support/running-idp.ts';
import type { SoftwareBridge } from '../http/support/software-bridge.ts';

let idp: RunningIdp;
let bridge: SoftwareBridge;
let person: Person;
/** Accepts the card with and without PIN. */
let kintai: RelyingParty;
/** Accepts the PIN only. */
let zaimu: RelyingParty;
const serialNumber = '0b00a1';
const admin = actor('os', 0);

beforeAll(async () => {
  idp = await runIdp();
  person = await idp.addPerson('hanako', {
    displayNameKana: 'ミドリ ハナコ',
    mail: 'hanako@midori.example.jp',
    employeeNumber: '001234',
    department: '税務課',
  });
  await idp.addCard(person, serialNumber);
  const clients = [
    await idp.addClient('勤怠 Kintai', ['card-pin', 'certificate']),
    await idp.addClient('財務 Zaimu', ['card-pin']),
  ] as const;
  bridge = await idp.addBridge('窓口1', clients);
  kintai = await RelyingParty.discover(idp.issuer, clients[0]);
  zaimu = await RelyingParty.discover(idp.issuer, clients[1]);
});
afterAll(() => idp.close());

/** From the client's request to the redirect that brings its code. */
async function signIn(
  rp: RelyingParty,
  demand: 'tap' | 'pin',
  { browser = new Browser(), ...parameters }: { browser?: Browser; [parameter: string]: unknown } = {},
): Promise<{ started: StartedSignIn; callback: string; browser: Browser }> {
  const started = await rp.start(parameters as Record<string, string>);
  const page = await browser.follow(started.url);
  const now = idp.clock.now();
  const { location } = await presentCard(browser, page, { bridge, serialNumber, demand, now });
  return { started, callback: location, browser };
}

async function tokensOf(
  rp: RelyingParty,
  demand: 'tap' | 'pin',
  parameters: Record<string, unknown> = {},
): Promise<Tokens> {
  const { callback, started } = await signIn(rp, demand, parameters);
  return rp.redeem(callback, started);
}

function errorIn(location: string): string | null {
  return new URL(location).searchParams.get('error');
}

describe('a sign-in with card and PIN', () => {
  it('gives an ID token that says what it rests on, signed with ES256, and no more of the person than the id', async () => {
    const tokens = await tokensOf(kintai, 'pin', { scope: 'openid profile email' });
    const claims: object = tokens.claims() ?? {};
    expect(claims).toEqual({
      ...{ iat: expect.any(Number), exp: expect.any(Number) },
      iss: idp.issuer,
      aud: kintai.client.clientId,
      sub: person.personId,
      acr: 'urn:kazasu:acr:card-pin',
      amr: ['sc', 'hwk', 'pin', 'mfa'],
      auth_time: expect.any(Number),
    });
    const header = JSON.parse(Buffer.from(tokens.id_token?.split('.')[0] ?? '', 'base64url').toString());
    expect(header).toMatchObject({ alg: 'ES256', kid: expect.any(String) });
  });

  it('releases through userinfo what the scopes ask for, from the record', async () => {
    const tokens = await tokensOf(kintai, 'pin', {
      scope: 'openid profile email groups organization employee',
    });
    expect(await fetchUserInfo(kintai.config, tokens.access_token, person.personId)).toEqual({
      sub: person.personId,
      name: '緑 花子',
      'name#ja-Kana-JP': 'ミドリ ハナコ',
      preferred_username: 'hanako',
      email: 'hanako@midori.example.jp',
      groups: ['staff'],
      organization: '緑市',
      department: '税務課',
      employee_number: '001234',
    });
    const few = await tokensOf(kintai, 'pin', { scope: 'openid' });
    expect(await fetchUserInfo(kintai.config, few.access_token, person.personId)).toEqual({
      sub: person.personId,
    });
  });
});

describe('a tap without PIN', () => {
  it('is "certificate", and never claims hardware', async () => {
    const claims = (await tokensOf(kintai, 'tap')).claims();
    expect(claims).toMatchObject({ acr: 'urn:kazasu:acr:certificate', amr: ['user'] });
  });

  it('is not offered where the client accepts the PIN only', async () => {
    const page = await new Browser().follow((await zaimu.start()).url);
    expect(() => linkTo(page, 'tap')).toThrow('offers no tap');
    expect(linkTo(page, 'pin')).toContain('demand=pin');
  });

  it('cannot be had there by writing the link oneself', async () => {
    const browser = new Browser();
    const page = await browser.follow((await zaimu.start()).url);
    const answer = await browser.get(linkTo(page, 'pin').replace('demand=pin', 'demand=tap'));
    expect(answer.location).toBe(page.url);
  });

  it('is not offered when the request wishes for the PIN', async () => {
    const page = await new Browser().follow(
      (await kintai.start({ acr_values: 'urn:kazasu:acr:card-pin' })).url,
    );
    expect(() => linkTo(page, 'tap')).toThrow('offers no tap');
  });
});

describe('what the client accepts', () => {
  it('a session of one client does not open another: the reader and the groups were not asked for it', async () => {
    const { browser } = await signIn(kintai, 'pin');
    const page = await browser.follow((await zaimu.start()).url);
    expect(linkTo(page, 'pin')).toContain('/present');
  });

  it('the same client is signed in again without a card, with the same acr', async () => {
    const { browser } = await signIn(kintai, 'pin');
    const started = await kintai.start({ prompt: 'none' });
    const { location } = await browser.follow(started.url);
    expect((await kintai.redeem(location, started)).claims()?.acr).toBe('urn:kazasu:acr:card-pin');
  });

  it('a session that does not reach what is wished for asks for the card', async () => {
    const { browser } = await signIn(kintai, 'tap');
    const page = await browser.follow((await kintai.start({ acr_values: 'urn:kazasu:acr:card-pin' })).url);
    expect(linkTo(page, 'pin')).toContain('/present');
  });

  it('a session of another acr than the one demanded gets a new sign-in', async () => {
    const { browser } = await signIn(kintai, 'pin');
    // There is no order to guess: a client that demands the certificate alone gets a new sign-in.
    const claims = JSON.stringify({
      id_token: { acr: { essential: true, value: 'urn:kazasu:acr:certificate' } },
    });
    const page = await browser.follow((await kintai.start({ claims })).url);
    expect(linkTo(page, 'tap')).toContain('/present');
    expect(() => linkTo(page, 'pin')).toThrow('offers no pin');
  });

  it('a session says to each client what was shown for it, whatever another one was shown since', async () => {
    const { browser } = await signIn(kintai, 'tap');
    const { callback } = await signIn(zaimu, 'pin', { browser });
    expect(errorIn(callback)).toBeNull();
    const started = await kintai.start({ prompt: 'none' });
    const { location } = await browser.follow(started.url);
    const claims = (await kintai.redeem(location, started)).claims();
    expect(claims).toMatchObject({ acr: 'urn:kazasu:acr:certificate', amr: ['user'] });
  });

  it('a demand that the client may not have is answered at once, and not by asking for ever', async () => {
    const claims = JSON.stringify({
      id_token: { acr: { essential: true, value: 'urn:kazasu:acr:passkey' } },
    });
    const { location } = await new Browser().follow((await kintai.start({ claims })).url);
    expect(errorIn(location)).toBe('unmet_authentication_requirements');
  });

  it('a card that does not reach what was demanded is answered, and not asked for again for ever', async () => {
    const claims = JSON.stringify({
      id_token: { acr: { essential: true, value: 'urn:kazasu:acr:card-pin' } },
    });
    const browser = new Browser();
    const page = await browser.follow((await kintai.start({ claims })).url);
    const challenge = await bridge.open((await browser.get(linkTo(page, 'pin'))).location, idp.clock.now());
    // The bridge skips the PIN: the client accepts a bare certificate otherwise, but not this time.
    const answer = await bridge.tap({ ...challenge, demand: 'tap' }, serialNumber, idp.clock.now());
    const { returnCode } = (await answer.json()) as { returnCode: string };
    const { location } = await browser.follow(`${bridge.answer.returnUrl}?code=${returnCode}`);
    expect(errorIn(location)).toBe('unmet_authentication_requirements');
  });

  it('prompt=none without a session asks nobody', async () => {
    const { location } = await new Browser().follow((await kintai.start({ prompt: 'none' })).url);
    expect(errorIn(location)).toBe('login_required');
  });

  it('prompt=login asks for the card although there is a session', async () => {
    const { browser } = await signIn(kintai, 'pin');
    const page = await browser.follow((await kintai.start({ prompt: 'login' })).url);
    expect(linkTo(page, 'pin')).toContain('/present');
  });
});

describe('the protocol', () => {
  it('refuses a request without PKCE', async () => {
    const { url } = await kintai.start();
    const without = new URL(url);
    without.searchParams.delete('code_challenge');
    without.searchParams.delete('code_challenge_method');
    const { location } = await new Browser().follow(without.href);
    expect(errorIn(location)).toBe('invalid_request');
  });

  it('refuses PKCE in clear', async () => {
    const { location } = await new Browser().follow(
      (await kintai.start({ code_challenge_method: 'plain' })).url,
    );
    expect(errorIn(location)).toBe('invalid_request');
  });

  it('refuses a code with another verifier', async () => {
    const { callback, started } = await signIn(kintai, 'pin');
    const stolen = { ...started, codeVerifier: 'x'.repeat(43) };
    await expect(kintai.redeem(callback, stolen)).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  it('redeems a code once; who comes again ends what was issued for it', async () => {
    const { callback, started } = await signIn(kintai, 'pin');
    const tokens = await kintai.redeem(callback, started);
    await expect(kintai.redeem(callback, started)).rejects.toMatchObject({ error: 'invalid_grant' });
    await expect(fetchUserInfo(kintai.config, tokens.access_token, person.personId)).rejects.toThrow();
  });

  it('redeems a code once when it comes fifty times at once', async () => {
    const { callback, started } = await signIn(kintai, 'pin');
    const answers = await Promise.allSettled(
      Array.from({ length: 50 }, () => kintai.redeem(callback, started)),
    );
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('refuses a wrong client secret', async () => {
    const { callback, started } = await signIn(kintai, 'pin');
    const impostor = await RelyingParty.discover(idp.issuer, { ...kintai.client, clientSecret: 'wrong' });
    await expect(impostor.redeem(callback, started)).rejects.toMatchObject({ error: 'invalid_client' });
  });

  it('tells a person, not a stranger’s URI, that the redirect URI is not registered', async () => {
    const { url } = await kintai.start({ redirect_uri: 'https://evil.example/' });
    const page = await new Browser('en').follow(url);
    expect([page.status, page.location]).toEqual([400, '']);
    expect(page.text).toContain('The address to return to is not the one registered');
  });

  it('does not know a client by its name', async () => {
    const url = (await kintai.start()).url.replace(
      /client_id=[^&]+/,
      `client_id=${encodeURIComponent('勤怠 Kintai')}`,
    );
    expect((await new Browser('en').follow(url)).text).toContain('This system is not registered');
  });

  it('brings a person who cancels back with access_denied', async () => {
    const browser = new Browser();
    const page = await browser.follow((await kintai.start()).url);
    const { location } = await browser.follow(`${page.url}/cancel`);
    expect(errorIn(location)).toBe('access_denied');
  });

  it('announces what it can do, and nothing that it cannot', async () => {
    const metadata = (await (await fetch(`${idp.issuer}/.well-known/openid-configuration`)).json()) as Record<
      string,
      unknown
    >;
    expect(metadata).toMatchObject({
      issuer: idp.issuer,
      authorization_endpoint: `${idp.issuer}/authorize`,
      response_types_supported: ['code'],
      code_challenge_methods_supported: ['S256'],
      id_token_signing_alg_values_supported: ['ES256'],
    });
    expect(metadata.acr_values_supported).toContain('urn:kazasu:acr:card-pin');
  });
});

it('says when the card was held, not when the browser came back for the outcome', async () => {
  const held = idp.clock.now() - 300_000;
  const [started, browser] = [await kintai.start(), new Browser()];
  idp.clock.set(held);
  try {
    const toBridge = await browser.get(linkTo(await browser.follow(started.url), 'pin'));
    const { location } = await browser.get(await bridge.present(toBridge.location, serialNumber, held));
    idp.clock.set(held + 300_000);
    const { location: callback } = await browser.get(location);
    const tokens = await kintai.redeem(callback, started);
    expect(tokens.claims()?.auth_time).toBe(Math.floor(held / 1_000));
  } finally {
    idp.clock.set(held + 300_000);
  }
});

describe('a suspension', () => {
  it('holds on the very next operation: userinfo, refresh, session', async () => {
    const { browser, callback, started } = await signIn(kintai, 'pin', {
      scope: 'openid offline_access',
      prompt: 'consent',
    });
    const tokens = await kintai.redeem(callback, started);
    const refreshToken = tokens.refresh_token ?? '';
    expect((await refreshTokenGrant(kintai.config, refreshToken)).access_token).toBeTypeOf('string');
    await suspendPerson(idp.context, { person: 'hanako', actor: admin });
    try {
      await expect(fetchUserInfo(kintai.config, tokens.access_token, person.personId)).rejects.toThrow();
      await expect(refreshTokenGrant(kintai.config, refreshToken)).rejects.toMatchObject({
        error: 'invalid_grant',
      });
      const { location } = await browser.follow((await kintai.start({ prompt: 'none' })).url);
      expect(errorIn(location)).toBe('login_required');
    } finally {
      await restorePerson(idp.context, { person: 'hanako', actor: admin });
    }
  });

  it('is not all that ends a session: so does the loss of the group that the client demands', async () => {
    const client = await idp.addClient('人事 Jinji', ['card-pin'], ['staff']);
    const clientId = client.clientId as ClientId;
    await assignReader(idp.context, { reader: '窓口1', clientId });
    const jinji = await RelyingParty.discover(idp.issuer, client);
    const parameters = { scope: 'openid offline_access', prompt: 'consent' };
    const { browser, callback, started } = await signIn(jinji, 'pin', parameters);
    const tokens = await jinji.redeem(callback, started);
    const move = (groups: readonly string[]) =>
      importPeople(idp.context, { people: [{ ...person, groups }], actor: admin });
    await move(['pensioners']);
    try {
      await expect(fetchUserInfo(jinji.config, tokens.access_token, person.personId)).rejects.toThrow();
      await expect(refreshTokenGrant(jinji.config, tokens.refresh_token ?? '')).rejects.toMatchObject({
        error: 'invalid_grant',
      });
      const { location } = await browser.follow((await jinji.start({ prompt: 'none' })).url);
      expect(errorIn(location)).toBe('login_required');
      expect((await tokensOf(kintai, 'pin')).access_token).toBeTypeOf('string');
    } finally {
      await move(person.groups);
    }
  });

  it('holds even for state that outlived it: the account itself is not found', async () => {
    const tokens = await tokensOf(kintai, 'pin');
    await idp.context.record.change((tables) =>
      tables.people.setState(person.personId, 'active', 'suspended'),
    );
    try {
      await expect(fetchUserInfo(kintai.config, tokens.access_token, person.personId)).rejects.toThrow();
    } finally {
      await restorePerson(idp.context, { person: 'hanako', actor: admin });
    }
  });
});

it('another person’s card in the same browser ends the session of the one before', async () => {
  const taro = await idp.addPerson('taro', { displayName: '緑 太郎' });
  await idp.addCard(taro, '0b00b2');
  const { browser } = await signIn(kintai, 'pin');
  const started = await kintai.start({ prompt: 'login' });
  const page = await browser.follow(started.url);
  const now = idp.clock.now();
  const asked = await presentCard(browser, page, { bridge, serialNumber: '0b00b2', demand: 'pin', now });
  // The library answers with a form that ends the session; a browser submits it by the one script that is allowed.
  expect(asked.headers.get('content-security-policy')).toMatch(/form-action 'self' http:\/\/localhost:9;.*/);
  expect(asked.headers.get('content-security-policy')).toMatch(/script-src 'self' 'sha256-/);
  const field = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(asked.text)?.[1] ?? '';
  const action = /action="([^"]*)"/.exec(asked.text)?.[1] ?? '';
  const ended = await browser.post(action, { xsrf: field('xsrf'), logout: field('logout') });
  const callback = await browser.follow(ended.location);
  expect((await kintai.redeem(callback.location, started)).claims()?.sub).toBe(taro.personId);
});
