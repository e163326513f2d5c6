import { createLocalJWKSet, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose';
import { calculatePKCECodeChallenge, randomPKCECodeVerifier } from 'openid-client';
import { toAcr } from '../../../../idp/domain/assurance.ts';
import type { Person } from '../../../../idp/domain/person.ts';
import { actor } from '../../../../idp/domain/registration.ts';
import { keepSigningKeys } from '../../../../idp/flows/keep-signing-keys.ts';
import { addOidcClient, type NewOidcClient } from '../../../../idp/flows/manage-clients.ts';
import { Browser, type Page } from '../../../idp/http/support/browser.ts';
import { presentCard } from '../../../idp/http/support/relying-party.ts';
import { type RunningIdp, runIdp, type TestClient } from '../../../idp/http/support/running-idp.ts';
import type { SoftwareBridge } from '../../../idp/http/support/software-bridge.ts';
import { type AuthorizationResponse, responseOf } from './response.ts';

/** Where browsers go on; nobody listens: the tests look at where they were sent. */
export const redirectUri = 'http://localhost:9/test/a/kazasu/callback';
export const postLogoutRedirectUri = 'http://localhost:9/test/a/kazasu/post_logout_redirect';

export type Parameters = { readonly [name: string]: string };

/** What the token endpoint answers. */
export interface TokenAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: { readonly [name: string]: unknown };
}

/** One way through the authorization endpoint. */
export interface Visit {
  readonly browser: Browser;
  readonly codeVerifier: string;
  readonly nonce: string;
  readonly state: string;
  /** Whether the person had to show a card on the way. */
  readonly showedCard: boolean;
  /** The last page that was not the client's. */
  readonly page: Page;
  /** What the client got; absent: the browser was not sent back. */
  readonly response?: AuthorizationResponse;
}

/** How a module goes through the authorization endpoint. */
export interface VisitOptions {
  readonly browser?: Browser;
  readonly client?: TestClient;
  /** Beside, or instead of, the usual ones; an empty value leaves the parameter out. */
  readonly parameters?: Parameters;
  readonly method?: 'GET' | 'POST';
  /** As the world has it unless said otherwise. */
  readonly pkce?: boolean;
}

export interface WorldOptions {
  /** How the client asks to be answered. */
  readonly mode?: AuthorizationResponse['mode'];
  /** Whether clients send PKCE, which they do unless said otherwise. */
  readonly pkce?: boolean;
  /** What the clients have that the usual ones have not. */
  readonly clients?: (issuer: string) => Partial<NewOidcClient> | Promise<Partial<NewOidcClient>>;
}

/** A provider with two clients of the kind that the conformance suite registers, and somebody with a card. */
export class ConformanceWorld {
  readonly idp: RunningIdp;
  readonly person: Person;
  readonly client: TestClient;
  readonly client2: TestClient;
  readonly metadata: { readonly [name: string]: unknown };
  readonly #bridge: SoftwareBridge;
  readonly #mode: AuthorizationResponse['mode'];
  readonly #pkce: boolean;

  private constructor(
    idp: RunningIdp,
    person: Person,
    clients: readonly [TestClient, TestClient],
    bridge: SoftwareBridge,
    metadata: { readonly [name: string]: unknown },
    { mode, pkce }: { readonly mode: AuthorizationResponse['mode']; readonly pkce: boolean },
  ) {
    this.idp = idp;
    this.person = person;
    [this.client, this.client2] = clients;
    this.#bridge = bridge;
    this.metadata = metadata;
    this.#mode = mode;
    this.#pkce = pkce;
  }

  static async start({
    mode = 'query',
    pkce = true,
    clients = () => ({}),
  }: WorldOptions = {}): Promise<ConformanceWorld> {
    const idp = await runIdp();
    await keepSigningKeys(idp.context);
    const person = await idp.addPerson('hanako', {
      displayNameKana: 'ミドリ ハナコ',
      mail: 'hanako@midori.example.jp',
      employeeNumber: '001234',
    });
    await idp.addCard(person, serialNumber);
    const both = [
      await addClient(idp, 'first', await clients(idp.issuer)),
      await addClient(idp, 'second', await clients(idp.issuer)),
    ] as const;
    const bridge = await idp.addBridge('窓口1', both);
    const answer = await fetch(`${idp.issuer}/.well-known/openid-configuration`);
    return new ConformanceWorld(idp, person, both, bridge, (await answer.json()) as Parameters, {
      mode,
      pkce,
    });
  }

  close(): Promise<void> {
    return this.idp.close();
  }

  endpoint(name: string): string {
    return String(this.metadata[`${name}_endpoint`]);
  }

  /** Sends the browser to the authorization endpoint, shows the card where one is asked for, and takes what comes back. */
  async visit(options: VisitOptions = {}): Promise<Visit> {
    const { browser = new Browser(), client = this.client, method = 'GET', pkce = this.#pkce } = options;
    const codeVerifier = pkce ? randomPKCECodeVerifier() : '';
    const [state, nonce] = [crypto.randomUUID(), crypto.randomUUID()];
    const all: Parameters = {
      client_id: client.clientId,
      redirect_uri: client.redirectUri,
      scope: 'openid',
      state,
      nonce,
      response_type: 'code',
      code_challenge: pkce ? await calculatePKCECodeChallenge(codeVerifier) : '',
      code_challenge_method: pkce ? 'S256' : '',
      response_mode: this.#mode === 'query' ? '' : this.#mode,
      ...options.parameters,
    };
    const sent = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
    return { browser, codeVerifier, state, nonce, ...(await this.go(sent, browser, method)) };
  }

  /** The same with these parameters and no others. */
  async go(
    parameters: Parameters,
    browser = new Browser(),
    method: 'GET' | 'POST' = 'GET',
  ): Promise<Pick<Visit, 'showedCard' | 'page' | 'response'>> {
    const first = await this.#ask(browser, parameters, method);
    const showedCard = first.status === 200 && first.text.includes('/present?demand=tap');
    const page = showedCard ? await this.#showCard(browser, first) : first;
    const response = responseOf(page);
    if (response === undefined) return { showedCard, page };
    if (response.mode !== this.#mode) throw new Error(`answered by ${response.mode}`);
    return { showedCard, page, response };
  }

  /** Shows the card on a page that asks for it. */
  #showCard(browser: Browser, page: Page): Promise<Page> {
    const now = this.idp.clock.now();
    return presentCard(browser, page, { bridge: this.#bridge, serialNumber, demand: 'tap', now });
  }

  async #ask(browser: Browser, parameters: Parameters, method: 'GET' | 'POST'): Promise<Page> {
    const endpoint = this.endpoint('authorization');
    if (method === 'GET') return browser.follow(`${endpoint}?${new URLSearchParams(parameters)}`);
    const answer = await browser.post(endpoint, parameters);
    const { origin } = new URL(endpoint);
    return answer.location.startsWith(`${origin}/`) ? browser.follow(answer.location) : answer;
  }

  /** Redeems the code that a visit brought. */
  redeem(
    visit: Visit,
    { client = this.client, ...changes }: { client?: TestClient; [name: string]: unknown } = {},
  ) {
    return this.token(
      {
        grant_type: 'authorization_code',
        code: visit.response?.parameters.get('code') ?? '',
        redirect_uri: client.redirectUri,
        ...(visit.codeVerifier === '' ? {} : { code_verifier: visit.codeVerifier }),
        ...(changes as Parameters),
      },
      client,
    );
  }

  /** Asks the token endpoint, by `client_secret_basic`. */
  async token(parameters: Parameters, client: TestClient = this.client): Promise<TokenAnswer> {
    const credentials = [client.clientId, client.clientSecret].map(encodeURIComponent).join(':');
    return this.post(this.endpoint('token'), parameters, {
      authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
    });
  }

  async post(url: string, parameters: Parameters, headers: Parameters = {}): Promise<TokenAnswer> {
    const answer = await fetch(url, { method: 'POST', body: new URLSearchParams(parameters), headers });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: text === '' ? {} : JSON.parse(text) };
  }

  /** A sign-in from beginning to end, with the ID token checked as a client must. */
  async signIn(
    options: VisitOptions = {},
  ): Promise<Visit & { readonly tokens: TokenAnswer; readonly claims: JWTPayload }> {
    const visit = await this.visit(options);
    const tokens = await this.redeem(visit, options.client === undefined ? {} : { client: options.client });
    if (tokens.status !== 200)
      throw new Error(`${tokens.status} ${JSON.stringify(tokens.body)} ${visit.page.text}`);
    const nonce = options.parameters?.nonce ?? visit.nonce;
    const claims = await this.verify(String(tokens.body.id_token), {
      audience: (options.client ?? this.client).clientId,
      ...(nonce === '' ? {} : { nonce }),
    });
    return { ...visit, tokens, claims };
  }

  /** @see OpenID Connect Core §3.1.3.7 */
  async verify(
    idToken: string,
    { audience, nonce }: { readonly audience: string; readonly nonce?: string },
  ): Promise<JWTPayload> {
    const jwks = (await (await fetch(String(this.metadata.jwks_uri))).json()) as JSONWebKeySet;
    const { payload } = await jwtVerify(idToken, createLocalJWKSet(jwks), {
      ...{ issuer: this.idp.issuer, audience, requiredClaims: ['sub', 'iat', 'exp'] },
    });
    if (payload.nonce !== nonce) throw new Error('the nonce is another one');
    return payload;
  }

  async userinfo(accessToken: unknown): Promise<TokenAnswer> {
    const answer = await fetch(this.endpoint('userinfo'), {
      headers: { authorization: `Bearer ${accessToken}` },
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: text === '' ? {} : JSON.parse(text) };
  }
}

const serialNumber = '0b00a1';

async function addClient(idp: RunningIdp, name: string, more: Partial<NewOidcClient>): Promise<TestClient> {
  const added = await addOidcClient(idp.context, {
    ...{ name, requiredGroups: [], redirectUris: [redirectUri], actor: actor('os', 0), pinWindowSeconds: 0 },
    acceptedAcr: [toAcr('card-pin'), toAcr('certificate')],
    ...more,
    settings: { postLogoutRedirectUris: [postLogoutRedirectUri], ...more.settings },
  });
  return { ...added, redirectUri };
}
