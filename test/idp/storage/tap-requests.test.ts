import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ClientId } from '../../../idp/domain/login-policy.ts';
import type { PersonId } from '../../../idp/domain/person.ts';
import type { ReaderId } from '../../../idp/domain/reader.ts';
import type { TapRequest } from '../../../idp/ports/tap-requests.ts';
import { openSqliteTaps } from '../../../idp/storage/sqlite/taps.ts';
import { start, tap, temporaryDirectory } from './support/storage-world.ts';

const readerId = 'reader-1' as ReaderId;
const { cardKey: key } = tap('any');
const hundred = Array.from({ length: 100 }, (_, n) => n + 1);

function request(changes: Partial<TapRequest> = {}): TapRequest {
  return {
    ...{ requestId: 'request-1', readerId, clientId: 'client-1' as ClientId, way: 'ciba' },
    ...{ openedAt: start, expiresAt: start + 60_000 },
    ...changes,
  };
}

/** Kept, as every tap is before it answers anything. */
async function kept(counter: number, at: number, changes: Parameters<typeof tap>[1] = {}) {
  const one = tap(`tap-${counter}`, { readerId, readAt: at, receivedAt: at, ...changes });
  expect(await taps.keep(one, { counter })).toBe('kept');
  return one;
}

let directory: ReturnType<typeof temporaryDirectory>;
let taps: Awaited<ReturnType<typeof openSqliteTaps>>;

const open = () => openSqliteTaps(join(directory.path, 'taps.sqlite'));

beforeEach(async () => {
  directory = temporaryDirectory();
  taps = await open();
});

afterEach(async () => {
  await taps.close();
  directory.remove();
});

describe('a request for a tap', () => {
  it('comes back as it was when a tap at its reader answers it, also after reopening', async () => {
    const asked = request({ personId: 'person-1' as PersonId, way: 'device' });
    expect(await taps.requests.open(asked)).toBe('opened');
    await taps.close();
    taps = await open();
    expect(await taps.requests.openAt(readerId, start)).toEqual(asked);
    expect(await taps.requests.take(await kept(1, start + 1_000))).toEqual(asked);
    expect(await taps.requests.openAt(readerId, start + 1_000)).toBeUndefined();
  });

  it('is the only one at its reader: of a hundred at once one is opened', async () => {
    const outcomes = await Promise.all(
      hundred.map((n) => taps.requests.open(request({ requestId: `request-${n}` }))),
    );
    expect(outcomes.filter((outcome) => outcome === 'opened')).toHaveLength(1);
    const elsewhere = request({ requestId: 'elsewhere', readerId: 'reader-2' as ReaderId });
    expect(await taps.requests.open(elsewhere)).toBe('opened');
  });

  it('is answered by one of a hundred taps at once, and the others serve what they serve', async () => {
    await taps.requests.open(request());
    const many = await Promise.all(hundred.map((n) => kept(n, start + 1_000)));
    const taken = await Promise.all(many.map((one) => taps.requests.take(one)));
    expect(taken.filter((outcome) => outcome !== undefined)).toHaveLength(1);
    for (let n = 1; n < 100; n += 1) {
      expect(await taps.takeUnprompted(key, [readerId], start, 1)).toBeDefined();
    }
    expect(await taps.takeUnprompted(key, [readerId], start, 1)).toBeUndefined();
  });

  it('is answered by no tap that somebody else took meanwhile', async () => {
    await taps.requests.open(request());
    const one = await kept(1, start + 1_000);
    expect(await taps.takeUnprompted(key, [readerId], start, 1)).toBeDefined();
    expect(await taps.requests.take(one)).toBeUndefined();
    expect(await taps.requests.openAt(readerId, start + 1_000)).toBeDefined();
  });

  it.each([
    ['in its last moment', { readAt: start + 59_000, receivedAt: start + 59_999 }, true],
    ['when it is over', { readAt: start + 59_000, receivedAt: start + 60_000 }, false],
    ['in the second in which it was opened', { readAt: start - 999, receivedAt: start }, true],
    ['read in the second before it', { readAt: start - 1_000, receivedAt: start + 500 }, false],
    ['received before it', { readAt: start, receivedAt: start - 1 }, false],
    ['at another reader', { readerId: 'reader-2' as ReaderId }, false],
  ])('and a tap %s', async (_when, changes, answers) => {
    await taps.requests.open(request());
    const taken = await taps.requests.take(await kept(1, start + 1_000, changes));
    expect(taken !== undefined).toBe(answers);
  });

  it('that has ended leaves its reader to the next', async () => {
    await taps.requests.open(request());
    expect(await taps.requests.open(request({ requestId: 'request-2' }))).toBe('reader-busy');
    await taps.requests.end('request-1');
    expect(await taps.requests.open(request({ requestId: 'request-3' }))).toBe('opened');
  });

  it('is forgotten when it is over: it may name a person', async () => {
    await taps.requests.open(request({ personId: 'person-1' as PersonId }));
    expect(await taps.sweep(start + 60_000)).toBe(0);
    expect(await taps.sweep(start + 60_001)).toBe(1);
  });

  it('is a fault where nothing can be found out, and never a no', async () => {
    await taps.close();
    await expect(taps.requests.openAt(readerId, start)).rejects.toMatchObject({
      code: 'ERR_RECORD_UNAVAILABLE',
    });
    await expect(taps.requests.open(request())).rejects.toMatchObject({ code: 'ERR_RECORD_UNAVAILABLE' });
    taps = await open();
  });
});
