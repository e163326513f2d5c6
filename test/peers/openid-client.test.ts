import * as openid from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toAcr } from '../../idp/domain/assurance.ts';
import { actor } from '../../idp/domain/registration.ts';
import { suspendPerson } from '../../idp/flows/change-person.ts';
import { Browser } from '../idp/http/support/browser.ts';
import { ConformanceWorld, postLogoutRedirectUri, redirectUri } from './conformance/support/world.ts';

/** A certified client in every grant and call that it has; those for devices are with the grants for devices. */
let world: ConformanceWorld;
let config: openid.Configuration;

beforeAll(async () => {
  world = await ConformanceWorld.start();
  config = await discover();
});
afterAll(() => world.close());

function discover(authentication?: openid.ClientAuth): Promise<openid.Configuration> {
  const { clientId, clientSecret } = world.client;
  return openid.discovery(new URL(world.idp.issuer), clientId, clientSecret, authentication, {
    execute: [openid.allowInsecureRequests],
  });
}

interface Begun {
  readonly parameters: { readonly [name: string]: string };
  readonly checks: openid.AuthorizationCodeGrantChecks;
}

async function begin(changes: { readonly [name: string]: string } = {}): Promise<Begun> {
  const pkceCodeVerifier = openid.randomPKCECodeVerifier();
  const [expectedState, expectedNonce] = [openid.randomState(), openid.randomNonce()];
  return {
    checks: { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true },
    parameters: {
      ...{ redirect_uri: redirectUri, scope: 'openid profile offline_access', prompt: 'consent' },
      code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
      ...{ code_challenge_method: 'S256', state: expectedState, nonce: expectedNonce },
      ...changes,
    },
  };
}

/** Goes where the client sends the browser. @returns the address that it comes back to. */
async function visit(url: URL, browser = new Browser()): Promise<URL> {
  const parameters = Object.fromEntries(url.searchParams);
  const { page } = await world.go(parameters, browser);
  return new URL(page.location);
}

async function signIn(browser = new Browser(), by = config) {
  const { parameters, checks } = await begin();
  const callback = await visit(openid.buildAuthorizationUrl(by, parameters), browser);
  return openid.authorizationCodeGrant(by, callback, checks);
}

const errorOf = (asked: Promise<unknown>) =>
  asked.then(
    () => 'answered',
    (error: { readonly error?: string }) => error.error ?? String(error),
  );

describe('openid-client', () => {
  it.each([
    ['client_secret_basic', () => openid.ClientSecretBasic(world.client.clientSecret)],
    ['client_secret_post', () => openid.ClientSecretPost(world.client.clientSecret)],
  ])('signs in by authorization code and %s', async (_name, authentication) => {
    const tokens = await signIn(new Browser(), await discover(authentication()));
    expect(tokens.claims()).toMatchObject({ sub: world.person.personId, aud: world.client.clientId });
    expect(tokens.expiresIn()).toBeGreaterThan(0);
  });

  it('signs in by a request that it pushed', async () => {
    const { parameters, checks } = await begin();
    const url = await openid.buildAuthorizationUrlWithPAR(config, parameters);
    expect([...url.searchParams.keys()].sort()).toEqual(['client_id', 'request_uri']);
    const tokens = await openid.authorizationCodeGrant(config, await visit(url), checks);
    expect(tokens.claims()?.sub).toBe(world.person.personId);
  });

  it('refreshes again and again, each time with the token that it got last', async () => {
    let { refresh_token: token = '' } = await signIn();
    for (let times = 0; times < 3; times += 1) {
      const tokens = await openid.refreshTokenGrant(config, token);
      expect(tokens.claims()).toMatchObject({ sub: world.person.personId });
      token = tokens.refresh_token ?? token;
    }
  });

  it('gets nothing by a refresh token that it used before, and nothing more by what came of it', async () => {
    const { refresh_token: first = '' } = await signIn();
    const { refresh_token: second = '' } = await openid.refreshTokenGrant(config, first);
    expect(second).not.toBe(first);
    expect(await errorOf(openid.refreshTokenGrant(config, first))).toBe('invalid_grant');
    expect(await errorOf(openid.refreshTokenGrant(config, second))).toBe('invalid_grant');
  });

  it('asks userinfo, and refuses an answer about somebody else', async () => {
    const tokens = await signIn();
    const { personId } = world.person;
    expect(await openid.fetchUserInfo(config, tokens.access_token, personId)).toMatchObject({
      ...{ sub: personId, name: '緑 花子' },
    });
    await expect(openid.fetchUserInfo(config, tokens.access_token, 'somebody-else')).rejects.toThrow();
  });

  it('introspects a token, and revokes it with everything that came of the same sign-in', async () => {
    const tokens = await signIn();
    const active = await openid.tokenIntrospection(config, tokens.access_token);
    const { clientId } = world.client;
    expect(active).toMatchObject({ active: true, sub: world.person.personId, client_id: clientId });
    const refreshToken = tokens.refresh_token ?? '';
    expect((await openid.tokenIntrospection(config, refreshToken)).active).toBe(true);
    await openid.tokenRevocation(config, refreshToken);
    expect(await errorOf(openid.refreshTokenGrant(config, refreshToken))).toBe('invalid_grant');
    // RFC 7009 §2.1: access tokens of the same grant end too.
    expect(await openid.tokenIntrospection(config, tokens.access_token)).toEqual({ active: false });
  });

  it('calls a resource with its token', async () => {
    const tokens = await signIn();
    const answer = await openid.fetchProtectedResource(
      config,
      tokens.access_token,
      new URL(world.endpoint('userinfo')),
      'GET',
    );
    expect(answer.status).toBe(200);
  });

  it('signs somebody out, and back to itself', async () => {
    const browser = new Browser();
    const tokens = await signIn(browser);
    const url = openid.buildEndSessionUrl(config, {
      ...{ id_token_hint: tokens.id_token ?? '', post_logout_redirect_uri: postLogoutRedirectUri },
    });
    const page = await browser.get(url.href);
    const xsrf = /name="xsrf" value="([^"]*)"/.exec(page.text)?.[1] ?? '';
    const left = await browser.post(`${world.endpoint('end_session')}/confirm`, { xsrf, logout: 'yes' });
    expect(left.location).toContain(postLogoutRedirectUri);
    const { parameters } = await begin({ prompt: 'none', scope: 'openid' });
    const back = await visit(openid.buildAuthorizationUrl(config, parameters), browser);
    expect(back.searchParams.get('error')).toBe('login_required');
  });

  it('asks for an assurance, and learns which one it was', async () => {
    const acr = toAcr('certificate');
    const { parameters, checks } = await begin({ acr_values: acr });
    const callback = await visit(openid.buildAuthorizationUrl(config, parameters));
    expect((await openid.authorizationCodeGrant(config, callback, checks)).claims()?.acr).toBe(acr);
  });

  it('refuses an answer of another issuer, another state and another nonce by itself: they are all there', async () => {
    const { parameters, checks } = await begin();
    const callback = await visit(openid.buildAuthorizationUrl(config, parameters));
    expect(callback.searchParams.get('iss')).toBe(world.idp.issuer);
    const mixedUp = new URL(callback);
    mixedUp.searchParams.set('iss', 'https://other.example');
    await expect(openid.authorizationCodeGrant(config, mixedUp, checks)).rejects.toThrow();
    const expectedNonce = 'another';
    await expect(
      openid.authorizationCodeGrant(config, callback, { ...checks, expectedNonce }),
    ).rejects.toThrow();
  });

  it.each([
    // Nobody signs in by it, and signing people in is all there is: every token here is about a person.
    ['client credentials', () => openid.clientCredentialsGrant(config)],
    // RFC 9700 §2.4: the password would go through the client.
    ['a password', () => grant('password', { username: 'hanako', password: 'x' })],
    [
      'token exchange',
      () => grant('urn:ietf:params:oauth:grant-type:token-exchange', { subject_token: 'x' }),
    ],
    // Those that a client must be added for.
    [
      'CIBA, which it was not added for',
      () => grant('urn:openid:params:grant-type:ciba', { auth_req_id: 'x' }),
    ],
    [
      'a device code, which it was not added for',
      () => grant('urn:ietf:params:oauth:grant-type:device_code', { device_code: 'x' }),
    ],
    [
      'a tap, which it was not added for',
      () => grant('urn:ietf:params:oauth:grant-type:jwt-bearer', { assertion: 'x' }),
    ],
  ])('gets nothing by %s', async (_what, ask) => {
    expect(['unsupported_grant_type', 'unauthorized_client', 'invalid_request']).toContain(
      await errorOf(ask()),
    );
  });

  it('gets nothing more for somebody who was suspended', async () => {
    const tokens = await signIn();
    await suspendPerson(world.idp.context, { person: 'hanako', actor: actor('os', 0) });
    expect(await openid.tokenIntrospection(config, tokens.access_token)).toEqual({ active: false });
    expect(await errorOf(openid.refreshTokenGrant(config, tokens.refresh_token ?? ''))).toBe('invalid_grant');
  });
});

function grant(type: string, parameters: { readonly [name: string]: string }): Promise<unknown> {
  return openid.genericGrantRequest(config, type, { ...parameters });
}
