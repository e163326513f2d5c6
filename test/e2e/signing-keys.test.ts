import { createLocalJWKSet } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createInstallation, type Installation } from '../support/installation.ts';

type Key = { readonly kid: string; readonly alg: string; readonly state: string; readonly since: string };

let here: Installation;
const list = () => here.done<readonly Key[]>('keys', 'list');
const kidsAt = async () => {
  const jwks = (await (await fetch(`${here.issuer}/jwks`)).json()) as { keys: { kid: string; d?: string }[] };
  createLocalJWKSet(jwks as never);
  for (const key of jwks.keys) expect(key).not.toHaveProperty('d');
  return jwks.keys.map(({ kid }) => kid);
};
const of = (keys: readonly Key[], state: string, alg = 'ES256') =>
  keys.find((key) => key.state === state && key.alg === alg)?.kid ?? '';

beforeAll(async () => {
  here = await createInstallation();
  await here.start();
});
afterAll(() => here.close());

describe('kazasu keys', () => {
  it('shows what a running server signs with: ES256, RS256 as every provider must, and what comes next', async () => {
    const keys = await list();
    expect(keys.map(({ alg, state }) => `${alg} ${state}`).sort()).toEqual([
      ...['ES256 current', 'ES256 next', 'RS256 current', 'RS256 next'],
    ]);
    expect((await kidsAt()).sort()).toEqual(keys.map(({ kid }) => kid).sort());
    const shown = await here.kazasu(['keys', 'list']);
    expect(shown.stdout).toContain(of(keys, 'current'));
    const metadata = await (await fetch(`${here.issuer}/.well-known/openid-configuration`)).json();
    expect(metadata).toMatchObject({ id_token_signing_alg_values_supported: ['ES256', 'RS256'] });
  });

  it('makes EdDSA keys with the first client of EdDSA, in the running server', async () => {
    const uri = 'https://rp.example.jp/callback';
    await here.done('client', 'add', 'new', '--oidc', '--redirect-uri', uri, '--signing-alg', 'EdDSA');
    expect(await kidsAt()).toContain(of(await list(), 'current', 'EdDSA'));
    const metadata = await (await fetch(`${here.issuer}/.well-known/openid-configuration`)).json();
    expect(metadata).toMatchObject({ id_token_signing_alg_values_supported: ['ES256', 'RS256', 'EdDSA'] });
  });

  it('refuses to sign with nothing, or with a secret', async () => {
    for (const alg of ['none', 'HS256']) {
      const ran = await here.kazasu(['client', 'add', 'x', '--oidc', '--signing-alg', alg]);
      expect(ran).toMatchObject({ status: 2, stderr: expect.stringContaining('ES256, RS256, EdDSA') });
    }
  });

  it('rotates only when clients may know the next key, or when told to do it now', async () => {
    const before = await list();
    const refused = await here.kazasu(['keys', 'rotate']);
    expect(refused).toMatchObject({ status: 2, stderr: expect.stringContaining('--now') });
    const after = await here.done<readonly Key[]>('keys', 'rotate', '--alg', 'ES256', '--now');
    expect(of(after, 'current')).toBe(of(before, 'next'));
    expect(of(after, 'retiring')).toBe(of(before, 'current'));
    expect(of(after, 'current', 'RS256')).toBe(of(before, 'current', 'RS256'));
    expect((await kidsAt()).sort()).toEqual(after.map(({ kid }) => kid).sort());
  });

  it('withdraws a key that leaked from the running server at once, and says what clients must do', async () => {
    const kid = of(await list(), 'current');
    const ran = await here.kazasu(['keys', 'withdraw', kid]);
    expect(ran.status).toBe(0);
    expect(ran.stdout).toContain(`${here.issuer}/jwks`);
    expect(await kidsAt()).not.toContain(kid);
    expect(await kidsAt()).toContain(of(await list(), 'current'));
    const again = await here.kazasu(['keys', 'withdraw', kid]);
    expect(again).toMatchObject({ status: 2, stderr: expect.stringContaining('withdrawn already') });
  });

  it('does the same while no server runs, and a server that starts goes on from there', async () => {
    await here.stop();
    const rotated = await here.done<readonly Key[]>('keys', 'rotate', '--now');
    await here.start();
    expect(await list()).toEqual(rotated);
    expect((await kidsAt()).sort()).toEqual(
      rotated.flatMap(({ kid, state }) => (state === 'withdrawn' ? [] : [kid])).sort(),
    );
  });
});
