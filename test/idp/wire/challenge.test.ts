import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { InvalidInput } from '../../../idp/domain/fault.ts';
import { type Challenge, openChallenge, signChallenge } from '../../../idp/wire/challenge.ts';

type Keys = Awaited<ReturnType<typeof generateKeyPair>>;

const issuer = 'https://idp.example';
const issuedAt = 1_790_000_000;
const header = { kid: 'key-1', issuer, issuedAt, lifetimeSeconds: 60 };
const challenge: Challenge = {
  nonce: 'abcdefghijklmnopqrstuvwx',
  purpose: 'login',
  demand: 'pin',
  clientName: '勤怠システム',
  uiLocale: 'ja',
};

let provider: Keys;
let another: Keys;
let keys: readonly JWK[];

beforeAll(async () => {
  provider = await generateKeyPair('ES256', { extractable: true });
  another = await generateKeyPair('ES256', { extractable: true });
  keys = [
    { ...(await exportJWK(another.publicKey)), kid: 'key-0' },
    { ...(await exportJWK(provider.publicKey)), kid: 'key-1' },
  ];
});

/** What the bridge understands, or the code of its refusal. */
async function open(token: string, at = issuedAt, from = issuer): Promise<Challenge | string> {
  try {
    return await openChallenge(token, { issuer: from, keys }, new Date(at * 1_000));
  } catch (error) {
    if (error instanceof InvalidInput) return error.code;
    throw error;
  }
}

function forge(payload: object, changes: object = {}, key = provider.privateKey): Promise<string> {
  const all = { iss: issuer, iat: issuedAt, exp: issuedAt + 60, ...challenge, ...payload };
  return new SignJWT(all)
    .setProtectedHeader({ alg: 'ES256', typ: 'challenge+jwt', kid: 'key-1', ...changes })
    .sign(key);
}

describe('a challenge', () => {
  it('comes through as the provider signed it', async () => {
    expect(await open(await signChallenge(challenge, provider.privateKey, header))).toEqual(challenge);
  });

  it('is good until its last second, and no longer', async () => {
    const token = await signChallenge(challenge, provider.privateKey, header);
    expect(await open(token, issuedAt + 59)).toEqual(challenge);
    expect(await open(token, issuedAt + 60)).toBe('ERR_CHALLENGE');
  });

  it('is opened with the key that it names, also while keys are being changed', async () => {
    const older = await signChallenge(challenge, another.privateKey, { ...header, kid: 'key-0' });
    expect(await open(older)).toEqual(challenge);
  });

  it('belongs to one provider', async () => {
    const token = await signChallenge(challenge, provider.privateKey, header);
    expect(await open(token, issuedAt, 'https://other.example')).toBe('ERR_CHALLENGE');
  });

  it.each<[string, () => Promise<string>]>([
    ['signed by another key', () => forge({}, {}, another.privateKey)],
    ['naming an unknown key', () => forge({}, { kid: 'key-2' })],
    ['naming no key', () => forge({}, { kid: undefined })],
    ['of the type of a tap', () => forge({}, { typ: 'tap+jwt' })],
    ['without an end', () => forge({ exp: undefined })],
    ['without a beginning', () => forge({ iat: undefined })],
    ['without a nonce', () => forge({ nonce: undefined })],
    ['with a short nonce', () => forge({ nonce: 'abc' })],
    ['with a nonce that is a list', () => forge({ nonce: ['abcdefghijklmnopqrstuvwx'] })],
    ['for a registration', () => forge({ purpose: 'registration' })],
    ['demanding something unknown', () => forge({ demand: 'certificate' })],
    ['with an endless name', () => forge({ clientName: 'x'.repeat(201) })],
    ['with a name that is no text', () => forge({ clientName: { toString: 'x' } })],
    ['in an unknown language', () => forge({ uiLocale: 'xx' })],
    ['that is no JWT', async () => 'hello'],
    ['that is empty', async () => ''],
  ])('is refused by the bridge: %s', async (_name, token) => {
    expect(await open(await token())).toBe('ERR_CHALLENGE');
  });

  it('shows the bridge nothing that is not part of the contract', async () => {
    expect(await open(await forge({ returnUrl: 'https://evil.example' }))).toEqual(challenge);
  });
});
