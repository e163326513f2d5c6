import { readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dueChange, rotated, withdrawn } from '../../../idp/domain/signing-key.ts';
import { openKeyDirectory } from '../../../idp/storage/keys/key-directory.ts';
import { start, temporaryDirectory } from './support/storage-world.ts';

const plan = { publishSeconds: 3_600, useSeconds: 7_200, retireSeconds: 7_200 };
/** As version 0.1 wrote it: one ES256 key, no word of states. */
const earlier = {
  kty: 'EC',
  crv: 'P-256',
  x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
  y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
  d: 'jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI',
  kid: 'of-an-earlier-version',
  alg: 'ES256',
  use: 'sig',
};

let directory: ReturnType<typeof temporaryDirectory>;
const path = () => join(directory.path, 'keys', 'oidc-signing.jwks');
const open = async () => (await openKeyDirectory(directory.path)).signing;

beforeEach(() => {
  directory = temporaryDirectory();
});
afterEach(() => directory.remove());

describe('the file of signing keys', () => {
  it('of an earlier version works on: its key signs, since the file was written', async () => {
    await open();
    writeFileSync(path(), JSON.stringify({ keys: [earlier] }));
    utimesSync(path(), new Date(start), new Date(start));
    const keys = await open();
    expect(keys.list()).toEqual([{ kid: earlier.kid, alg: 'ES256', state: 'current', since: start }]);
    await keys.change((before) => rotated(before, ['ES256'], start));
    // Nothing could follow it: it signs on until there is a next one.
    expect(keys.jwks()[0]).toMatchObject({ kid: expect.any(String), alg: 'ES256', d: expect.any(String) });
    expect((await open()).list()).toEqual(keys.list());
  });

  it('keeps every kind of key over a restart, for its owner only, the one that signs first', async () => {
    const keys = await open();
    await keys.change((before) => dueChange(before, plan, start, ['RS256', 'EdDSA']));
    await keys.change((before) => rotated(before, ['ES256', 'RS256'], start));
    expect(statSync(path()).mode & 0o777).toBe(0o600);
    const again = await open();
    expect(again.jwks()).toEqual(keys.jwks());
    const stateOf = (kid: string) => again.list().find((key) => key.kid === kid)?.state;
    for (const alg of ['ES256', 'RS256', 'EdDSA']) {
      const states = again.jwks().flatMap((jwk) => (jwk.alg === alg ? [stateOf(jwk.kid)] : []));
      expect(states).toEqual(alg === 'EdDSA' ? ['current', 'next'] : ['current', 'next', 'retiring']);
    }
  });

  it('holds no private half of a key that was withdrawn', async () => {
    const keys = await open();
    const [{ kid, d } = { kid: '', d: '' }] = keys.jwks();
    await keys.change((before) => withdrawn(before, kid, start));
    expect(readFileSync(path(), 'utf8')).toContain(kid);
    expect(readFileSync(path(), 'utf8')).not.toContain(String(d));
    expect(keys.jwks().map((jwk) => jwk.kid)).not.toContain(kid);
    expect((await open()).list()).toContainEqual({ kid, alg: 'ES256', state: 'withdrawn', since: start });
  });

  it('takes one change at a time, each on top of the one before, and tells who signs', async () => {
    const keys = await open();
    let told = 0;
    keys.onChange(() => {
      told += 1;
    });
    await Promise.all(
      Array.from({ length: 10 }, () => keys.change((before) => dueChange(before, plan, start))),
    );
    expect(keys.list().map(({ state }) => state)).toEqual(['current', 'next']);
    expect(told).toBe(1);
  });

  it('is read again before a change: the command line may have been at it while no server ran', async () => {
    const [one, other] = [await open(), await open()];
    await one.change((before) => dueChange(before, plan, start, ['EdDSA']));
    let told = false;
    other.onChange(() => {
      told = true;
    });
    await other.change((before) => dueChange(before, plan, start));
    expect(other.list()).toEqual(one.list());
    expect(told).toBe(true);
  });

  it.each([
    ['no key that signs', { keys: [{ ...earlier, state: 'retiring', since: '2026-01-01T00:00:00Z' }] }],
    ['an algorithm of ours not', { keys: [{ ...earlier, alg: 'ES384' }] }],
    ['a state of ours not', { keys: [{ ...earlier, state: 'asleep', since: '2026-01-01T00:00:00Z' }] }],
    ['no private half', { keys: [{ ...earlier, d: undefined }] }],
  ])('with %s is refused, without repeating what is in it', async (_what, content) => {
    await open();
    writeFileSync(path(), JSON.stringify(content));
    const error = await open().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'ERR_KEYS_UNAVAILABLE', cause: undefined });
    expect(String(error)).not.toContain(earlier.d);
  });
});
