import * as openid from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  begin,
  discover,
  type Office,
  type OfficeClient,
  openOffice,
  redirectUri,
} from './support/office.ts';

let office: Office;
let client: OfficeClient;
let config: openid.Configuration;
beforeAll(async () => {
  office = await openOffice();
  client = await office.add('勤怠');
  config = await discover(office, client.clientId, client.clientSecret);
});
afterAll(() => office.close());

async function tokenError(form: Record<string, string>): Promise<string> {
  const response = await fetch(`${office.idp.issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${client.clientId}:${client.clientSecret}`)}` },
    body: new URLSearchParams({ grant_type: 'authorization_code', redirect_uri: redirectUri, ...form }),
  });
  return ((await response.json()) as { error?: string }).error ?? 'accepted';
}

describe('a PKCE downgrade', () => {
  it.each([
    ['without a challenge', { code_challenge: '', code_challenge_method: '' }],
    ['with the plain method', { code_challenge_method: 'plain' }],
    ['without a method', { code_challenge_method: '' }],
  ])('%s is refused before anybody signs in', async (_how, changes) => {
    const { parameters } = await begin();
    const asked = Object.entries({ ...parameters, ...changes }).filter(([, value]) => value !== '');
    const { location } = await office.visit(
      openid.buildAuthorizationUrl(config, Object.fromEntries(asked)).href,
    );
    expect(new URL(location).searchParams.get('error')).toBe('invalid_request');
  });

  it('gives nothing for a code without its verifier, or with another one', async () => {
    for (const verifier of [{}, { code_verifier: openid.randomPKCECodeVerifier() }]) {
      const { parameters } = await begin();
      const { location } = await office.visit(openid.buildAuthorizationUrl(config, parameters).href);
      const code = new URL(location).searchParams.get('code') ?? '';
      expect(await tokenError({ code, ...verifier })).toBe('invalid_grant');
    }
  });
});

describe('a redirect URI', () => {
  it.each([
    'http://localhost:9/callback/',
    'http://localhost:9/callback?next=https://evil.example',
    'http://localhost:9/callback#fragment',
    'http://localhost:10/callback',
    'http://localhost:9/callback/../evil',
    'http://localhost:9/CALLBACK',
    'http://LOCALHOST:9/callback',
    'http://localhost:9/%63allback',
    'http://localhost:9@evil.example/callback',
    'http://user@localhost:9/callback',
    'https://localhost:9/callback',
    'http://localhost:9\\@evil.example/callback',
    '//evil.example/callback',
    'javascript:alert(1)',
    '',
  ])('that is not exactly the noted one leads nowhere: %s', async (uri) => {
    const { parameters } = await begin({ redirect_uri: uri });
    const url = new URL(`${office.idp.issuer}/authorize`);
    url.search = new URLSearchParams({
      ...parameters,
      client_id: client.clientId,
      response_type: 'code',
    }).toString();
    const page = await office.visit(url.href);
    expect([page.status, page.location]).toEqual([400, '']);
    expect(page.text).not.toContain('href="javascript:');
  });

  it('may have another port on loopback for a native application, and nothing else different', async () => {
    const noted = 'http://127.0.0.1/callback';
    const native = await office.add('アプリ', { preset: 'native', redirectUris: [noted] });
    const app = await discover(office, native.clientId, undefined, openid.None());
    const at = async (uri: string) => {
      const { parameters, checks } = await begin({ redirect_uri: uri });
      const page = await office.visit(openid.buildAuthorizationUrl(app, parameters).href);
      return { page, checks };
    };
    const { page, checks } = await at('http://127.0.0.1:51234/callback');
    expect((await openid.authorizationCodeGrant(app, new URL(page.location), checks)).claims()?.aud).toBe(
      native.clientId,
    );
    for (const uri of [
      'http://127.0.0.1:51234/other',
      'http://localhost:51234/callback',
      'http://127.0.0.2:1/callback',
    ]) {
      expect((await at(uri)).page.status).toBe(400);
    }
  });

  it('of the token request is the one of the authorization request', async () => {
    const { parameters, checks } = await begin();
    const { location } = await office.visit(openid.buildAuthorizationUrl(config, parameters).href);
    const code = new URL(location).searchParams.get('code') ?? '';
    const form = {
      code,
      code_verifier: String(checks.pkceCodeVerifier),
      redirect_uri: 'http://localhost:9/other',
    };
    expect(await tokenError(form)).toBe('invalid_grant');
  });
});
