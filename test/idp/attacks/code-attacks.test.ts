import { fetchUserInfo } from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser } from '../http/support/browser.ts';
import type { RelyingParty } from '../http/support/relying-party.ts';
import { type AttackWorld, attackWorld, errorIn, isRefusedHere } from './support/attack-world.ts';

let world: AttackWorld;
beforeAll(async () => {
  world = await attackWorld();
});
afterAll(() => world.close());

interface TokenAnswer {
  readonly access_token?: string;
  readonly error?: string;
}

const codeIn = (callback: string) => new URL(callback).searchParams.get('code') ?? '';

async function codeOf(rp: RelyingParty, parameters: Record<string, string> = {}) {
  const { callback, started } = await world.signIn(rp, { parameters });
  return { code: codeIn(callback), codeVerifier: started.codeVerifier, callback, started };
}

const form = (rp: RelyingParty, { code, codeVerifier }: { code: string; codeVerifier: string }) => ({
  ...{ grant_type: 'authorization_code', code, code_verifier: codeVerifier },
  redirect_uri: rp.client.redirectUri,
});

describe('a code replayed', () => {
  it('a hundred times at once is redeemed once, and what it was redeemed for ends', async () => {
    const { kintai, person } = world;
    const redeemed = form(kintai, await codeOf(kintai));
    const answers = await Promise.all(Array.from({ length: 100 }, () => world.token(kintai, redeemed)));
    const bodies = await Promise.all(answers.map((answer) => answer.json() as Promise<TokenAnswer>));
    const given = bodies.filter(({ access_token: token }) => token !== undefined);
    expect(given).toHaveLength(1);
    expect(new Set(bodies.filter((body) => !given.includes(body)).map(({ error }) => error))).toEqual(
      new Set(['invalid_grant']),
    );
    await expect(
      fetchUserInfo(kintai.config, given[0]?.access_token ?? '', person.personId),
    ).rejects.toThrow();
  });

  it('by another client is worth nothing there, and nothing afterwards where it belongs', async () => {
    const { kintai, zaimu } = world;
    const stolen = await codeOf(kintai);
    const elsewhere = await world.token(zaimu, form(zaimu, stolen));
    expect(await elsewhere.json()).toMatchObject({ error: 'invalid_grant' });
  });

  it('after its minute is worth nothing', async () => {
    const { kintai, idp } = world;
    const late = await codeOf(kintai);
    idp.clock.advance(61);
    expect(await (await world.token(kintai, form(kintai, late))).json()).toMatchObject({
      error: 'invalid_grant',
    });
  });
});

describe('a mix-up of two providers', () => {
  it('is seen by the client: every answer names the issuer, and discovery says so', async () => {
    const { kintai, idp } = world;
    const { callback, started } = await world.signIn(kintai);
    expect(new URL(callback).searchParams.get('iss')).toBe(idp.issuer);
    expect(kintai.config.serverMetadata()).toMatchObject({
      authorization_response_iss_parameter_supported: true,
    });
    const mixedUp = new URL(callback);
    mixedUp.searchParams.set('iss', 'https://evil.example');
    await expect(kintai.redeem(mixedUp.href, started)).rejects.toMatchObject({
      code: 'OAUTH_INVALID_RESPONSE',
    });
    const without = new URL(callback);
    without.searchParams.delete('iss');
    await expect(kintai.redeem(without.href, started)).rejects.toMatchObject({
      code: 'OAUTH_INVALID_RESPONSE',
    });
  });

  it('is seen in errors too', async () => {
    const { kintai, idp } = world;
    const { location } = await new Browser().follow((await kintai.start({ prompt: 'none' })).url);
    expect(new URL(location).searchParams.get('iss')).toBe(idp.issuer);
  });
});

describe('a downgrade of PKCE', () => {
  it.each([
    ['no challenge', { code_challenge: undefined, code_challenge_method: undefined }],
    ['a challenge in clear', { code_challenge_method: 'plain' }],
    ['no method, which would be "plain"', { code_challenge_method: undefined }],
    ['a method that nobody knows', { code_challenge_method: 'S1' }],
    ['an empty challenge', { code_challenge: '' }],
    ['a challenge that is too short', { code_challenge: 'abc' }],
  ])('with %s starts no sign-in', async (_what, changes) => {
    const url = new URL((await world.kintai.start()).url);
    for (const [name, value] of Object.entries(changes)) {
      if (value === undefined) url.searchParams.delete(name);
      else url.searchParams.set(name, value);
    }
    const { location } = await new Browser().follow(url.href);
    expect(errorIn(location)).toBe('invalid_request');
  });

  it('by a pushed request that leaves it out is refused as well', async () => {
    const { kintai, idp } = world;
    const { clientId, clientSecret, redirectUri } = kintai.client;
    const answer = await fetch(`${idp.issuer}/par`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` },
      body: new URLSearchParams({
        ...{ client_id: clientId, redirect_uri: redirectUri, response_type: 'code', scope: 'openid' },
      }),
    });
    expect([answer.status, await answer.json()]).toMatchObject([400, { error: 'invalid_request' }]);
  });

  it.each([
    ['no verifier', {}],
    ['an empty one', { code_verifier: '' }],
    ['the challenge in its place', undefined],
  ])('at the token endpoint with %s gives nothing', async (_what, changes) => {
    const { kintai } = world;
    const { code, started } = await codeOf(kintai);
    const challenge = new URL(started.url).searchParams.get('code_challenge') ?? '';
    const { code_verifier: _, ...without } = form(kintai, { code, codeVerifier: '' });
    const answer = await world.token(kintai, { ...without, ...(changes ?? { code_verifier: challenge }) });
    expect([answer.status, await answer.json()]).toMatchObject([
      400,
      { error: expect.stringMatching(/invalid_(grant|request)/) },
    ]);
  });
});

describe('an address to return to that is almost the registered one', () => {
  const registered = () => world.kintai.client.redirectUri;
  it.each<[string, (uri: string) => string]>([
    ['with a slash more', (uri) => `${uri}/`],
    ['with a path more', (uri) => `${uri}/../evil`],
    ['with dots encoded', (uri) => `${uri}/%2e%2e/evil`],
    ['with a query', (uri) => `${uri}?next=https://evil.example`],
    ['with a fragment', (uri) => `${uri}#evil`],
    ['with an empty fragment', (uri) => `${uri}#`],
    ['in capital letters', (uri) => uri.toUpperCase()],
    ['at another host', (uri) => uri.replace('//', '//evil.example/')],
    ['with the host as a user name', (uri) => uri.replace(/^(\w+:\/\/[^/]+)/, '$1@evil.example')],
    ['with a subdomain', (uri) => uri.replace('//', '//evil.')],
    ['with a backslash', (uri) => uri.replace('//', '//evil.example\\@')],
    ['with a line break', (uri) => `${uri}\r\nLocation: https://evil.example`],
    ['of another scheme', (uri) => uri.replace(/^http/, 'javascript')],
    ['of nothing', () => ''],
  ])('%s is refused here, and no browser is sent there', async (_what, change) => {
    const url = new URL((await world.kintai.start()).url);
    url.searchParams.set('redirect_uri', change(registered()));
    const page = await new Browser('en').follow(url.href);
    expect(isRefusedHere(page)).toBe(true);
    expect(page.text).not.toMatch(/(href|action|content)="[^"?]*(evil|javascript:)/);
  });

  it('given twice is refused here', async () => {
    const url = new URL((await world.kintai.start()).url);
    url.searchParams.append('redirect_uri', 'https://evil.example/');
    expect(isRefusedHere(await new Browser().follow(url.href))).toBe(true);
  });

  it('left out is refused here', async () => {
    const url = new URL((await world.kintai.start()).url);
    url.searchParams.delete('redirect_uri');
    expect(isRefusedHere(await new Browser().follow(url.href))).toBe(true);
  });

  it('at the token endpoint gives nothing for the code', async () => {
    const { kintai } = world;
    const redeemed = form(kintai, await codeOf(kintai));
    const answer = await world.token(kintai, { ...redeemed, redirect_uri: `${redeemed.redirect_uri}/x` });
    expect(await answer.json()).toMatchObject({ error: 'invalid_grant' });
  });

  it('does not get the errors of a request either', async () => {
    const url = new URL((await world.kintai.start({ prompt: 'none', response_type: 'token' })).url);
    url.searchParams.set('redirect_uri', 'https://evil.example/');
    expect(isRefusedHere(await new Browser().follow(url.href))).toBe(true);
  });
});
