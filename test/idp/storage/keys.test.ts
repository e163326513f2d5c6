import { chmodSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseCardNumber } from '../../../idp/domain/card.ts';
import { createCardNumbers } from '../../../idp/storage/keys/card-numbers.ts';
import { openKeyDirectory } from '../../../idp/storage/keys/key-directory.ts';
import { createSecrets } from '../../../idp/storage/keys/secrets.ts';
import { cardKey, temporaryDirectory } from './support/storage-world.ts';

let directory: ReturnType<typeof temporaryDirectory>;
const at = (...names: string[]) => join(directory.path, ...names);

beforeEach(() => {
  directory = temporaryDirectory();
});
afterEach(() => directory.remove());

describe('the directory of keys', () => {
  it('holds a file a key, each for its owner only', async () => {
    await openKeyDirectory(directory.path);
    expect(statSync(at('keys')).mode & 0o777).toBe(0o700);
    const files = readdirSync(at('keys'));
    expect(files.sort()).toEqual([
      'audit-checkpoint.jwk',
      'card-key.secret',
      'challenge.jwk',
      'client-secret.key',
      'cookie.keys',
      'index.key',
      'number.key',
      'oidc-signing.jwks',
      'pairwise.salt',
    ]);
    for (const file of files) expect(statSync(at('keys', file)).mode & 0o777).toBe(0o600);
  });

  it('gives the same keys when it is opened again, and when two processes make it at once', async () => {
    const [one, other] = await Promise.all([
      openKeyDirectory(directory.path),
      openKeyDirectory(directory.path),
    ]);
    const again = await openKeyDirectory(directory.path);
    for (const keys of [other, again]) {
      expect(keys.cardKeySecret.equals(one.cardKeySecret)).toBe(true);
      expect(keys.numberKey.equals(one.numberKey)).toBe(true);
      expect(keys.signing.jwks()).toEqual(one.signing.jwks());
      expect(keys.cookieKeys).toEqual(one.cookieKeys);
      expect(keys.pairwiseSalt.equals(one.pairwiseSalt)).toBe(true);
      expect(keys.challengeKey.kid).toBe(one.challengeKey.kid);
    }
    expect(one.challengeKey.publicJwk).not.toHaveProperty('d');
    expect(one.cardKeySecret.equals(one.numberKey)).toBe(false);
  });

  it.each([
    ['number.key', 0o640, 'chmod 600'],
    ['challenge.jwk', 0o604, 'chmod 600'],
    ['', 0o750, 'chmod 700'],
  ])('refuses %j that others may read (%o), and says what to run', async (name, mode, command) => {
    await openKeyDirectory(directory.path);
    chmodSync(at('keys', name), mode);
    const opening = openKeyDirectory(directory.path);
    await expect(opening).rejects.toMatchObject({
      code: 'ERR_KEYS_UNAVAILABLE',
      message: expect.stringContaining(`${command} '${at('keys', name).replace(/\/$/, '')}`),
    });
  });

  it('makes no new key in place of a lost one once a record exists: every card would be lost with it', async () => {
    await openKeyDirectory(directory.path);
    writeFileSync(at('record.sqlite'), '');
    rmSync(at('keys', 'card-key.secret'));
    const missing = { code: 'ERR_KEYS_UNAVAILABLE', message: expect.stringContaining('card-key.secret') };
    await expect(openKeyDirectory(directory.path)).rejects.toMatchObject(missing);
    rmSync(at('keys'), { recursive: true });
    await expect(openKeyDirectory(directory.path)).rejects.toMatchObject({ code: 'ERR_KEYS_UNAVAILABLE' });
  });

  it.each([
    ['card-key.secret', 'short'],
    ['challenge.jwk', '{"kty":"EC"}'],
    ['challenge.jwk', 'half of a file {'],
    ['oidc-signing.jwks', '{"keys":[]}'],
    ['cookie.keys', '\n'],
  ])('refuses a damaged %s without repeating what is in it', async (name, text) => {
    await openKeyDirectory(directory.path);
    writeFileSync(at('keys', name), text);
    const error = await openKeyDirectory(directory.path).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'ERR_KEYS_UNAVAILABLE', cause: undefined });
    if (text.trim() !== '') expect(String(error)).not.toContain(text);
  });
});

describe('card numbers', () => {
  const serial = parseCardNumber('jpki', '0102030405060708');
  const numbers = async () => createCardNumbers(await openKeyDirectory(directory.path));

  it('have a key of 16 octets that depends on the kind and on the secret', async () => {
    const here = await numbers();
    expect(here.keyOf(serial)).toMatch(/^[0-9a-f]{32}$/);
    expect(here.keyOf(serial)).toBe((await numbers()).keyOf(serial));
    expect(here.keyOf(parseCardNumber('felica', '0102030405060708'))).not.toBe(here.keyOf(serial));
    rmSync(at('keys'), { recursive: true });
    expect((await numbers()).keyOf(serial)).not.toBe(here.keyOf(serial));
  });

  it('open only under their own card key, unchanged, with the key that sealed them', async () => {
    const here = await numbers();
    const plain = Buffer.from(serial.value);
    const sealed = here.seal(plain, cardKey(1));
    expect(sealed).toMatch(/^[\w-]+$/);
    expect(here.seal(plain, cardKey(1))).not.toBe(sealed);
    expect(Buffer.from(here.open(sealed, cardKey(1)))).toEqual(plain);
    const fault = expect.objectContaining({ code: 'ERR_KEYS_UNAVAILABLE' });
    expect(() => here.open(sealed, cardKey(2))).toThrow(fault);
    expect(() => here.open(`A${sealed.slice(1)}B`, cardKey(1))).toThrow(fault);
    expect(() => here.open('', cardKey(1))).toThrow(fault);
    rmSync(at('keys'), { recursive: true });
    const elsewhere = await numbers();
    expect(() => elsewhere.open(sealed, cardKey(1))).toThrow(fault);
  });
});

describe('secrets', () => {
  const secrets = createSecrets();

  it.each([
    [128, 26],
    [256, 52],
    [5, 1],
  ])('of %d bits are %d letters of lower-case base32', (bits, letters) => {
    expect(secrets.random(bits)).toMatch(new RegExp(`^[a-z2-7]{${letters}}$`));
    if (bits > 100) expect(secrets.random(bits)).not.toBe(secrets.random(bits));
  });

  it('are compared by their hashes', () => {
    expect(secrets.hash('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(secrets.equal(secrets.hash('abc'), secrets.hash('abc'))).toBe(true);
    expect(secrets.equal(secrets.hash('abc'), secrets.hash('abd'))).toBe(false);
    expect(secrets.equal(secrets.hash('abc'), '')).toBe(false);
    expect(secrets.id()).toMatch(/^[0-9a-f-]{36}$/);
  });
});
