import { decodeProtectedHeader } from 'jose';
import { expect } from 'vitest';
import { Browser } from '../../../idp/http/support/browser.ts';
import type { Modules } from './module.ts';
import { isErrorPage, passTime, sameSignIn } from './module.ts';
import type { Visit } from './world.ts';

/** Of the plans for Basic OP and, by form post, the same ones: requests that succeed. */
export const happyModules: Modules = {
  'oidcc-server': async (world) => {
    const { tokens, response, state, claims } = await world.signIn();
    expect(response?.parameters.get('state')).toBe(state);
    expect(response?.parameters.get('iss')).toBe(world.idp.issuer);
    expect(tokens.headers.get('cache-control')).toContain('no-store');
    expect(tokens.headers.get('content-type')).toContain('application/json');
    expect(tokens.body).toMatchObject({ token_type: 'Bearer', expires_in: expect.any(Number) });
    const userinfo = await world.userinfo(tokens.body.access_token);
    expect(userinfo).toMatchObject({ status: 200, body: { sub: claims.sub } });
  },
  'oidcc-idtoken-signature': async (world) => {
    const { tokens } = await world.signIn();
    // The client did not ask for an algorithm; one that does is in `oidcc-server-rs256` below.
    const header = decodeProtectedHeader(String(tokens.body.id_token));
    expect(header).toMatchObject({ alg: 'ES256', kid: expect.any(String) });
  },
  'oidcc-idtoken-unsigned': async ({ metadata }) => {
    // The suite leaves the module out where the provider says that it does not sign with `none`.
    expect(metadata.id_token_signing_alg_values_supported).not.toContain('none');
  },
  'oidcc-ensure-request-without-nonce-succeeds-for-code-flow': async (world) => {
    const { claims } = await world.signIn({ parameters: { nonce: '' } });
    expect(claims).not.toHaveProperty('nonce');
  },
  'oidcc-alternate-happy-flow': async (world) => {
    const { tokens } = await world.signIn({
      parameters: { scope: 'email profile openid', state: 'moved', nonce: 'moved', response_type: 'code' },
    });
    const { body } = await world.userinfo(tokens.body.access_token);
    expect(body).toMatchObject({ email: 'hanako@midori.example.jp', name: '緑 花子' });
  },
  'oidcc-display-page': async (world) => {
    await world.signIn({ parameters: { display: 'page' } });
  },
  'oidcc-display-popup': async (world) => {
    await world.signIn({ parameters: { display: 'popup' } });
  },
  'oidcc-ensure-request-with-unknown-parameter-succeeds': async (world) => {
    await world.signIn({ parameters: { extra: 'foobar' } });
  },
  'oidcc-login-hint': async (world) => {
    await world.signIn({ parameters: { login_hint: 'buffy@localhost' } });
  },
  'oidcc-ui-locales': async (world) => {
    await world.signIn({ parameters: { ui_locales: 'se' } });
    const { page } = await world.visit({ parameters: { ui_locales: 'en', prompt: 'login' } });
    expect(page.url).toContain(world.idp.issuer);
  },
  'oidcc-claims-locales': async (world) => {
    await world.signIn({ parameters: { claims_locales: 'se' } });
  },
  'oidcc-ensure-request-with-acr-values-succeeds': async (world) => {
    const supported = world.metadata.acr_values_supported as readonly string[];
    const { claims } = await world.signIn({ parameters: { acr_values: supported.join(' ') } });
    expect(supported).toContain(claims.acr);
  },
  'oidcc-ensure-post-request-succeeds': async (world) => {
    await world.signIn({ method: 'POST' });
  },
  'oidcc-ensure-request-with-valid-pkce-succeeds': async (world) => {
    const visit = await world.visit({ pkce: true });
    const wrong = await world.redeem(visit, { code_verifier: 'x'.repeat(43) });
    expect(wrong).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    await world.signIn({ pkce: true });
  },
  'oidcc-claims-essential': async (world) => {
    const claims = JSON.stringify({ userinfo: { name: { essential: true } } });
    const { tokens } = await world.signIn({ parameters: { claims } });
    expect((await world.userinfo(tokens.body.access_token)).body).toMatchObject({ name: '緑 花子' });
  },
};

/** Of the same plans: what userinfo gives, and how it is asked. */
export const userinfoModules: Modules = {
  'oidcc-userinfo-get': async (world) => {
    const { tokens, claims } = await world.signIn();
    const { status, headers, body } = await world.userinfo(tokens.body.access_token);
    expect([status, body.sub]).toEqual([200, claims.sub]);
    expect(headers.get('content-type')).toContain('application/json');
  },
  'oidcc-userinfo-post-header': async (world) => {
    const { tokens, claims } = await world.signIn();
    const authorization = `Bearer ${tokens.body.access_token}`;
    const answer = await world.post(world.endpoint('userinfo'), {}, { authorization });
    expect(answer).toMatchObject({ status: 200, body: { sub: claims.sub } });
  },
  'oidcc-userinfo-post-body': async (world) => {
    const { tokens, claims } = await world.signIn();
    const answer = await world.post(world.endpoint('userinfo'), {
      access_token: String(tokens.body.access_token),
    });
    expect(answer).toMatchObject({ status: 200, body: { sub: claims.sub } });
  },
  'oidcc-scope-profile': async (world) => {
    const { tokens } = await world.signIn({ parameters: { scope: 'openid profile' } });
    expect((await world.userinfo(tokens.body.access_token)).body).toMatchObject({
      ...{ name: '緑 花子', preferred_username: 'hanako' },
    });
  },
  'oidcc-scope-email': async (world) => {
    const { tokens } = await world.signIn({ parameters: { scope: 'openid email' } });
    const { body } = await world.userinfo(tokens.body.access_token);
    expect(body).toMatchObject({ email: 'hanako@midori.example.jp' });
  },
  'oidcc-scope-address': async (world) => {
    const { tokens } = await world.signIn({ parameters: { scope: 'openid address' } });
    // Warned of: no address is kept of anybody, so there is none to give.
    expect((await world.userinfo(tokens.body.access_token)).body).not.toHaveProperty('address');
  },
  'oidcc-scope-phone': async (world) => {
    const { tokens } = await world.signIn({ parameters: { scope: 'openid phone' } });
    expect((await world.userinfo(tokens.body.access_token)).body).not.toHaveProperty('phone_number');
  },
  'oidcc-scope-all': async (world) => {
    const scope = 'openid profile email address phone';
    const { tokens } = await world.signIn({ parameters: { scope } });
    expect((await world.userinfo(tokens.body.access_token)).body).toMatchObject({
      ...{ name: '緑 花子', email: 'hanako@midori.example.jp' },
    });
  },
};

/** Of the same plans: a second request of somebody who is signed in. */
export const sessionModules: Modules = {
  'oidcc-prompt-login': async (world) => {
    const first = await world.signIn();
    await passTime(world, 2);
    const { browser } = first;
    const second = await world.signIn({ browser, parameters: { prompt: 'login' } });
    expect(second.showedCard).toBe(true);
    expect(second.claims.sub).toBe(first.claims.sub);
    expect(Number(second.claims.auth_time)).toBeGreaterThan(Number(first.claims.auth_time));
  },
  'oidcc-prompt-none-not-logged-in': async (world) => {
    const { response, state } = await world.visit({ parameters: { prompt: 'none' } });
    expect(response?.parameters.get('error')).toBe('login_required');
    expect(response?.parameters.get('state')).toBe(state);
    expect(response?.parameters.has('code')).toBe(false);
  },
  'oidcc-prompt-none-logged-in': async (world) => {
    const first = await world.signIn();
    const { browser } = first;
    sameSignIn(first, await world.signIn({ browser, parameters: { prompt: 'none' } }));
  },
  'oidcc-max-age-1': async (world) => {
    const first = await world.signIn();
    await passTime(world, 2);
    const { browser } = first;
    const second = await world.signIn({ browser, parameters: { max_age: '1' } });
    expect(second.showedCard).toBe(true);
    expect(Number(second.claims.auth_time)).toBeGreaterThan(Number(first.claims.auth_time));
  },
  'oidcc-max-age-10000': async (world) => {
    const first = await world.signIn({ parameters: { max_age: '15000' } });
    expect(first.claims.auth_time).toEqual(expect.any(Number));
    await passTime(world, 2);
    const { browser } = first;
    sameSignIn(first, await world.signIn({ browser, parameters: { max_age: '10000' } }));
  },
  'oidcc-id-token-hint': async (world) => {
    const first = await world.signIn();
    const { browser } = first;
    const parameters = { prompt: 'none', id_token_hint: String(first.tokens.body.id_token) };
    sameSignIn(first, await world.signIn({ browser, parameters }));
  },
};

/** Of the same plans: what must not go through. */
export const refusalModules: Modules = {
  'oidcc-response-type-missing': async (world) => {
    const { response } = await world.visit({ parameters: { response_type: '' } });
    expect(['invalid_request', 'unsupported_response_type']).toContain(response?.parameters.get('error'));
  },
  'oidcc-codereuse': async (world) => {
    const visit: Visit = await world.signIn();
    expect(await world.redeem(visit)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  },
  'oidcc-codereuse-30seconds': async (world) => {
    const visit = await world.signIn();
    const accessToken = visit.tokens.body.access_token;
    expect((await world.userinfo(accessToken)).status).toBe(200);
    await passTime(world, 30);
    expect(await world.redeem(visit)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    expect((await world.userinfo(accessToken)).status).toBe(401);
  },
  'oidcc-ensure-registered-redirect-uri': async (world) => {
    const { response, page } = await world.visit({
      parameters: { redirect_uri: 'http://localhost:9/test/a/kazasu/callback?foreign' },
    });
    expect(response).toBeUndefined();
    isErrorPage(page);
  },
  'oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported': async (world) => {
    const { response } = await world.visit({
      parameters: { request_uri: 'https://rp.example.jp/request.jwt' },
    });
    expect(response?.parameters.get('error')).toBe('request_uri_not_supported');
    expect(world.metadata.request_uri_parameter_supported).toBe(false);
  },
  'oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported': async (world) => {
    const { response } = await world.visit({ parameters: { request: unsigned({ scope: 'openid' }) } });
    expect(['request_not_supported', 'invalid_request_object']).toContain(response?.parameters.get('error'));
  },
  'oidcc-ensure-request-object-with-redirect-uri': async (world) => {
    const request = unsigned({ redirect_uri: world.client.redirectUri });
    const { response, page } = await world.visit({
      parameters: { request, redirect_uri: 'http://localhost:9/another' },
    });
    expect(response).toBeUndefined();
    isErrorPage(page);
  },
};

/** Of the plan for Basic OP alone: what is asked of the token endpoint. */
export const tokenModules: Modules = {
  'oidcc-refresh-token': async (world) => {
    const first = await world.signIn({
      browser: new Browser(),
      parameters: { scope: 'openid offline_access', prompt: 'consent' },
    });
    const refresh = { grant_type: 'refresh_token', refresh_token: String(first.tokens.body.refresh_token) };
    const foreign = await world.token(refresh, world.client2);
    expect(foreign).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    const second = await world.token(refresh);
    expect(second.status).toBe(200);
    expect(second.body.access_token).not.toBe(first.tokens.body.access_token);
    const claims = await world.verify(String(second.body.id_token), {
      audience: world.client.clientId,
      nonce: first.nonce,
    });
    const { iss, sub, aud, auth_time } = first.claims;
    expect(claims).toMatchObject({ iss, sub, aud, auth_time });
    expect((await world.userinfo(second.body.access_token)).status).toBe(200);
  },
};

function unsigned(claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part(claims)}.`;
}
