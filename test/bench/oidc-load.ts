import { createHash, createPrivateKey, type KeyObject, randomUUID, sign } from 'node:crypto';
import { Agent, request as httpRequest } from 'node:http';
import type { SignInTarget } from './oidc-target.ts';

/** One a run: a connection that idled while the other side was measured may be closed by its server at any moment. */
let agent = new Agent({ keepAlive: true });

function freshConnections(): void {
  agent.destroy();
  agent = new Agent({ keepAlive: true, maxSockets: 64 });
}

const codeVerifier = 'bench-code-verifier-bench-code-verifier-bench';
const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url');

interface Answer {
  readonly status: number;
  readonly location: string;
  readonly text: string;
}

interface Sent {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly cookies?: Map<string, string>;
}

function send(url: string, { method = 'GET', headers = {}, body, cookies }: Sent = {}): Promise<Answer> {
  const cookie = cookies && [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const all = { accept: 'text/html', ...(cookie ? { cookie } : {}), ...headers };
  return new Promise((resolve, reject) => {
    const sent = httpRequest(url, { method, headers: all, agent }, (response) => {
      for (const line of response.headers['set-cookie'] ?? []) {
        const [pair = ''] = line.split(';');
        cookies?.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
      }
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, location: response.headers.location ?? '', text }),
      );
    });
    sent.on('error', reject).end(body);
  });
}

/** A reader's bridge, as cheap as it can be made: the generator must not be what is measured. */
export class LoadBridge {
  readonly #readerId: string;
  readonly #key: KeyObject;
  readonly #target: SignInTarget;
  #counter = 0;

  constructor(target: SignInTarget, index: number) {
    const { readerId, privateKey } = target.readers[index % target.readers.length]!;
    this.#readerId = readerId;
    this.#key = createPrivateKey({ key: privateKey as { [name: string]: unknown }, format: 'jwk' });
    this.#target = target;
  }

  /** Posts a tap; without a nonce it raises the reader's counter. */
  async tap(nonce?: string): Promise<Answer> {
    const { issuer, certificates } = this.#target;
    const certificate = certificates[Math.floor(Math.random() * certificates.length)];
    if (nonce === undefined) this.#counter += 1;
    const answers = nonce === undefined ? { counter: this.#counter } : { nonce };
    const claims = {
      ...{ iss: this.#readerId, aud: issuer, iat: Math.floor(Date.now() / 1_000), jti: randomUUID() },
      ...{ evidence: { type: 'certificate', certificate }, ...answers },
    };
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const signed = `${encode({ alg: 'ES256', typ: 'tap+jwt' })}.${encode(claims)}`;
    const signature = sign('sha256', Buffer.from(signed), { key: this.#key, dsaEncoding: 'ieee-p1363' });
    return send(`${issuer}/taps`, {
      method: 'POST',
      headers: { 'content-type': 'application/jwt', accept: 'application/json' },
      body: `${signed}.${signature.toString('base64url')}`,
    });
  }
}

/** Where a sign-in begins. */
export function authorizationUrl(target: SignInTarget): string {
  const { clientId: client_id, redirectUri: redirect_uri } = target;
  const query = new URLSearchParams({
    ...{ client_id, redirect_uri, response_type: 'code', scope: 'openid', state: 'x' },
    ...{ code_challenge: codeChallenge, code_challenge_method: 'S256' },
  });
  return `${target.authorizationEndpoint}?${query}`;
}

/** Where it ends: the client has an ID token. */
export async function redeemCode(target: SignInTarget, code: string): Promise<void> {
  const token = await send(target.tokenEndpoint, {
    method: 'POST',
    headers: {
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `Basic ${Buffer.from(`${target.clientId}:${target.clientSecret}`).toString('base64')}`,
    },
    body: new URLSearchParams({
      ...{ grant_type: 'authorization_code', redirect_uri: target.redirectUri, code_verifier: codeVerifier },
      code,
    }).toString(),
  });
  if (!expectStatus(token, 200).text.includes('id_token')) throw new Error(`no ID token: ${token.text}`);
}

/** One complete sign-in of a browser that was never here: authorize → sign-in page → bridge → tap → return → code → token. */
export async function signIn(target: SignInTarget, bridge: LoadBridge): Promise<void> {
  const cookies = new Map<string, string>();
  const go = (url: string) => send(new URL(url, target.issuer).href, { cookies });
  const { location: page } = await go(authorizationUrl(target));
  expectStatus(await go(page), 200);
  const toBridge = await go(`${new URL(page, target.issuer).pathname}/present?demand=tap`);
  const challenge = new URL(toBridge.location).searchParams.get('challenge') ?? '';
  const { nonce } = JSON.parse(Buffer.from(challenge.split('.')[1] ?? '', 'base64url').toString());
  const kept = expectStatus(await bridge.tap(nonce), 200);
  const resumed = await go(`/interaction/return?code=${JSON.parse(kept.text).returnCode}`);
  const callback = await go(resumed.location);
  await redeemCode(target, new URL(callback.location).searchParams.get('code') ?? '');
}

export function expectStatus(answer: Answer, status: number): Answer {
  if (answer.status === status) return answer;
  throw new Error(`expected ${status}, got ${answer.status}: ${answer.text.slice(0, 500)}`);
}

/** Complete sign-ins with `inFlight` browsers at once. @returns those a second while measured, and all of them. */
export async function signInRate(
  target: SignInTarget,
  { inFlight, warmUpMs, measureMs }: { inFlight: number; warmUpMs: number; measureMs: number },
): Promise<{ readonly perSecond: number; readonly signIns: number }> {
  freshConnections();
  const bridges = Array.from({ length: inFlight }, (_, index) => new LoadBridge(target, index));
  const begin = performance.now() + warmUpMs;
  const end = begin + measureMs;
  let completed = 0;
  let signIns = 0;
  const browser = async (bridge: LoadBridge) => {
    while (performance.now() < end) {
      await signIn(target, bridge);
      signIns += 1;
      const now = performance.now();
      if (now >= begin && now < end) completed += 1;
    }
  };
  await Promise.all(bridges.map(browser));
  return { perSecond: (completed * 1_000) / measureMs, signIns };
}

/** Taps at a fixed rate whatever the answers take, so that a slow one does not hide those behind it. @returns milliseconds, sorted. */
export async function tapLatencies(
  bridges: readonly LoadBridge[],
  { perSecond, measureMs }: { perSecond: number; measureMs: number },
): Promise<readonly number[]> {
  freshConnections();
  const total = Math.round((perSecond * measureMs) / 1_000);
  const begin = performance.now();
  const latencies: number[] = [];
  const posted: Promise<void>[] = [];
  for (let index = 0; index < total; index += 1) {
    const due = begin + (index * 1_000) / perSecond;
    const early = due - performance.now();
    if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
    const bridge = index % bridges.length;
    // A bridge posts one tap after the other, as the real one does; what it waits counts from when it was due.
    posted[bridge] = Promise.resolve(posted[bridge]).then(async () => {
      expectStatus(await bridges[bridge]!.tap(), 200);
      latencies.push(performance.now() - due);
    });
    posted[bridge].catch(() => undefined);
  }
  await Promise.all(posted);
  return latencies.sort((one, other) => one - other);
}
