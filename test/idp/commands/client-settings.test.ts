import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { recordCommands } from '../../../idp/commands/registry.ts';
import { clientPresets, presetSettings } from '../../../idp/domain/oidc-settings.ts';
import { actor } from '../../../idp/domain/registration.ts';
import type { FlowContext } from '../../../idp/flows/context.ts';
import { runIdp } from '../http/support/running-idp.ts';

let idp: Awaited<ReturnType<typeof runIdp>>;
let directory: string;
let context: FlowContext;
const admin = actor('os', 0);

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'kazasu-keys-'));
});
afterAll(() => rmSync(directory, { recursive: true }));
beforeEach(async () => {
  idp = await runIdp();
  context = idp.context;
});
afterEach(() => idp.close());

/** Runs `kazasu NAME` as it would run with these options. */
async function run<Output>(name: string, client: string, options: object = {}): Promise<Output> {
  const command = recordCommands.find((one) => one.name === name);
  if (command === undefined) throw new Error(`no command ${name}`);
  const input = await command.read({ positional: [client], options: { ...options } });
  const none = (async function* () {})();
  // As over the socket: JSON there and back.
  return (await command.run(context, JSON.parse(JSON.stringify(input)), admin, () => {}, none)) as Output;
}

const add = (name: string, options: object = {}) =>
  run<{ clientId: string; clientSecret: string }>('client add', name, {
    ...{ oidc: true, redirectUri: ['https://x.example.jp/cb'], acr: ['card-pin'] },
    ...options,
  });
const settings = (client: string, options: object = {}) =>
  run<Record<string, unknown> & { clientSecret?: string }>('client settings', client, options);
const code = (wanted: string) => expect.objectContaining({ code: wanted });

function keyFile(name: string, pem: string): string {
  const path = join(directory, name);
  writeFileSync(path, pem);
  return path;
}
const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const publicPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
const privatePem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

describe('a new client', () => {
  it.each(clientPresets)('begins as the preset %s has it, and the library takes it so', async (preset) => {
    const more = preset === 'device' ? { redirectUri: [], grant: ['tap'], acr: ['certificate'] } : {};
    const { clientId, clientSecret } = await add('x', { preset, ...more });
    expect(clientSecret === '').toBe(preset === 'native');
    const { authentication, lifetimes } = presetSettings(preset);
    expect(await settings('x')).toMatchObject({ preset, authentication, lifetimes, id: clientId });
    const response = await fetch(`${idp.issuer}/authorize?client_id=${clientId}&response_type=code`);
    expect(await response.text()).not.toContain('invalid_client');
  });

  it('is a native application with a scheme of its own, which a web application has not', async () => {
    await add('app', {
      preset: 'native',
      redirectUri: ['jp.example.app:/callback', 'http://127.0.0.1/callback'],
    });
    await expect(add('web', { redirectUri: ['jp.example.app:/callback'] })).rejects.toThrow(
      code('ERR_REDIRECT_URI'),
    );
    for (const uri of [
      'javascript:alert(1)',
      'app:/callback',
      'jp.example.app:/cb#f',
      'http://evil.example/cb',
    ]) {
      await expect(add('bad', { preset: 'native', redirectUri: [uri] })).rejects.toThrow(
        code('ERR_REDIRECT_URI'),
      );
    }
  });

  it('is held to FAPI 2.0 by one switch, once its keys are there', async () => {
    await expect(add('bank', { fapi2: true })).rejects.toThrow(code('ERR_CLIENT_SETTINGS'));
    await add('bank', { fapi2: true, jwks: keyFile('bank.pem', publicPem) });
    expect(await settings('bank')).toMatchObject({
      ...{
        fapi2: true,
        authentication: 'private_key_jwt',
        senderConstraint: 'dpop',
        demandsPushedRequests: true,
      },
      keys: { kids: ['EC'] },
    });
  });

  it('sends PKCE, unless it has a secret or a key and an administrator said that it cannot', async () => {
    await add('old', { pkce: 'off' });
    expect(await settings('old')).toMatchObject({ demandsPkce: false });
    expect(await settings('old', { pkce: 'on' })).toMatchObject({ demandsPkce: true });
    const native = { preset: 'native', redirectUri: ['http://127.0.0.1/callback'], pkce: 'off' };
    await expect(add('app', native)).rejects.toThrow(code('ERR_CLIENT_SETTINGS'));
    const bank = { fapi2: true, jwks: keyFile('bank.pem', publicPem), pkce: 'off' };
    await expect(add('bank', bank)).rejects.toThrow(code('ERR_CLIENT_SETTINGS'));
  });

  it('never takes a private key', async () => {
    const private_ = keyFile('private.pem', privatePem);
    const jwk = keyFile('private.jwk', JSON.stringify(privateKey.export({ format: 'jwk' })));
    for (const jwks of [private_, jwk]) {
      await expect(add('x', { auth: 'private_key_jwt', jwks })).rejects.toThrow(code('ERR_JWKS'));
    }
  });
});

describe('the settings of a client', () => {
  it('are changed afterwards, noted by name, and hold', async () => {
    await add('x');
    const options = {
      ...{ par: 'on', bind: 'dpop', accessTokenSeconds: '120', subject: 'pairwise', consent: true },
      ...{ identifierClaim: 'library_number', scope: ['groups'], groups: ['staff', 'lib-*'] },
    };
    const changed = await settings('x', options);
    expect(changed).toMatchObject({
      ...{ demandsPushedRequests: true, senderConstraint: 'dpop', subject: 'pairwise', consent: true },
      ...{ identifierClaim: 'library_number', scopes: ['groups'] },
      groups: { names: ['staff'], prefixes: ['lib-'] },
      lifetimes: { accessTokenSeconds: 120, idTokenSeconds: 600 },
    });
    expect(await settings('x')).toEqual(changed);
    expect(await settings('x', { consent: 'off' })).toMatchObject({ consent: false });
    const listed = await run<readonly object[]>('client list', '');
    expect(listed).toEqual([expect.objectContaining({ name: 'x', subject: 'pairwise', scopes: ['groups'] })]);
  });

  it('that fit together badly change nothing', async () => {
    await add('x');
    const before = await settings('x');
    for (const options of [
      { auth: 'private_key_jwt' },
      { auth: 'tls_client_auth' },
      { auth: 'none' },
      { fapi2: true },
      { accessTokenSeconds: '3601' },
      { refreshTokenSeconds: '10' },
      { identifierClaim: 'sub' },
      { signedRequests: 'on' },
      { sector: 'midori.example.jp', subject: 'pairwise', scope: ['two words'] },
    ]) {
      await expect(settings('x', options)).rejects.toThrow(code('ERR_CLIENT_SETTINGS'));
    }
    expect(await settings('x')).toEqual(before);
  });

  it('take a secret away and give a new one with the way in which a client shows itself', async () => {
    await add('x');
    const jwks = keyFile('x.pem', publicPem);
    expect((await settings('x', { auth: 'private_key_jwt', jwks })).clientSecret).toBeUndefined();
    await expect(run('client rotate-secret', 'x')).rejects.toThrow(code('ERR_CLIENT_SECRET'));
    const again = await settings('x', { auth: 'client_secret_post' });
    expect(again.clientSecret).toMatch(/^[a-z2-7]{52}$/);
    expect((await settings('x')).clientSecret).toBeUndefined();
  });

  it.each([
    { par: 'maybe' },
    { bind: 'string' },
    { auth: 'client_secret_jwt' },
    { certificateSubject: 'CN=x' },
    { accessTokenSeconds: '1.5' },
    { jwks: 'a', jwksUri: 'https://x.example' },
  ])('are refused as %j', async (options) => {
    await expect(settings('x', options)).rejects.toThrow(code('ERR_OPTION'));
  });
});
