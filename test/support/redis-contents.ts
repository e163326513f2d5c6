import { createClient, RESP_TYPES } from 'redis';

/** A key of Redis and its value as Redis dumps it (the values of our keys stand in it octet by octet). */
export type RedisEntry = readonly [key: string, dumped: Buffer];

const open = (url: string) =>
  createClient({ url, commandOptions: { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } } }).connect();

/** Everything that a Redis holds. */
export async function redisContents(url: string): Promise<readonly RedisEntry[]> {
  const client = await open(url);
  try {
    const entries: RedisEntry[] = [];
    for (const key of await client.keys('*')) {
      const dumped = await client.dump(key);
      if (dumped !== null) entries.push([key.toString(), Buffer.from(dumped)]);
    }
    return entries;
  } finally {
    client.destroy();
  }
}

/** What somebody with an older dump would do. */
export async function restoreRedis(url: string, entries: readonly RedisEntry[]): Promise<void> {
  const client = await open(url);
  for (const [key, dumped] of entries) await client.restore(key, 0, dumped, { REPLACE: true });
  client.destroy();
}

export async function flushRedis(url: string): Promise<void> {
  const client = await open(url);
  await client.flushAll();
  client.destroy();
}
