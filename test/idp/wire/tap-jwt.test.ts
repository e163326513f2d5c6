import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { InvalidInput } from '../../../idp/domain/fault.ts';
import type { ReaderPublicKey } from '../../../idp/domain/reader.ts';
import {
  maxTapBytes,
  receiveTap,
  signTap,
  type TapClaims,
  type WireEvidence,
} from '../../../idp/wire/tap-jwt.ts';

type Keys = Awaited<ReturnType<typeof generateKeyPair>>;

const issuer = 'https://idp.example';
const claims: TapClaims = {
  iss: '0b0c6d1e-8a5e-4f7e-9d52-0c7d3a6f4a11',
  aud: issuer,
  iat: 1_790_000_000,
  jti: 'tap-0000-0001',
  evidence: { type: 'identifier', kind: 'jpki', number: '0a1b2c3d' },
  counter: 1,
};

let reader: Keys;
let publicKey: ReaderPublicKey;
let another: Keys;

beforeAll(async () => {
  reader = await generateKeyPair('ES256', { extractable: true });
  another = await generateKeyPair('ES256', { extractable: true });
  publicKey = (await exportJWK(reader.publicKey)) as ReaderPublicKey;
});

/** The claims that came through, or the code of the refusal. */
async function post(token: string): Promise<TapClaims | string> {
  try {
    return await receiveTap(token).open(publicKey, issuer);
  } catch (error) {
    if (error instanceof InvalidInput) return error.code;
    throw error;
  }
}

/** A tap as a hostile bridge could make it: any claims, any header, its own real key unless told otherwise. */
function forge(payload: object, header: object = {}, key = reader.privateKey): Promise<string> {
  return new SignJWT({ ...claims, ...payload })
    .setProtectedHeader({ alg: 'ES256', typ: 'tap+jwt', ...header })
    .sign(key);
}

describe('a tap on the wire', () => {
  it.each<[string, Partial<TapClaims>]>([
    ['with a bare number and a counter', {}],
    [
      'with an issuer key id',
      { evidence: { type: 'identifier', kind: 'jpki', number: '0a1b2c3d', issuerKeyId: '1ac100f5' } },
    ],
    ['with a certificate', { evidence: { type: 'certificate', certificate: 'MIIB' } }],
    ['with a signature', { evidence: { type: 'signature', certificate: 'MIIB', signature: 'AAAA' } }],
  ])('comes through as it was signed: %s', async (_name, changes) => {
    const sent = { ...claims, ...changes };
    expect(await post(await signTap(sent, reader.privateKey))).toEqual(sent);
  });

  it('answers a prompt with a nonce instead of a counter', async () => {
    const { counter: _counter, ...rest } = claims;
    const sent = { ...rest, nonce: 'abcdefghijklmnop' };
    expect(await post(await signTap(sent, reader.privateKey))).toEqual(sent);
  });

  it('says who claims to have sent it before anyone believes it', async () => {
    expect(receiveTap(await signTap(claims, another.privateKey)).claimedReaderId).toBe(claims.iss);
  });

  it('brings no claim along that is not part of the contract', async () => {
    expect(await post(await forge({ personId: 'person-1', admin: true }))).toEqual(claims);
  });
});

describe('a tap that this reader did not sign for this provider', () => {
  it.each<[string, () => Promise<string>]>([
    ['signed by another key', () => forge({}, {}, another.privateKey)],
    ['for another provider', () => forge({ aud: 'https://other.example' })],
    ['for no provider', () => forge({ aud: undefined })],
    ['of another type', () => forge({}, { typ: 'challenge+jwt' })],
    ['of the generic type', () => forge({}, { typ: 'JWT' })],
    [
      'that carries its own key',
      async () => forge({}, { jwk: await exportJWK(another.publicKey) }, another.privateKey),
    ],
    ['with a changed payload', async () => tampered(await forge({}))],
    ['without a signature', async () => (await forge({})).replace(/[^.]*$/, '')],
    ['with alg none', async () => unsigned()],
    ['MACed with the public key', () => maced()],
    ['that had expired when it was sent', () => forge({ exp: 1 })],
  ])('is refused: %s', async (_name, token) => {
    expect(await post(await token())).toBe('ERR_TAP_SIGNATURE');
  });
});

describe('a malformed tap', () => {
  it.each<[string, string]>([
    ['empty', ''],
    ['no JWT', 'hello'],
    ['three dots', '...'],
    ['a JWT whose payload is no JSON', 'eyJhbGciOiJFUzI1NiJ9.e30x.AAAA'],
    ['larger than any real one', `${'a'.repeat(maxTapBytes)}.`],
    [
      'a name of a reader that no reader has',
      `eyJhbGciOiJFUzI1NiJ9.${encode({ iss: '../../etc/passwd' })}.AAAA`,
    ],
    ['a reader that is no text', `eyJhbGciOiJFUzI1NiJ9.${encode({ iss: { $ne: '' } })}.AAAA`],
    ['a payload that is a list', `eyJhbGciOiJFUzI1NiJ9.${encode([])}.AAAA`],
  ])('is refused before any key is looked for: %s', async (_name, token) => {
    expect(await post(token)).toBe('ERR_TAP');
  });

  it.each<[string, object]>([
    ['no time', { iat: undefined }],
    ['a time with a fraction', { iat: 1_790_000_000.5 }],
    ['a time beyond counting', { iat: Number.MAX_VALUE }],
    ['no jti', { jti: undefined }],
    ['a jti too short', { jti: 'short' }],
    ['a jti too long', { jti: 'j'.repeat(65) }],
    ['a jti with a line end', { jti: 'tap-0000\n' }],
    ['a jti that is a list', { jti: ['tap-0000-0001'] }],
    ['neither nonce nor counter', { counter: undefined }],
    ['both nonce and counter', { nonce: 'abcdefghijklmnop' }],
    ['a nonce too short', { counter: undefined, nonce: 'abc' }],
    ['a nonce too long', { counter: undefined, nonce: 'n'.repeat(129) }],
    ['a counter of zero', { counter: 0 }],
    ['a negative counter', { counter: -1 }],
    ['a counter with a fraction', { counter: 1.5 }],
    ['a counter as text', { counter: '1' }],
    ['no evidence', { evidence: undefined }],
    ['evidence that is null', { evidence: null }],
    ['evidence that is text', { evidence: 'signature' }],
    ['evidence of an unknown type', { evidence: { type: 'telepathy' } }],
    ['a card of an unknown kind', { evidence: { type: 'identifier', kind: 'gold', number: '0a' } }],
    ['a number that is a number', { evidence: { type: 'identifier', kind: 'jpki', number: 12 } }],
    [
      'an issuer that is a list',
      { evidence: { type: 'identifier', kind: 'jpki', number: '0a', issuerKeyId: ['00'] } },
    ],
    ['no certificate', { evidence: { type: 'certificate' } }],
    ['a certificate that is a list', { evidence: { type: 'certificate', certificate: ['MIIB'] } }],
    ['a certificate that is a number', { evidence: { type: 'certificate', certificate: 12_345 } }],
    [
      'a certificate in PEM',
      { evidence: { type: 'certificate', certificate: '-----BEGIN CERTIFICATE-----' } },
    ],
    ['a certificate in base64url', { evidence: { type: 'certificate', certificate: 'MII_-AAA' } }],
    ['a certificate too long', { evidence: { type: 'certificate', certificate: 'A'.repeat(16_001) } }],
    ['a signature without certificate', { evidence: { type: 'signature', signature: 'AAAA' } }],
    ['a signature without signature', { evidence: { type: 'signature', certificate: 'MIIB' } }],
    ['a signature that is null', { evidence: { type: 'signature', certificate: 'MIIB', signature: null } }],
  ])('is refused though its reader signed it: %s', async (_name, payload) => {
    expect(await post(await forge(payload))).toBe('ERR_TAP');
  });

  it('never says in its error what it held', async () => {
    const evidence: WireEvidence = { type: 'identifier', kind: 'jpki', number: 'deadbeef' };
    const sealed = receiveTap(await forge({ evidence, jti: 'x' }));
    const error = await sealed.open(publicKey, issuer).catch((refused: unknown) => refused);
    expect(error).toBeInstanceOf(InvalidInput);
    expect(String(error)).not.toContain('deadbeef');
  });
});

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function tampered(token: string): string {
  const [header, , signature] = token.split('.');
  return `${header}.${encode({ ...claims, counter: 2 })}.${signature}`;
}

function unsigned(): string {
  return `${encode({ alg: 'none', typ: 'tap+jwt' })}.${encode(claims)}.`;
}

function maced(): Promise<string> {
  const secret = new TextEncoder().encode(JSON.stringify(publicKey));
  return new SignJWT({ ...claims }).setProtectedHeader({ alg: 'HS256', typ: 'tap+jwt' }).sign(secret);
}
