import { createSecretKey, randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { CardId } from '../../idp/domain/card.ts';
import type { PersonId } from '../../idp/domain/person.ts';
import { LogoutDeliveries } from '../../idp/flows/deliver-logouts.ts';
import { SessionEnds } from '../../idp/flows/end-sessions.ts';
import { KnownClients } from '../../idp/flows/known-clients.ts';
import { changeAndStop } from '../../idp/flows/publish-cards.ts';
import { createLoginSessions } from '../../idp/oidc/login-sessions.ts';
import type { OidcState } from '../../idp/ports/oidc-state.ts';
import { type EmbeddedStorage, openEmbeddedStorage } from '../../idp/storage/embedded.ts';
import { openKeyDirectory } from '../../idp/storage/keys/key-directory.ts';
import { openRedisOidcState } from '../../idp/storage/redis/oidc-state.ts';
import { temporaryDirectory } from '../idp/storage/support/storage-world.ts';
import { requirePrograms } from '../support/programs.ts';
import { startRedis } from '../support/redis.ts';
import { addSignedIn, signIn, start } from './session-ends-world.ts';

/** Ten thousand took 5.6 s on a busy machine; a fifth of them shows whether they go in portions or one by one. */
const holders = 2_000;
const boundMs = 10_000;
const signInsAtOnce = 20;
const clock = { now: () => start };
const missing = requirePrograms('redis-server');
let directory: ReturnType<typeof temporaryDirectory>;
let storage: EmbeddedStorage;

beforeEach(async () => {
  directory = temporaryDirectory();
  const keys = await openKeyDirectory(directory.path);
  storage = await openEmbeddedStorage({ dataDir: directory.path, keys, clock });
  await addSignedIn(storage);
});
afterEach(async () => {
  await storage.close();
  directory.remove();
});

/** @returns how long the stop took, notices to the client and all. */
async function stopAll(oidcState: OidcState): Promise<{ stopMs: number; told: number }> {
  const { record, taps, cardIndex } = storage;
  const people = Array.from({ length: holders }, (_, n) => `holder-${n}` as PersonId);
  for (let from = 0; from < holders; from += signInsAtOnce) {
    await Promise.all(people.slice(from, from + signInsAtOnce).map((one) => signIn(oidcState, one)));
  }
  const clients = new KnownClients();
  await clients.reload(record);
  let told = 0;
  const notify = async () => {
    told += 1;
    return 'delivered' as const;
  };
  const logouts = new LogoutDeliveries({
    record,
    clock,
    notifier: { notify, close: () => {} },
    log: () => {},
  });
  const sessions = createLoginSessions(oidcState);
  const sessionEnds = new SessionEnds({ taps, record, clock, clients, sessions, logouts });
  const began = performance.now();
  await changeAndStop(
    { record, cardIndex, clock, sessionEnds },
    async () => {},
    () =>
      people.map((personId) => ({
        personId,
        authenticator: 'card-1' as CardId,
        cause: 'card.revoked-by-list',
      })),
  );
  const stopMs = performance.now() - began;
  await sessionEnds.idle();
  for (const personId of [people[0]!, people[holders / 2]!, people.at(-1)!]) {
    expect(await oidcState.listByAccountId(personId)).toEqual([]);
  }
  expect(await record.sessionEnds.list(0, 1)).toEqual([]);
  return { stopMs, told };
}

it('the holders of thousands of cards of one list are signed out in seconds, and each told of', {
  timeout: 120_000,
}, async () => {
  const { stopMs, told } = await stopAll(storage.oidcState);
  expect(stopMs).toBeLessThan(boundMs);
  expect(told).toBe(holders);
});

it.skipIf(missing !== undefined)('with Redis too', { timeout: 120_000 }, async () => {
  const redis = await startRedis();
  const oidcState = await openRedisOidcState({
    url: redis.url,
    indexKey: createSecretKey(randomBytes(32)),
    clock,
  });
  try {
    const { stopMs, told } = await stopAll(oidcState);
    expect(stopMs).toBeLessThan(boundMs);
    expect(told).toBe(holders);
  } finally {
    await oidcState.close();
    await redis.close();
  }
});
