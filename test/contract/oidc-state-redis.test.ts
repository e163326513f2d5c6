import { createSecretKey, randomBytes } from 'node:crypto';
import { createClient } from 'redis';
import { describe, expect, it } from 'vitest';
import { openRedisOidcState } from '../../idp/storage/redis/oidc-state.ts';
import { start } from '../idp/storage/support/storage-world.ts';
import { HandSetClock } from '../support/clock.ts';
import { requirePrograms } from '../support/programs.ts';
import { type Redis, startRedis } from '../support/redis.ts';
import { oidcStateContract } from './oidc-state.ts';

const missing = requirePrograms('redis-server');
const indexKey = createSecretKey(randomBytes(32));

/** Every key with what stands under it. */
async function everythingIn(redis: Redis): Promise<string> {
  const client = createClient({ url: redis.url });
  await client.connect();
  const keys = await client.keys('*');
  const values = await Promise.all(
    keys.map(async (key) => {
      const type = await client.type(key);
      if (type === 'hash') return client.hGetAll(key);
      return type === 'zset' ? client.zRange(key, 0, -1) : client.get(key);
    }),
  );
  client.destroy();
  return JSON.stringify([keys, values]);
}

describe.skipIf(missing !== undefined)('with a real Redis', () => {
  oidcStateContract('Redis', async () => {
    const redis = await startRedis();
    return {
      open: (clock) => openRedisOidcState({ url: redis.url, indexKey, clock }),
      dump: () => everythingIn(redis),
      breakStore: () => redis.kill(),
      close: () => redis.close(),
    };
  });

  it('does not take a session that somebody else wrote or moved', async () => {
    const redis = await startRedis();
    const clock = new HandSetClock(start);
    const state = await openRedisOidcState({ url: redis.url, indexKey, clock });
    const otherKey = createSecretKey(randomBytes(32));
    const forger = await openRedisOidcState({ url: redis.url, indexKey: otherKey, clock });
    await forger.upsert('Session', 'forged', { accountId: 'victim' }, 60);
    const fault = { code: 'ERR_OIDC_STATE_UNAVAILABLE' };
    await expect(state.find('Session', 'forged')).rejects.toMatchObject(fault);
    await forger.close();
    await state.close();
    await redis.close();
  });

  // Tried again, because a machine under load may be late by itself.
  it('answers with a fault within 100 ms while Redis hangs', { retry: 2 }, async () => {
    const redis = await startRedis();
    const state = await openRedisOidcState({ url: redis.url, indexKey, clock: new HandSetClock(start) });
    redis.freeze();
    const began = performance.now();
    await expect(state.find('Session', 'x')).rejects.toMatchObject({ code: 'ERR_OIDC_STATE_UNAVAILABLE' });
    expect(performance.now() - began).toBeLessThan(100);
    redis.goOn();
    await expect.poll(() => state.find('Session', 'x').catch(() => 'fault')).toBeUndefined();
    await state.close();
    await redis.close();
  });
});
