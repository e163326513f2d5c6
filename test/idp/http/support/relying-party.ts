import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  type Configuration,
  calculatePKCECodeChallenge,
  discovery,
  randomPKCECodeVerifier,
  randomState,
  type TokenEndpointResponse,
  type TokenEndpointResponseHelpers,
} from 'openid-client';
import type { Browser, Page } from './browser.ts';
import type { TestClient } from './running-idp.ts';
import type { SoftwareBridge } from './software-bridge.ts';

/** A sign-in that a client has started: what it keeps until the browser comes back. */
export interface StartedSignIn {
  readonly url: string;
  readonly state: string;
  readonly codeVerifier: string;
}

export type Tokens = TokenEndpointResponse & TokenEndpointResponseHelpers;

/** A client made of `openid-client`, as an integrator would write it. */
export class RelyingParty {
  readonly config: Configuration;
  readonly client: TestClient;

  private constructor(config: Configuration, client: TestClient) {
    this.config = config;
    this.client = client;
  }

  static async discover(issuer: string, client: TestClient): Promise<RelyingParty> {
    const { clientId, clientSecret } = client;
    const config = await discovery(new URL(issuer), clientId, clientSecret, undefined, {
      execute: [allowInsecureRequests],
    });
    return new RelyingParty(config, client);
  }

  async start(parameters: Record<string, string> = {}): Promise<StartedSignIn> {
    const codeVerifier = randomPKCECodeVerifier();
    const state = randomState();
    const url = buildAuthorizationUrl(this.config, {
      redirect_uri: this.client.redirectUri,
      scope: 'openid profile',
      code_challenge: await calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: 'S256',
      state,
      ...parameters,
    });
    return { url: url.href, state, codeVerifier };
  }

  redeem(callback: string, { state, codeVerifier }: StartedSignIn): Promise<Tokens> {
    return authorizationCodeGrant(this.config, new URL(callback), {
      expectedState: state,
      pkceCodeVerifier: codeVerifier,
      idTokenExpected: true,
    });
  }
}

/** The link that leads to the bridge, as a person would click it. */
export function linkTo(page: Page, demand: 'tap' | 'pin'): string {
  const href = new RegExp(`href="([^"]*/present\\?demand=${demand}[^"]*)"`).exec(page.text)?.[1];
  if (href === undefined) throw new Error(`the page offers no ${demand}: ${page.status} ${page.text}`);
  return new URL(href, page.url).href;
}

/** One person's way through: sign-in page, bridge, back. @returns the first page or redirect after the card. */
export async function presentCard(
  browser: Browser,
  signInPage: Page,
  {
    bridge,
    serialNumber,
    demand,
    now,
  }: { bridge: SoftwareBridge; serialNumber: string; demand: 'tap' | 'pin'; now: number },
): Promise<Page> {
  const toBridge = await browser.get(linkTo(signInPage, demand));
  const back = await bridge.present(toBridge.location, serialNumber, now);
  return browser.follow(back);
}
