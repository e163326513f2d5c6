import type { CardFacts, CardKey } from '../../domain/card.ts';
import type { CardIndex } from '../../ports/card-index.ts';
import type { SystemRecord } from '../../ports/system-record.ts';
import type { RedisCardIndex } from './card-index.ts';

const lookEveryMs = 2_000;

/**
 * A Redis index that follows one process's record. It is built anew under a new generation at every start, so that no
 * dump from before opens, and again whenever Redis turns out to have lost it; until then a look-up is a fault.
 *
 * Within a generation somebody who can write Redis could put an older entry back. Every change since the start has
 * passed through here, so those keys are answered from memory and never from Redis.
 */
export async function followRecord(
  redis: RedisCardIndex,
  record: Pick<SystemRecord, 'cards' | 'factsOf'>,
  newGeneration: () => string,
  log: (line: string) => void,
): Promise<CardIndex> {
  const changed = new Map<CardKey, readonly CardFacts[]>();
  let generation = newGeneration();
  await redis.rebuild(generation, everyCard(record));
  let looking: Promise<void> | undefined;
  const look = async () => {
    if (await redis.adopt(generation)) return;
    log('the card index in Redis is not whole: building it anew');
    generation = newGeneration();
    await redis.rebuild(generation, everyCard(record));
  };
  const timer = setInterval(() => {
    looking ??= look()
      .catch((error: unknown) =>
        log(`card index: ${error instanceof Error ? error.message : 'unknown fault'}`),
      )
      .finally(() => {
        looking = undefined;
      });
  }, lookEveryMs).unref();
  return {
    find: (cardKey) => changed.get(cardKey) ?? redis.find(cardKey),
    async put(cardKey, cards) {
      // In memory first: what was denied stays denied even where Redis cannot be told.
      changed.set(cardKey, cards);
      await redis.put(cardKey, cards);
    },
    async close() {
      clearInterval(timer);
      await looking;
      await redis.close();
    },
  };
}

async function* everyCard(
  record: Pick<SystemRecord, 'cards' | 'factsOf'>,
): AsyncIterable<readonly [CardKey, readonly CardFacts[]]> {
  const keys = new Set((await record.cards.list()).map(({ cardKey }) => cardKey));
  for (const key of keys) yield [key, await record.factsOf(key)];
}
