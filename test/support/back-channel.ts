import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRemoteJWKSet, type JWTPayload, type JWTVerifyResult, jwtVerify } from 'jose';
import { until } from './installation.ts';

/** A client's back-channel logout endpoint, which checks every token as the standard asks. */
export interface BackChannel {
  readonly uri: string;
  /** Every logout token that was taken, in the order of arrival. */
  readonly taken: readonly JWTPayload[];
  /** What it answers: a status, `redirect` elsewhere, or nothing at all (`silence`). */
  answer: number | 'redirect' | 'silence';
  /** Requests so far, whatever was answered. */
  readonly asked: number;
  /** The paths they were for. */
  readonly paths: ReadonlySet<string>;
  /** The first token that is (or will be) taken for this person. */
  tokenFor(sub: string, patienceMs?: number): Promise<JWTPayload>;
  close(): Promise<void>;
}

/** @param expected the issuer whose keys count, and the client's id as soon as it is known. */
export async function startBackChannel(expected: {
  readonly issuer: string;
  clientId?: string;
}): Promise<BackChannel> {
  const taken: JWTPayload[] = [];
  const keys = createRemoteJWKSet(new URL(`${expected.issuer}/jwks`));
  let asked = 0;
  const paths = new Set<string>();
  const server = createServer(async (request, response) => {
    asked += 1;
    paths.add(request.url ?? '');
    if (endpoint.answer === 'silence') return;
    if (endpoint.answer === 'redirect') {
      response.writeHead(307, { location: `${endpoint.uri}/elsewhere` }).end();
      return;
    }
    const body = new URLSearchParams(Buffer.concat(await request.toArray()).toString());
    if (endpoint.answer === 200) {
      const verified = await verify(body.get('logout_token') ?? '', keys, expected).catch(() => undefined);
      if (verified === undefined) return void response.writeHead(400).end();
      taken.push(verified);
    }
    response.writeHead(endpoint.answer, { 'cache-control': 'no-store' }).end();
  });
  const endpoint = {
    uri: `http://127.0.0.1:${await listen(server)}/backchannel-logout`,
    taken,
    paths,
    answer: 200 as BackChannel['answer'],
    get asked() {
      return asked;
    },
    tokenFor: (sub: string, patienceMs = 1_000) =>
      until(`a logout token for ${sub}`, () => taken.find((token) => token.sub === sub), patienceMs),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return endpoint;
}

/** @see OpenID Connect Back-Channel Logout 1.0 §2.6 */
async function verify(
  token: string,
  keys: ReturnType<typeof createRemoteJWKSet>,
  { issuer, clientId }: { readonly issuer: string; readonly clientId?: string },
): Promise<JWTPayload> {
  const { payload }: JWTVerifyResult = await jwtVerify(token, keys, {
    ...{ issuer, typ: 'logout+jwt', algorithms: ['ES256'], requiredClaims: ['iat', 'exp', 'jti', 'sub'] },
    ...(clientId === undefined ? {} : { audience: clientId }),
  });
  const events: unknown = payload.events;
  const event = Reflect.get(Object(events), 'http://schemas.openid.net/event/backchannel-logout');
  if (typeof event !== 'object' || event === null) throw new Error('no logout event');
  if ('nonce' in payload) throw new Error('a logout token has no nonce');
  return payload;
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}
