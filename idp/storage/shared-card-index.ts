import { type KeyObject, randomUUID } from 'node:crypto';
import type { CardFacts, CardKey } from '../domain/card.ts';
import type { CardIndex } from '../ports/card-index.ts';
import type { SystemRecord } from '../ports/system-record.ts';
import { openRedisCardIndex } from './redis/card-index.ts';

/** The setting that says which index in Redis is kept up to date with this record; empty: none is. */
const generationSetting = 'card-index-generation';

/**
 * Opens the card index in Redis, building it from the record unless it is the very one that this record has been
 * keeping up to date.
 * @throws {Fault} `ERR_CARD_INDEX_UNAVAILABLE`
 */
export async function openSharedCardIndex(options: {
  readonly url: string;
  readonly indexKey: KeyObject;
  readonly record: SystemRecord;
}): Promise<CardIndex> {
  const { record } = options;
  const index = await openRedisCardIndex(options);
  try {
    const known = (await record.settings.get(generationSetting)) ?? '';
    if (known === '' || !(await index.adopt(known))) {
      const generation = randomUUID();
      await record.change((tables) => tables.settings.set(generationSetting, generation));
      await index.rebuild(generation, everyCard(record));
    }
    return index;
  } catch (error) {
    await index.close();
    throw error;
  }
}

/**
 * Says that no index in Redis is kept up to date from now on: what one may hold is old as soon as the record changes
 * without it, and it must not be trusted again. Called whenever the record is used with its own index.
 */
export async function leaveSharedCardIndex(record: SystemRecord): Promise<void> {
  if (((await record.settings.get(generationSetting)) ?? '') === '') return;
  await record.change((tables) => tables.settings.set(generationSetting, ''));
}

async function* everyCard(record: SystemRecord): AsyncGenerator<readonly [CardKey, readonly CardFacts[]]> {
  const keys = new Set((await record.cards.list()).map(({ cardKey }) => cardKey));
  for (const key of keys) yield [key, await record.factsOf(key)];
}
