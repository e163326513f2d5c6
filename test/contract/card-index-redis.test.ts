import { createSecretKey, randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { createClient } from 'redis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CardIndex } from '../../idp/ports/card-index.ts';
import type { SystemRecord } from '../../idp/ports/system-record.ts';
import { openRedisCardIndex, type RedisCardIndex } from '../../idp/storage/redis/card-index.ts';
import { followRecord } from '../../idp/storage/redis/followed-card-index.ts';
import { openSqliteRecord } from '../../idp/storage/sqlite/record.ts';
import { WriteTurn } from '../../idp/storage/sqlite/write-turn.ts';
import {
  card,
  cardKey,
  clock,
  facts,
  organization,
  person,
  start,
  temporaryDirectory,
} from '../idp/storage/support/storage-world.ts';
import { requirePrograms } from '../support/programs.ts';
import { type Redis, startRedis } from '../support/redis.ts';
import { cardIndexContract } from './card-index.ts';

const missing = requirePrograms('redis-server');
const indexKey = createSecretKey(randomBytes(32));
const fault = { code: 'ERR_CARD_INDEX_UNAVAILABLE' };
const tanaka = person('tanaka', { addedAt: start, changedAt: start, unixNumber: 1 });
async function* nothing(): AsyncGenerator<never> {}

/** Somebody who can write into Redis. */
async function withRedis<T>(
  redis: Redis,
  work: (client: ReturnType<typeof createClient>) => Promise<T>,
): Promise<T> {
  const client: ReturnType<typeof createClient> = createClient({ url: redis.url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    client.destroy();
  }
}
const nameOf = (n: number) => Buffer.concat([Buffer.from('kazasu:card:'), Buffer.from(cardKey(n), 'hex')]);

describe.skipIf(missing !== undefined)('with a real Redis', () => {
  cardIndexContract('Redis', async () => {
    const redis = await startRedis();
    return {
      async open() {
        const index = await openRedisCardIndex({ url: redis.url, indexKey });
        if (!(await index.adopt('1'))) await index.rebuild('1', nothing());
        return index;
      },
      breakStore: () => redis.kill(),
      damage: (key) =>
        withRedis(redis, async (client) => {
          await client.setRange(
            Buffer.concat([Buffer.from('kazasu:card:'), Buffer.from(key, 'hex')]),
            20,
            '!',
          );
        }),
      close: () => redis.close(),
    };
  });

  describe('the card index in Redis', () => {
    let redis: Redis;
    let index: RedisCardIndex;
    beforeAll(async () => {
      redis = await startRedis();
    });
    afterAll(() => redis.close());
    beforeEach(async () => {
      index = await openRedisCardIndex({ url: redis.url, indexKey });
      await index.rebuild('1', nothing());
      await index.put(cardKey(1), [facts(1, tanaka)]);
      return () => index.close();
    });

    it('is not trusted after a flush: what is missing is a fault, not an unknown card', async () => {
      expect(await index.find(cardKey(2))).toEqual([]);
      await withRedis(redis, (client) => client.flushAll());
      await expect(index.find(cardKey(1))).rejects.toMatchObject(fault);
      await expect(index.find(cardKey(2))).rejects.toMatchObject(fault);
      expect(await index.adopt('1')).toBe(false);
    });

    it('is not trusted when its marker was made by somebody else', async () => {
      const foreign = await openRedisCardIndex({
        url: redis.url,
        indexKey: createSecretKey(randomBytes(32)),
      });
      await foreign.rebuild('1', nothing());
      await foreign.close();
      await expect(index.find(cardKey(2))).rejects.toMatchObject(fault);
    });

    it('of another generation is neither adopted nor read', async () => {
      const newer = await openRedisCardIndex({ url: redis.url, indexKey });
      expect(await newer.adopt('2')).toBe(false);
      await expect(newer.find(cardKey(1))).rejects.toMatchObject(fault);
      await newer.rebuild('2', nothing());
      await expect(index.find(cardKey(1))).rejects.toMatchObject(fault);
      expect(await newer.find(cardKey(1))).toEqual([]);
      await newer.close();
    });

    it('is neither read nor written before a generation was adopted', async () => {
      const early = await openRedisCardIndex({ url: redis.url, indexKey });
      await expect(early.find(cardKey(1))).rejects.toMatchObject(fault);
      await expect(early.put(cardKey(1), [facts(1, tanaka)])).rejects.toMatchObject(fault);
      await early.close();
    });

    it('does not take a yes that was copied to another card', async () => {
      await withRedis(redis, (client) => client.copy(nameOf(1), nameOf(2)));
      await expect(index.find(cardKey(2))).rejects.toMatchObject(fault);
    });

    it('shows nobody in Redis who holds which card', async () => {
      const { keys, values } = await withRedis(redis, async (client) => {
        const found = await client.keys('*');
        return { keys: found, values: await client.mGet(found) };
      });
      expect(keys.length).toBeGreaterThan(1);
      expect(JSON.stringify([keys, values])).not.toMatch(/tanaka|card-1/);
    });

    // Tried again, because a machine under load may be late by itself.
    it('answers with a fault within 100 ms while Redis hangs, and truly again when it goes on', {
      retry: 2,
    }, async () => {
      redis.freeze();
      const began = performance.now();
      const finds = await Promise.allSettled(Array.from({ length: 50 }, () => index.find(cardKey(1))));
      const took = performance.now() - began;
      redis.goOn();
      expect(new Set(finds.map(({ status }) => status))).toEqual(new Set(['rejected']));
      expect(finds[0]).toMatchObject({ reason: fault });
      expect(took).toBeLessThan(100);
      await expect.poll(() => index.find(cardKey(1)).catch(() => [])).toEqual([facts(1, tanaka)]);
    });

    it('after Redis was restarted empty stays a fault until it is built again', async () => {
      await redis.restart();
      const outcome = () => index.find(cardKey(1)).catch(({ message }: Error) => message);
      await expect.poll(outcome, { timeout: 5_000 }).toMatch('empty, incomplete or another one');
      await index.rebuild('3', nothing());
      expect(await index.find(cardKey(1))).toEqual([]);
    });
  });

  it('says what to check when there is no Redis under the address', async () => {
    const redis = await startRedis();
    await redis.close();
    const opening = openRedisCardIndex({ url: redis.url, indexKey });
    await expect(opening).rejects.toMatchObject({
      ...fault,
      message: expect.stringContaining('KAZASU_REDIS_URL'),
    });
  });

  describe('a Redis index that follows the record', () => {
    let redis: Redis;
    let record: SystemRecord;
    let index: CardIndex;
    let directory: ReturnType<typeof temporaryDirectory>;
    const log: string[] = [];
    const follow = async () =>
      followRecord(await openRedisCardIndex({ url: redis.url, indexKey }), record, randomUUID, (line) =>
        log.push(line),
      );
    beforeAll(async () => {
      redis = await startRedis();
      directory = temporaryDirectory();
      record = await openSqliteRecord(join(directory.path, 'record.sqlite'), new WriteTurn(), clock);
      await record.change(async (tables) => {
        await tables.organizations.add(organization);
        await tables.people.put(tanaka);
        for (let n = 0; n < 1_200; n += 1) await tables.cards.add(card(n, tanaka));
      });
    });
    afterAll(async () => {
      await record.close();
      directory.remove();
      await redis.close();
    });
    beforeEach(async () => {
      index = await follow();
      return () => index.close();
    });

    it('holds every card of the record from its start', async () => {
      expect(await index.find(cardKey(1_199))).toEqual([facts(1_199, tanaka)]);
      expect(await index.find(cardKey(5_000))).toEqual([]);
    });

    it('takes nothing over from a Redis that was kept while the record changed without it', async () => {
      await index.close();
      await record.change((tables) => tables.people.setState(tanaka.personId, 'active', 'suspended'));
      index = await follow();
      expect((await index.find(cardKey(1)))[0]?.person.state).toBe('suspended');
    });

    it('answers what was changed since from memory, even when Redis is given its older yes back', async () => {
      await withRedis(redis, (client) => client.copy(nameOf(2), 'kept aside'));
      const denied = facts(2, tanaka, { state: 'suspended' });
      await index.put(cardKey(2), [denied]);
      await withRedis(redis, (client) => client.copy('kept aside', nameOf(2), { REPLACE: true }));
      expect(await index.find(cardKey(2))).toEqual([denied]);
    });

    it('is a fault after a flush, and builds itself anew within seconds', async () => {
      await withRedis(redis, (client) => client.flushAll());
      await expect(index.find(cardKey(3))).rejects.toMatchObject(fault);
      await expect
        .poll(async () => (await Promise.resolve(index.find(cardKey(3))).catch(() => [])).length, {
          timeout: 8_000,
        })
        .toBe(1);
      expect(log.join()).toContain('building it anew');
    });
  });
});
