import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BridgeState } from '../../reader-bridge/bridge-state.ts';
import { enrol } from '../../reader-bridge/enrol.ts';
import { IdpClient } from '../../reader-bridge/idp-client.ts';
import { systemClock } from '../../reader-bridge/system-clock.ts';
import { enrolledClient, temporaryState } from './enrolled.ts';
import { enrolmentCode, type ProviderDouble, startProviderDouble } from './provider-double.ts';

let provider: ProviderDouble;
let temporary: ReturnType<typeof temporaryState>;

beforeEach(async () => {
  provider = await startProviderDouble();
  temporary = temporaryState();
});

afterEach(async () => {
  temporary.remove();
  await provider.close();
});

const evidence = { type: 'identifier', kind: 'felica', number: '0110230051162c0d' } as const;
const tap = () => ({ evidence, readAtSeconds: Math.floor(Date.now() / 1000), language: 'en' });

describe('enrolment', () => {
  test('keeps the private half in a file of the owner’s alone, and sends only the public half', async () => {
    await enrolledClient(provider, temporary.state);
    const path = join(temporary.directory, 'enrolment.json');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(temporary.directory).mode & 0o777).toBe(0o700);
    const { privateKey } = JSON.parse(readFileSync(path, 'utf8'));
    expect(privateKey).toMatchObject({ kty: 'EC', crv: 'P-256', d: expect.any(String) });
  });

  test('says in the provider’s words why a code was refused', async () => {
    await expect(enrol({ idp: provider.url, code: 'old' })).rejects.toMatchObject({
      code: 'ERR_ENROLMENT_REFUSED',
      message: expect.stringContaining('Ask for a new code.'),
    });
  });

  test.each([
    'http://idp.example.jp',
    'ftp://localhost',
    'idp.example.jp',
    'https://a@idp.example.jp',
    'https://x.jp/?a',
  ])('refuses %s: a provider elsewhere must be https', async (idp) => {
    await expect(enrol({ idp, code: enrolmentCode })).rejects.toMatchObject({ code: 'ERR_IDP_URL' });
  });

  test.each([
    { issuer: 'https://elsewhere.example' },
    { returnUrl: 'https://elsewhere.example/return' },
    { kind: 'printer' as never },
  ])('refuses an answer that leads elsewhere or means nothing: %j', async (overrides) => {
    provider.answerOverrides = overrides;
    await expect(enrol({ idp: provider.url, code: enrolmentCode })).rejects.toMatchObject({
      code: 'ERR_ENROLMENT_ANSWER',
    });
  });

  test('is a fault when nobody answers, and when what answers is no provider', async () => {
    await expect(enrol({ idp: 'http://127.0.0.1:1', code: 'x' })).rejects.toMatchObject({
      code: 'ERR_IDP_UNREACHABLE',
    });
    await expect(enrol({ idp: `${provider.url}/elsewhere`, code: 'x' })).rejects.toMatchObject({
      code: 'ERR_IDP_UNREACHABLE',
      message: expect.stringContaining('check the URL'),
    });
  });

  test('is missing until it was done, and that says how', () => {
    expect(() => temporary.state.enrolment()).toThrow('kazasu bridge enroll');
  });
});

describe('a tap', () => {
  test('bears a nonce, or a count that only rises, also over a restart', async () => {
    const client = await enrolledClient(provider, temporary.state);
    await client.postTap(tap());
    await client.postTap(tap());
    await client.postTap({ ...tap(), nonce: 'n'.repeat(32) });
    const restarted = new BridgeState(temporary.directory);
    await new IdpClient(restarted.enrolment(), restarted, systemClock).postTap(tap());
    expect(provider.taps.map(({ counter, nonce }) => counter ?? nonce)).toEqual([1, 2, 'n'.repeat(32), 3]);
    expect(new Set(provider.taps.map(({ jti }) => jti)).size).toBe(4);
  });

  test('is not posted when the count on the disk is damaged', async () => {
    writeFileSync(join(temporary.directory, 'tap-counter'), 'not a number');
    const client = await enrolledClient(provider, temporary.state);
    await expect(client.postTap(tap())).rejects.toMatchObject({ code: 'ERR_BRIDGE_STATE' });
  });

  test('that is refused comes back with the provider’s words; a fault is a fault', async () => {
    const client = await enrolledClient(provider, temporary.state);
    const body = JSON.stringify({ error: 'reader-disabled', message: 'This reader is switched off.' });
    provider.refuseWith = { status: 403, body };
    expect(await client.postTap(tap())).toEqual({
      outcome: 'refused',
      error: 'reader-disabled',
      message: 'This reader is switched off.',
    });
    provider.refuseWith = { status: 503, body: '{"error":"temporarily_unavailable","message":"…"}' };
    await expect(client.postTap(tap())).rejects.toMatchObject({ code: 'ERR_IDP_UNREACHABLE' });
  });
});

describe('a challenge', () => {
  test('is opened with the provider’s key, and with a new key after asking for it', async () => {
    const client = await enrolledClient(provider, temporary.state);
    expect(await client.openChallenge(await provider.challenge())).toMatchObject({ demand: 'tap' });
    provider.rotateChallengeKey();
    expect(await client.openChallenge(await provider.challenge())).toMatchObject({ demand: 'tap' });
    expect(temporary.state.enrolment().provider.challengeKeys).toMatchObject([{ kid: 'two' }]);
  });

  test('of another provider, a stale one, and nonsense are refused', async () => {
    const client = await enrolledClient(provider, temporary.state);
    const other = await startProviderDouble();
    const foreign = await other.challenge();
    await other.close();
    for (const token of [foreign, await provider.challenge({}, -10), 'nonsense', '', 'a.b.c']) {
      await expect(client.openChallenge(token)).rejects.toMatchObject({ code: 'ERR_CHALLENGE' });
    }
  });
});
