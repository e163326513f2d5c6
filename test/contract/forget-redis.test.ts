import { createSecretKey, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { forgetPerson } from '../../idp/flows/forget-person.ts';
import { leavePerson } from '../../idp/flows/leave-person.ts';
import { openRedisCardIndex, type RedisCardIndex } from '../../idp/storage/redis/card-index.ts';
import { issueCard } from '../idp/flows/world/cards.ts';
import { addEnrolledReader, addPeople, admin, registerCard } from '../idp/flows/world/people-and-places.ts';
import { createWorld, type World } from '../idp/flows/world/world.ts';
import { requirePrograms } from '../support/programs.ts';
import { type Redis, startRedis } from '../support/redis.ts';
import { redisContents } from '../support/redis-contents.ts';
import { createTestPki } from '../support/test-pki.ts';

const missing = requirePrograms('redis-server');

describe.skipIf(missing)('somebody who is forgotten, where the index is in Redis', () => {
  let redis: Redis;
  let index: RedisCardIndex;
  let world: World;

  beforeAll(async () => {
    redis = await startRedis();
    index = await openRedisCardIndex({ url: redis.url, indexKey: createSecretKey(randomBytes(32)) });
    await index.rebuild('generation-1', (async function* () {})());
    world = await createWorld(await createTestPki(), index);
    await addPeople(world, 'sato', 'suzuki');
  });

  afterAll(async () => {
    await world?.close();
    await index?.close();
    await redis?.close();
  });

  it('has no entry left there; the others have theirs', async () => {
    const { context } = world;
    const desk = await addEnrolledReader(world, 'desk', { kind: 'workstation' });
    const ids = [
      await registerCard(world, 'sato', issueCard(world), desk),
      await registerCard(world, 'suzuki', issueCard(world), desk),
    ];
    const [gone, kept] = await Promise.all(
      ids.map(async (id) => (await context.record.cards.find(id))!.cardKey),
    );
    const entries = async () => (await redisContents(redis.url)).length;
    const before = await entries();
    await leavePerson(context, { person: 'sato', actor: admin });
    expect(await index.find(gone!)).toMatchObject([{ state: 'retired', person: { state: 'left' } }]);
    await forgetPerson(context, { person: 'sato', actor: admin });
    expect(await entries()).toBe(before - 1);
    expect(await index.find(gone!)).toEqual([]);
    expect(await index.find(kept!)).toMatchObject([{ person: { uid: 'suzuki' } }]);
  });
});
