import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser, Page } from '../../idp/http/support/browser.ts';
import type { Modules } from './support/module.ts';
import { isErrorPage } from './support/module.ts';
import { ConformanceWorld, type Parameters, postLogoutRedirectUri } from './support/world.ts';

let world: ConformanceWorld;
beforeAll(async () => {
  world = await ConformanceWorld.start();
});
afterAll(() => world.close());

interface Leaving {
  readonly browser: Browser;
  readonly idToken: string;
}

async function signedIn(): Promise<Leaving> {
  const { browser, tokens } = await world.signIn();
  return { browser, idToken: String(tokens.body.id_token) };
}

/** Sends the browser to the end of its session, and confirms where the page asks. @returns where it ends. */
async function leave({ browser }: Leaving, parameters: Parameters): Promise<Page> {
  const page = await browser.get(`${world.endpoint('end_session')}?${new URLSearchParams(parameters)}`);
  const action = /<form[^>]*method="post"[^>]*action="([^"]*)"/.exec(page.text)?.[1];
  const xsrf = /name="xsrf" value="([^"]*)"/.exec(page.text)?.[1];
  if (page.status !== 200 || action === undefined || xsrf === undefined) return page;
  const confirmed = await browser.post(new URL(action, page.url).href, { xsrf, logout: 'yes' });
  const origin = new URL(page.url).origin;
  return confirmed.location.startsWith(`${origin}/`) ? browser.follow(confirmed.location) : confirmed;
}

async function isSignedIn({ browser }: Leaving): Promise<boolean> {
  const { response } = await world.visit({ browser, parameters: { prompt: 'none' } });
  return response?.parameters.has('code') === true;
}

const modules: Modules = {
  'oidcc-rp-initiated-logout': async () => {
    const leaving = await signedIn();
    const { location } = await leave(leaving, {
      ...{ id_token_hint: leaving.idToken, post_logout_redirect_uri: postLogoutRedirectUri, state: 'back' },
    });
    expect(location).toBe(`${postLogoutRedirectUri}?state=back`);
    expect(await isSignedIn(leaving)).toBe(false);
  },
  'oidcc-rp-initiated-logout-bad-post-logout-redirect-uri': async () => {
    const leaving = await signedIn();
    isErrorPage(
      await leave(leaving, {
        ...{ id_token_hint: leaving.idToken, post_logout_redirect_uri: `${postLogoutRedirectUri}/foo` },
      }),
    );
  },
  'oidcc-rp-initiated-logout-modified-id-token-hint': async () => {
    const leaving = await signedIn();
    const [, claims = ''] = leaving.idToken.split('.');
    const header = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url');
    isErrorPage(
      await leave(leaving, {
        id_token_hint: `${header}.${claims}.`,
        post_logout_redirect_uri: postLogoutRedirectUri,
      }),
    );
    expect(await isSignedIn(leaving)).toBe(true);
  },
  'oidcc-rp-initiated-logout-no-id-token-hint': async () => {
    const leaving = await signedIn();
    const page = await leave(leaving, { post_logout_redirect_uri: postLogoutRedirectUri, state: 'back' });
    // It asks, and goes nowhere afterwards: nobody said whose address that is.
    expect(page.location).toBe('');
    expect(page.url).toContain(world.idp.issuer);
    expect(await isSignedIn(leaving)).toBe(false);
  },
  'oidcc-rp-initiated-logout-no-params': async () => {
    const leaving = await signedIn();
    expect((await leave(leaving, {})).status).toBe(200);
    expect(await isSignedIn(leaving)).toBe(false);
  },
  'oidcc-rp-initiated-logout-no-post-logout-redirect-uri': async () => {
    const leaving = await signedIn();
    const page = await leave(leaving, { id_token_hint: leaving.idToken, state: 'back' });
    expect([page.status, page.location]).toEqual([200, '']);
    expect(await isSignedIn(leaving)).toBe(false);
  },
  'oidcc-rp-initiated-logout-no-state': async () => {
    const leaving = await signedIn();
    const { location } = await leave(leaving, {
      ...{ id_token_hint: leaving.idToken, post_logout_redirect_uri: postLogoutRedirectUri },
    });
    expect(location).toBe(postLogoutRedirectUri);
    expect(await isSignedIn(leaving)).toBe(false);
  },
  'oidcc-rp-initiated-logout-only-state': async () => {
    const leaving = await signedIn();
    expect((await leave(leaving, { state: 'back' })).status).toBe(200);
    expect(await isSignedIn(leaving)).toBe(false);
  },
  'oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri': async () => {
    const leaving = await signedIn();
    isErrorPage(
      await leave(leaving, {
        ...{ id_token_hint: leaving.idToken, post_logout_redirect_uri: `${postLogoutRedirectUri}?foo=bar` },
      }),
    );
  },
  'oidcc-rp-initiated-logout-bad-id-token-hint': async () => {
    const leaving = await signedIn();
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    const claims = JSON.parse(Buffer.from(leaving.idToken.split('.')[1] ?? '', 'base64url').toString());
    const forged = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', jwk: await exportJWK(publicKey) })
      .sign(privateKey);
    isErrorPage(
      await leave(leaving, { id_token_hint: forged, post_logout_redirect_uri: postLogoutRedirectUri }),
    );
    expect(await isSignedIn(leaving)).toBe(true);
  },
  'oidcc-rp-initiated-logout-discovery-endpoint-verification': async () => {
    expect(new URL(world.endpoint('end_session')).origin).toBe(world.idp.issuer);
  },
};

describe('oidcc-rp-initiated-logout-certification-test-plan', () => {
  it.each(Object.keys(modules))('%s', async (name) => {
    await modules[name]?.(world);
  });

  it('takes the request by POST too, as the standard asks', async () => {
    const leaving = await signedIn();
    const answer = await leaving.browser.post(world.endpoint('end_session'), {
      id_token_hint: leaving.idToken,
    });
    expect(answer.status).toBe(303);
    expect((await leaving.browser.follow(answer.location)).text).toContain('name="xsrf"');
  });
});
