import { createHash, randomUUID } from 'node:crypto';
import { exportJWK, type GenerateKeyPairResult, generateKeyPair, SignJWT } from 'jose';
import { calculatePKCECodeChallenge, randomPKCECodeVerifier } from 'openid-client';
import { Browser } from '../../../idp/http/support/browser.ts';
import { ConformanceWorld, type Parameters, redirectUri, type TokenAnswer, type Visit } from './world.ts';

/** What a request of this client differs in from one that is right. */
export interface Changes {
  readonly parameters?: Parameters;
  /** Claims of the client's assertion. */
  readonly assertion?: { readonly [name: string]: unknown };
  /** Absent: the client's own key; `none`: no proof at all. */
  readonly proofKey?: GenerateKeyPairResult | 'none';
  /** Claims of the DPoP proof, and its header. */
  readonly proof?: { readonly [name: string]: unknown };
  readonly proofHeader?: { readonly [name: string]: unknown };
}

/** A request that was pushed, and what the client keeps until the browser comes back. */
export interface Pushed {
  readonly answer: TokenAnswer;
  readonly codeVerifier: string;
  readonly state: string;
  readonly nonce: string;
}

const now = () => Math.floor(Date.now() / 1_000);

/** A client of the FAPI 2.0 Security Profile as the suite registers it: `private_key_jwt`, DPoP, unsigned requests by PAR. */
export class FapiClient {
  readonly world: ConformanceWorld;
  readonly dpop: GenerateKeyPairResult;
  readonly #key: GenerateKeyPairResult;
  /** The provider's last word on which nonce proofs must hold. */
  #nonce: string | undefined;

  private constructor(world: ConformanceWorld, key: GenerateKeyPairResult, dpop: GenerateKeyPairResult) {
    this.world = world;
    this.#key = key;
    this.dpop = dpop;
  }

  static async start(): Promise<FapiClient> {
    const key = await generateKeyPair('ES256', { extractable: true });
    const jwk = { ...(await exportJWK(key.publicKey)), kid: 'client', alg: 'ES256', use: 'sig' };
    const world = await ConformanceWorld.start({
      clients: () => ({
        settings: { fapi2: true, authentication: 'private_key_jwt', keys: { from: 'inline', keys: [jwk] } },
      }),
    });
    return new FapiClient(world, key, await generateKeyPair('ES256', { extractable: true }));
  }

  /** Pushes an authorization request. */
  async push(changes: Changes = {}): Promise<Pushed> {
    const codeVerifier = randomPKCECodeVerifier();
    const [state, nonce] = [randomUUID(), randomUUID()];
    const usual: Parameters = {
      ...{ redirect_uri: redirectUri, scope: 'openid', response_type: 'code', state, nonce },
      ...{ code_challenge: await calculatePKCECodeChallenge(codeVerifier), code_challenge_method: 'S256' },
    };
    const url = this.world.endpoint('pushed_authorization_request');
    // Proofs are for the token endpoint unless a module says otherwise.
    const answer = await this.#ask(url, usual, { proofKey: 'none', ...changes });
    return { answer, codeVerifier, state: changes.parameters?.state ?? state, nonce };
  }

  /** Sends the browser with a request that was pushed. */
  follow({ answer }: Pushed, browser = new Browser()): ReturnType<ConformanceWorld['go']> {
    const requestUri = String(answer.body.request_uri);
    return this.world.go({ client_id: this.world.client.clientId, request_uri: requestUri }, browser);
  }

  redeem(pushed: Pushed, { response }: Pick<Visit, 'response'>, changes: Changes = {}): Promise<TokenAnswer> {
    const usual = {
      ...{ grant_type: 'authorization_code', redirect_uri: redirectUri, code_verifier: pushed.codeVerifier },
      code: response?.parameters.get('code') ?? '',
    };
    return this.token(usual, changes);
  }

  token(parameters: Parameters, changes: Changes = {}): Promise<TokenAnswer> {
    return this.#ask(this.world.endpoint('token'), parameters, changes);
  }

  /** From the pushed request to the tokens. */
  async signIn(changes: Changes = {}): Promise<Pushed & { readonly tokens: TokenAnswer }> {
    const pushed = await this.push(changes);
    const visit = await this.follow(pushed);
    return { ...pushed, tokens: await this.redeem(pushed, visit) };
  }

  /** Asks for a resource; the one that the suite asks for is userinfo. */
  async resource(
    accessToken: unknown,
    { scheme = 'DPoP', ...changes }: Changes & { readonly scheme?: string } = {},
  ): Promise<number> {
    const url = this.world.endpoint('userinfo');
    const ath = createHash('sha256').update(String(accessToken)).digest('base64url');
    const proof = await this.proof(url, 'GET', { ...changes, proof: { ath, ...changes.proof } });
    const headers = { authorization: `${scheme} ${accessToken}`, ...(proof === '' ? {} : { dpop: proof }) };
    return (await fetch(url, { headers })).status;
  }

  /** @see RFC 9449 §4.2 */
  async proof(url: string, method: string, { proofKey, proof, proofHeader }: Changes = {}): Promise<string> {
    if (proofKey === 'none') return '';
    const { privateKey, publicKey } = proofKey ?? this.dpop;
    const nonce = this.#nonce === undefined ? {} : { nonce: this.#nonce };
    const header = { typ: 'dpop+jwt', alg: 'ES256', jwk: await exportJWK(publicKey), ...proofHeader };
    const claims = { jti: randomUUID(), htm: method, htu: url, iat: now(), ...nonce, ...proof };
    return new SignJWT(claims).setProtectedHeader(header).sign(privateKey);
  }

  /** @see RFC 7523 §3; FAPI 2.0 Security Profile §5.3.3.1 (the audience is the issuer, as one text) */
  #assertion(changes: object): Promise<string> {
    const { clientId } = this.world.client;
    const usual = { iss: clientId, sub: clientId, aud: this.world.idp.issuer, jti: randomUUID() };
    return new SignJWT({ ...usual, iat: now(), exp: now() + 60, ...changes })
      .setProtectedHeader({ alg: 'ES256', kid: 'client' })
      .sign(this.#key.privateKey);
  }

  async #ask(url: string, usual: Parameters, changes: Changes): Promise<TokenAnswer> {
    const answer = await this.#post(url, usual, changes);
    const nonce = answer.headers.get('dpop-nonce');
    if (nonce !== null) this.#nonce = nonce;
    return answer.body.error === 'use_dpop_nonce' ? this.#post(url, usual, changes) : answer;
  }

  async #post(url: string, usual: Parameters, changes: Changes): Promise<TokenAnswer> {
    const all: Parameters = {
      ...usual,
      client_id: this.world.client.clientId,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await this.#assertion(changes.assertion ?? {}),
      ...changes.parameters,
    };
    const sent = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
    const proof = await this.proof(url, 'POST', changes);
    return this.world.post(url, sent, proof === '' ? {} : { dpop: proof });
  }
}
