import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { base64url, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser } from '../http/support/browser.ts';
import { type AttackWorld, attackWorld, isRefusedHere } from './support/attack-world.ts';

/** ID tokens of an attacker's own making, for every place that takes one. */
let world: AttackWorld;
/** An ID token that we made: its claims are right. */
let genuine: string;
/** Of the attacker: what a foreign `jku` points to. */
let keys: Server;
let keysAsked = 0;
let keysUrl: string;
let attackersPublicJwk: Record<string, unknown>;
let attackersKey: Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];

beforeAll(async () => {
  world = await attackWorld();
  const { callback, started } = await world.signIn(world.kintai);
  genuine = (await world.kintai.redeem(callback, started)).id_token ?? '';
  const pair = await generateKeyPair('ES256', { extractable: true });
  attackersKey = pair.privateKey;
  attackersPublicJwk = { ...(await exportJWK(pair.publicKey)), kid: 'evil', alg: 'ES256', use: 'sig' };
  keys = createServer((_request, response) => {
    keysAsked += 1;
    response
      .setHeader('content-type', 'application/json')
      .end(JSON.stringify({ keys: [attackersPublicJwk] }));
  });
  await new Promise<void>((resolve) => keys.listen(0, '127.0.0.1', resolve));
  keysUrl = `http://127.0.0.1:${(keys.address() as AddressInfo).port}/jwks`;
});
afterAll(async () => {
  await world.close();
  await new Promise((resolve) => keys.close(resolve));
});

const part = (value: unknown) => base64url.encode(JSON.stringify(value));
const payloadOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;

function unsigned(alg: string): string {
  return `${part({ alg })}.${genuine.split('.')[1]}.`;
}

/** The public key as everybody can read it, taken for a shared secret. */
async function signedWithPublicKey(how: 'pem' | 'jwk' | 'secret'): Promise<string> {
  const { keys: published } = (await (await fetch(`${world.idp.issuer}/jwks`)).json()) as {
    keys: Record<string, unknown>[];
  };
  const [jwk = {}] = published;
  const secret = {
    jwk: JSON.stringify(jwk),
    pem: `-----BEGIN PUBLIC KEY-----\n${String(jwk.x)}${String(jwk.y)}\n-----END PUBLIC KEY-----\n`,
    // A client's own secret, whose algorithm was never agreed on.
    secret: world.kintai.client.clientSecret,
  }[how];
  const text = `${part({ alg: 'HS256', kid: jwk.kid })}.${genuine.split('.')[1]}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

function signedByAttacker(header: Record<string, unknown>): Promise<string> {
  const { iat: _, exp: __, ...claims } = payloadOf(genuine);
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'ES256', ...header })
    .setIssuedAt()
    .setExpirationTime('10m')
    .sign(attackersKey);
}

const forgeries: readonly (readonly [string, () => string | Promise<string>])[] = [
  ['unsigned (`none`)', () => unsigned('none')],
  ['unsigned, with the word in capitals', () => unsigned('NONE')],
  ['unsigned, with no algorithm at all', () => `${part({})}.${genuine.split('.')[1]}.`],
  ['signed with HS256 and the public key as PEM', () => signedWithPublicKey('pem')],
  ['signed with HS256 and the public key as JWK', () => signedWithPublicKey('jwk')],
  ['signed with HS256 and the client’s secret', () => signedWithPublicKey('secret')],
  ['signed with a key that it brings along (`jwk`)', () => signedByAttacker({ jwk: attackersPublicJwk })],
  ['signed with a key that it points to (`jku`)', () => signedByAttacker({ jku: keysUrl, kid: 'evil' })],
  ['signed with a certificate that it points to (`x5u`)', () => signedByAttacker({ x5u: keysUrl })],
  [
    'signed with another key under our key’s name',
    () => {
      const { kid } = JSON.parse(Buffer.from(genuine.split('.')[0] ?? '', 'base64url').toString()) as {
        kid: string;
      };
      return signedByAttacker({ kid });
    },
  ],
  [
    'with one claim changed',
    () => {
      const [header, , signature] = genuine.split('.');
      return `${header}.${part({ ...payloadOf(genuine), sub: world.attacker.personId })}.${signature}`;
    },
  ],
];

describe.each(forgeries)('an ID token %s', (_what, forge) => {
  it('is no hint of who is to sign in', async () => {
    const started = await world.kintai.start({ id_token_hint: await forge() });
    const { location } = await new Browser().follow(started.url);
    expect(new URL(location).searchParams.get('error')).toBe('invalid_request');
    expect(keysAsked).toBe(0);
  });

  it('signs nobody out', async () => {
    const page = await new Browser().get(
      `${world.idp.issuer}/logout?${new URLSearchParams({ id_token_hint: await forge() })}`,
    );
    expect(isRefusedHere(page)).toBe(true);
    expect(keysAsked).toBe(0);
  });

  it('is no access token', async () => {
    const answer = await fetch(`${world.idp.issuer}/userinfo`, {
      headers: { authorization: `Bearer ${await forge()}` },
    });
    expect(answer.status).toBe(401);
    expect(keysAsked).toBe(0);
  });
});

it('a genuine ID token is a hint, but no access token', async () => {
  const started = await world.kintai.start({ id_token_hint: genuine, prompt: 'none' });
  const { location } = await new Browser().follow(started.url);
  expect(new URL(location).searchParams.get('error')).toBe('login_required');
  const answer = await fetch(`${world.idp.issuer}/userinfo`, {
    headers: { authorization: `Bearer ${genuine}` },
  });
  expect(answer.status).toBe(401);
});

it('no key but ours is published, and no algorithm that needs none', async () => {
  const { idp } = world;
  const metadata = (await (await fetch(`${idp.issuer}/.well-known/openid-configuration`)).json()) as Record<
    string,
    unknown
  >;
  const { id_token_signing_alg_values_supported: algorithms } = metadata;
  expect(algorithms).not.toContain('none');
  expect(algorithms).not.toContain('HS256');
  const { keys: published } = (await (await fetch(`${idp.issuer}/jwks`)).json()) as {
    keys: Record<string, unknown>[];
  };
  for (const key of published) expect(key).not.toHaveProperty('d');
});
