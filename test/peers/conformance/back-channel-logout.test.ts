import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser } from '../../idp/http/support/browser.ts';
import { type BackChannel, startBackChannel } from '../../support/back-channel.ts';
import type { Modules } from './support/module.ts';
import { ConformanceWorld, postLogoutRedirectUri } from './support/world.ts';

let world: ConformanceWorld;
let channel: BackChannel;
const expected: { issuer: string; clientId?: string } = { issuer: '' };

beforeAll(async () => {
  const clients = { backchannelLogout: { uri: '', sessionRequired: true } };
  world = await ConformanceWorld.start({
    clients: async (issuer) => {
      expected.issuer = issuer;
      channel ??= await startBackChannel(expected);
      clients.backchannelLogout.uri = channel.uri;
      return clients;
    },
  });
});
afterAll(async () => {
  await channel.close();
  await world.close();
});

async function leave(browser: Browser, idToken: string): Promise<string> {
  const parameters = {
    id_token_hint: idToken,
    post_logout_redirect_uri: postLogoutRedirectUri,
    state: 'back',
  };
  const page = await browser.get(`${world.endpoint('end_session')}?${new URLSearchParams(parameters)}`);
  const xsrf = /name="xsrf" value="([^"]*)"/.exec(page.text)?.[1] ?? '';
  const confirmed = await browser.post(`${world.endpoint('end_session')}/confirm`, { xsrf, logout: 'yes' });
  return confirmed.location;
}

const modules: Modules = {
  'oidcc-backchannel-logout-discovery-endpoint-verification': async () => {
    expect(world.metadata).toMatchObject({
      backchannel_logout_supported: true,
      backchannel_logout_session_supported: true,
      end_session_endpoint: expect.any(String),
    });
  },
  'oidcc-backchannel-rp-initiated-logout': async () => {
    expected.clientId = world.client.clientId;
    const { browser, tokens, claims } = await world.signIn();
    const idToken = String(tokens.body.id_token);
    expect(claims.sid).toEqual(expect.any(String));
    expect(await leave(browser, idToken)).toBe(`${postLogoutRedirectUri}?state=back`);
    // The endpoint has checked signature, `typ`, issuer, audience, event and times (§2.6), and that no nonce is there.
    const told = await channel.tokenFor(String(claims.sub));
    expect(told).toMatchObject({ sub: claims.sub, sid: claims.sid, jti: expect.any(String) });
    const { response } = await world.visit({ browser, parameters: { prompt: 'none' } });
    expect(response?.parameters.get('error')).toBe('login_required');
    expect(decodeProtectedHeader(idToken).alg).toBe('ES256');
    expect(decodeJwt(idToken).sid).toBe(told.sid);
  },
};

describe('oidcc-backchannel-rp-initiated-logout-certification-test-plan', () => {
  it.each(Object.keys(modules))('%s', async (name) => {
    await modules[name]?.(world);
  });
});
