import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Fault } from '../../../idp/domain/fault.ts';
import type { ClientId } from '../../../idp/domain/login-policy.ts';
import type { PersonId } from '../../../idp/domain/person.ts';
import { giveUpAfterMs, LogoutDeliveries } from '../../../idp/flows/deliver-logouts.ts';
import type { LogoutNotice, NoticeOutcome } from '../../../idp/ports/sessions.ts';
import { type EmbeddedStorage, openEmbeddedStorage } from '../../../idp/storage/embedded.ts';
import { openKeyDirectory } from '../../../idp/storage/keys/key-directory.ts';
import { HandSetClock } from '../../support/clock.ts';
import { start, temporaryDirectory } from '../storage/support/storage-world.ts';

const kintai = 'kintai' as ClientId;
const zaimu = 'zaimu' as ClientId;

let directory: ReturnType<typeof temporaryDirectory>;
let storage: EmbeddedStorage;
let clock: HandSetClock;
let deliveries: LogoutDeliveries;
/** What each client answers; `undefined` is silence until the notifier is closed. */
let answers: Map<string, NoticeOutcome | 'unreachable' | undefined>;
/** Tries, as `client sub`. */
let tried: string[];
let closed: PromiseWithResolvers<void>;

beforeEach(async () => {
  directory = temporaryDirectory();
  clock = new HandSetClock(start);
  storage = await openEmbeddedStorage({
    dataDir: directory.path,
    keys: await openKeyDirectory(directory.path),
    clock,
  });
  answers = new Map([
    [kintai, 'delivered'],
    [zaimu, 'delivered'],
  ]);
  tried = [];
  closed = Promise.withResolvers();
  const notifier = { notify, close: () => closed.resolve() };
  deliveries = new LogoutDeliveries({ record: storage.record, clock, notifier, log: () => {} });
});

afterEach(async () => {
  await deliveries.close();
  await storage.close();
  directory.remove();
});

async function notify({ clientId, sub }: LogoutNotice): Promise<NoticeOutcome> {
  tried.push(`${clientId} ${sub}`);
  const answer = answers.get(`${clientId} ${sub}`) ?? answers.get(clientId);
  if (answer === undefined) await closed.promise;
  if (answer === undefined || answer === 'unreachable') throw new Fault('ERR_CLIENT_UNREACHABLE', 'gone');
  return answer;
}

async function queue(...notices: readonly (readonly [ClientId, string])[]): Promise<void> {
  const rows = notices.map(([clientId, sub]) => ({ clientId, sub: sub as PersonId, sid: `sid-of-${sub}` }));
  await storage.record.change((tables) => tables.logoutDeliveries.add(rows, clock.now()));
}

async function deliver(): Promise<readonly string[]> {
  tried.length = 0;
  await deliveries.start();
  await deliveries.idle();
  return [...tried];
}

async function waiting(clientId: ClientId): Promise<number> {
  const all = await storage.record.logoutDeliveries.due(clientId, Number.MAX_SAFE_INTEGER, 1_000);
  return all.length;
}

async function trail(type: string): Promise<readonly (string | undefined)[]> {
  const events = await Array.fromAsync(storage.audit.read());
  return events.filter((event) => event.type === type).map(({ details }) => String(details?.person));
}

describe('a notice', () => {
  it('that was taken is not sent again', async () => {
    await queue([kintai, 'a'], [zaimu, 'a']);
    expect((await deliver()).toSorted()).toEqual(['kintai a', 'zaimu a']);
    clock.advanceMs(giveUpAfterMs);
    expect(await deliver()).toEqual([]);
    expect(await trail('client.logout-delivered')).toEqual(['a', 'a']);
  });

  it('about the same session waits once, however often it is queued', async () => {
    await queue([kintai, 'a'], [kintai, 'a']);
    await queue([kintai, 'a'], [kintai, 'b']);
    expect(await deliver()).toEqual(['kintai a', 'kintai b']);
  });

  it('that a client refuses is tried again after a pause; the others go on', async () => {
    answers.set('kintai a', 'refused');
    await queue([kintai, 'a'], [kintai, 'b']);
    expect(await deliver()).toEqual(['kintai a', 'kintai b']);
    expect(await waiting(kintai)).toBe(1);
    clock.advanceMs(29_999);
    expect(await deliver()).toEqual([]);
    clock.advanceMs(1);
    expect(await deliver()).toEqual(['kintai a']);
  });

  it('that nobody wants any more goes, and the trail says so', async () => {
    answers.set(kintai, 'not-wanted');
    await queue([kintai, 'a']);
    await deliver();
    expect([await waiting(kintai), await trail('client.logout-undelivered')]).toEqual([0, ['a']]);
  });
});

describe('a client out of reach', () => {
  it('is tried after longer and longer pauses, of an hour at most', async () => {
    answers.set(kintai, 'unreachable');
    await queue([kintai, 'a']);
    await deliver();
    for (const seconds of [30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600]) {
      clock.advanceMs(seconds * 1_000 - 1);
      expect(await deliver(), `${seconds}`).toEqual([]);
      clock.advanceMs(1);
      expect(await deliver(), `${seconds}`).toEqual(['kintai a']);
    }
  });

  it('is not tried for each of a thousand notices: all of them wait', async () => {
    answers.set(kintai, 'unreachable');
    await queue(...Array.from({ length: 1_000 }, (_, n) => [kintai, `p${n}`] as const));
    expect((await deliver()).length).toBeLessThan(20);
    expect(await deliver()).toEqual([]);
    expect(await waiting(kintai)).toBe(1_000);
    answers.set(kintai, 'delivered');
    clock.advance(30);
    expect(await deliver()).toHaveLength(1_000);
    expect(await waiting(kintai)).toBe(0);
  });

  it('is given up after a day, with all that waited as long, and not with what came since', async () => {
    answers.set(kintai, 'unreachable');
    await queue(...Array.from({ length: 40 }, (_, n) => [kintai, `p${n}`] as const));
    await deliver();
    clock.advance(3_600);
    await queue([kintai, 'later']);
    clock.advanceMs(giveUpAfterMs - 3_600_000);
    await deliver();
    expect(await trail('client.logout-undelivered')).toHaveLength(40);
    expect(await waiting(kintai)).toBe(1);
  });

  it('does not keep another from being told', async () => {
    answers.set(kintai, undefined);
    await queue([kintai, 'a'], [zaimu, 'a']);
    await deliveries.start();
    await expect.poll(() => trail('client.logout-delivered')).toEqual(['a']);
    expect(await waiting(kintai)).toBe(1);
    closed.resolve();
  });

  it('is tried once at a time: who asks meanwhile finds it under way', async () => {
    answers.set(kintai, undefined);
    await queue([kintai, 'a']);
    await deliveries.start();
    await queue([kintai, 'b']);
    await deliveries.start();
    await deliveries.start();
    await expect.poll(() => tried).toEqual(['kintai a']);
    closed.resolve();
    await deliveries.idle();
    expect(tried).toEqual(['kintai a']);
  });
});

it('what comes due while a client is being told is told in the same go', async () => {
  const first = Promise.withResolvers<void>();
  const notifier = {
    notify: async ({ sub }: LogoutNotice) => {
      tried.push(sub);
      if (sub === 'a') await first.promise;
      return 'delivered' as const;
    },
    close: () => {},
  };
  const slow = new LogoutDeliveries({ record: storage.record, clock, notifier, log: () => {} });
  await queue([kintai, 'a']);
  await slow.start();
  await expect.poll(() => tried).toEqual(['a']);
  await queue([kintai, 'b']);
  await slow.start();
  first.resolve();
  await slow.idle();
  expect(tried).toEqual(['a', 'b']);
});

it('who runs the installation is told of a client within the change that gives up, with what was never tried too', async () => {
  const told: unknown[] = [];
  const notifier = { notify, close: () => {} };
  const { record } = storage;
  const onGivenUp = async (_: unknown, given: object) => {
    told.push(given);
  };
  const giving = new LogoutDeliveries({ record, clock, notifier, log: () => {}, onGivenUp });
  answers.set(kintai, 'unreachable');
  answers.set(zaimu, 'not-wanted');
  await queue([kintai, 'a'], [kintai, 'b'], [zaimu, 'a']);
  await giving.start();
  await giving.idle();
  expect(told).toEqual([]);
  clock.advanceMs(giveUpAfterMs);
  await giving.start();
  await giving.idle();
  expect(told).toEqual([{ clientId: kintai, count: 2, now: clock.now() }]);
});
