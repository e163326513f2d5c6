import { createClient, defineScript, RESP_TYPES } from 'redis';
import { Fault, type FaultCode } from '../../domain/fault.ts';

const connectTimeoutMs = 500;
const firstAnswerMs = 2_000;
const longestPauseMs = 1_000;
/** Commands that wait for a Redis that hangs: beyond this they fail at once instead of filling the memory. */
const mostCommandsWaiting = 20_000;

/** Once, of any number at once: the field is set only where the entry exists and has none. */
const consumeOnce = defineScript({
  SCRIPT: `if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
           return redis.call('HSETNX', KEYS[1], 'consumed', ARGV[1])`,
  NUMBER_OF_KEYS: 1,
  parseCommand(parser, key: string, now: number) {
    parser.pushKey(key);
    parser.push(String(now));
  },
  transformReply: (reply: unknown) => reply === 1,
});

export type RedisConnection = Awaited<ReturnType<typeof connectRedis>>;

/**
 * Connects, and stays connected: after an outage it connects again by itself, and commands fail at once until it did.
 * @throws {Fault} `code` when there is no Redis under this address now.
 */
export async function connectRedis(url: string, code: FaultCode) {
  const client = createClient({
    url,
    RESP: 3,
    // Waiting in a queue for a Redis that is away would make an outage look like slowness.
    disableOfflineQueue: true,
    commandsQueueMaxLength: mostCommandsWaiting,
    scripts: { consumeOnce },
    // Deadlines are ours (`Deadline`): a timer for every command halves the look-ups.
    commandOptions: { timeout: 0 },
    socket: {
      connectTimeout: connectTimeoutMs,
      reconnectStrategy: (retries) => Math.min(50 * 2 ** retries, longestPauseMs),
    },
  });
  // Without a listener an outage would end the process; every command tells of it by itself.
  client.on('error', () => {});
  await firstConnection(client, code);
  return client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
}

async function firstConnection(
  client: { connect(): Promise<unknown>; destroy(): void },
  code: FaultCode,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(reject, firstAnswerMs, new Error('no answer in time'));
  });
  try {
    await Promise.race([client.connect(), late]);
  } catch (error) {
    client.destroy();
    throw new Fault(code, 'Redis does not answer. Check KAZASU_REDIS_URL and that Redis runs.', error);
  } finally {
    clearTimeout(timer);
  }
}
