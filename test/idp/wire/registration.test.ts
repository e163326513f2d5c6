import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { InvalidInput } from '../../../idp/domain/fault.ts';
import type { ReaderPublicKey } from '../../../idp/domain/reader.ts';
import {
  proofPath,
  type RegistrationRequestClaims,
  receiveRegistrationRequest,
  signRegistrationRequest,
} from '../../../idp/wire/registration.ts';

type Keys = Awaited<ReturnType<typeof generateKeyPair>>;

const issuer = 'https://idp.example';
const claims: RegistrationRequestClaims = {
  iss: 'reader-1',
  aud: issuer,
  iat: 1_790_000_000,
  jti: 'request-0001',
  inviteCode: 'abcdefghijklmnopqrstuvwxyz',
};

let reader: Keys;
let another: Keys;
let publicKey: ReaderPublicKey;

beforeAll(async () => {
  reader = await generateKeyPair('ES256', { extractable: true });
  another = await generateKeyPair('ES256', { extractable: true });
  publicKey = (await exportJWK(reader.publicKey)) as ReaderPublicKey;
});

async function post(token: string): Promise<RegistrationRequestClaims | string> {
  try {
    return await receiveRegistrationRequest(token).open(publicKey, issuer);
  } catch (error) {
    if (error instanceof InvalidInput) return error.code;
    throw error;
  }
}

function forge(payload: object, header: object = {}, key = reader.privateKey): Promise<string> {
  const all = { ...claims, ...payload };
  return new SignJWT(all).setProtectedHeader({ alg: 'ES256', typ: 'registration+jwt', ...header }).sign(key);
}

describe('a request to register', () => {
  it('comes through as the reader signed it', async () => {
    expect(await post(await signRegistrationRequest(claims, reader.privateKey))).toEqual(claims);
  });

  it.each<[string, () => Promise<string>]>([
    ['signed by another key', () => forge({}, {}, another.privateKey)],
    ['for another provider', () => forge({ aud: 'https://other.example' })],
    ['of the type of a tap', () => forge({}, { typ: 'tap+jwt' })],
    ['without an invitation', () => forge({ inviteCode: undefined })],
    ['with an invitation that is a list', () => forge({ inviteCode: ['a'] })],
    ['with an endless invitation', () => forge({ inviteCode: 'x'.repeat(257) })],
    ['without a time', () => forge({ iat: undefined })],
    ['with a time that is text', () => forge({ iat: '1790000000' })],
    ['without a jti', () => forge({ jti: undefined })],
    ['naming no reader', () => forge({ iss: undefined })],
    ['naming a reader that is a number', () => forge({ iss: 1 })],
    ['larger than any real one', () => forge({ padding: 'x'.repeat(5_000) })],
    ['that is no JWT', async () => 'hello'],
    ['that is empty', async () => ''],
  ])('is refused: %s', async (_name, token) => {
    expect(await post(await token())).toBe('ERR_REGISTRATION_REQUEST');
  });

  it('is proved at an address of its own, whatever its id is made of', () => {
    expect(proofPath('registration-1')).toBe('/registrations/registration-1/proof');
    expect(proofPath('../taps?x#y')).toBe('/registrations/..%2Ftaps%3Fx%23y/proof');
  });
});
