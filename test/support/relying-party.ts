import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as client from 'openid-client';
import type { Page } from 'playwright-core';

/** What came of one sign-in, seen by a relying party. */
export type SignedIn =
  | {
      readonly outcome: 'signed-in';
      readonly claims: client.IDToken;
      readonly idToken: string;
      readonly tokens: string;
    }
  | { readonly outcome: 'error'; readonly error: string };

/** A relying party that speaks nothing but OpenID Connect, by `openid-client`. */
export interface RelyingParty {
  readonly redirectUri: string;
  /** Opens the provider's page in a browser; `finish` waits for the browser's return and redeems the code. */
  begin(
    page: Page,
    credentials: { readonly clientId: string; readonly clientSecret: string },
    parameters?: { readonly [name: string]: string },
  ): Promise<{ finish(): Promise<SignedIn>; readonly url: string }>;
  close(): Promise<void>;
}

export async function startRelyingParty(issuer: string): Promise<RelyingParty> {
  let returned: (url: URL) => void = () => {};
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', `http://${request.headers.host}`);
    response.end('returned');
    if (url.pathname === '/callback') returned(url);
  });
  const redirectUri = `http://127.0.0.1:${await listen(server)}/callback`;
  return {
    redirectUri,
    async begin(page, { clientId, clientSecret }, parameters = {}) {
      const config = await client.discovery(new URL(issuer), clientId, clientSecret, undefined, {
        execute: [client.allowInsecureRequests],
      });
      const pkceCodeVerifier = client.randomPKCECodeVerifier();
      const [expectedState, expectedNonce] = [client.randomState(), client.randomNonce()];
      const arrived = new Promise<URL>((resolve) => {
        returned = resolve;
      });
      const url = client.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        scope: 'openid profile',
        code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
        code_challenge_method: 'S256',
        state: expectedState,
        nonce: expectedNonce,
        ...parameters,
      }).href;
      await page.goto(url);
      return {
        url,
        async finish(): Promise<SignedIn> {
          const callback = await arrived;
          const error = callback.searchParams.get('error');
          if (error !== null) return { outcome: 'error', error };
          const checks = { pkceCodeVerifier, expectedState, expectedNonce };
          const tokens = await client.authorizationCodeGrant(config, callback, checks);
          const claims = tokens.claims();
          if (claims === undefined) throw new Error('no ID token');
          return {
            outcome: 'signed-in',
            claims,
            idToken: tokens.id_token ?? '',
            tokens: JSON.stringify(tokens),
          };
        },
      };
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}
