import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ClientId } from '../../../idp/domain/login-policy.ts';
import type { ReaderId } from '../../../idp/domain/reader.ts';
import type { PairingId } from '../../../idp/domain/station.ts';
import type { StationRequest } from '../../../idp/ports/station-requests.ts';
import { openSqliteTaps } from '../../../idp/storage/sqlite/taps.ts';
import { cardKey, start, tap, temporaryDirectory } from './support/storage-world.ts';

const hundred = Array.from({ length: 100 }, (_, n) => n + 1);
const readerId = 'reader-1' as ReaderId;
const shownUntil = start + 60_000;

const request = (interactionHash: string, changed: Partial<StationRequest> = {}): StationRequest => ({
  ...{ interactionHash, readerId, pairingId: 'pairing-1' as PairingId, clientId: 'client-1' as ClientId },
  ...{ openedAt: start, expiresAt: start + 30_000 },
  ...changed,
});

let directory: ReturnType<typeof temporaryDirectory>;
let taps: Awaited<ReturnType<typeof openSqliteTaps>>;
let counter = 0;

const open = () => openSqliteTaps(join(directory.path, 'taps.sqlite'));

beforeEach(async () => {
  directory = temporaryDirectory();
  taps = await open();
});

afterEach(async () => {
  await taps.close();
  directory.remove();
});

async function opened(of: StationRequest): Promise<string> {
  const { interactionHash, pairingId } = of;
  const challengeHash = `challenge of ${interactionHash}`;
  await taps.stations.challenge({ interactionHash, pairingId, challengeHash, expiresAt: start + 30_000 });
  return taps.stations.open(of, challengeHash);
}

async function held(card: number, receivedAt = start + 1_000): Promise<void> {
  counter += 1;
  const held = tap(`tap-${counter}`, { cardKey: cardKey(card), receivedAt, readAt: receivedAt });
  const { nonce: _, ...unprompted } = held;
  expect(await taps.keep(unprompted, { counter })).toBe('kept');
}

const look = (hash: string, now = start + 2_000) => taps.stations.look(hash, now, shownUntil);

describe('a challenge of a station', () => {
  it('is used once, also by a hundred at once', async () => {
    const of = request('a');
    const { interactionHash, pairingId } = of;
    await taps.stations.challenge({ interactionHash, pairingId, challengeHash: 'c', expiresAt: start + 1 });
    const outcomes = await Promise.all(hundred.map(() => taps.stations.open(of, 'c')));
    expect(outcomes.filter((outcome) => outcome === 'opened')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'challenge-unknown')).toHaveLength(99);
  });

  it('ends in the millisecond in which it expires', async () => {
    const of = request('a');
    const { interactionHash, pairingId } = of;
    await taps.stations.challenge({ interactionHash, pairingId, challengeHash: 'c', expiresAt: start });
    expect(await taps.stations.open(of, 'c')).toBe('challenge-unknown');
  });
});

describe('the tap of a station’s request', () => {
  it('is taken once, also by a hundred at once and after reopening', async () => {
    await opened(request('a'));
    await held(1);
    expect(await look('a')).toMatchObject({ state: 'shown', tap: { cardKey: cardKey(1) } });
    const takes = await Promise.all(hundred.map(() => taps.stations.take('a', start + 3_000)));
    expect(takes.filter(({ outcome }) => outcome === 'taken')).toHaveLength(1);
    await taps.close();
    taps = await open();
    expect(await taps.stations.take('a', start + 3_000)).toEqual({ outcome: 'confirmation-unknown' });
    expect(await look('a')).toEqual({ state: 'none' });
  });

  it('serves no device as well', async () => {
    await opened(request('a'));
    await held(1);
    await look('a');
    expect(await taps.takeUnprompted(cardKey(1), [readerId], start, 5)).toBeUndefined();
  });

  it('is not one that a device has used', async () => {
    await opened(request('a'));
    await held(1);
    expect(await taps.takeUnprompted(cardKey(1), [readerId], start, 5)).toBeDefined();
    expect(await look('a')).toMatchObject({ state: 'waiting' });
  });

  it.each([
    ['in the millisecond in which it was opened', start, 'waiting'],
    ['in the millisecond after', start + 1, 'shown'],
    ['in the last millisecond', start + 29_999, 'shown'],
  ])('received %s: %s', async (_when, receivedAt, state) => {
    await opened(request('a'));
    await held(1, receivedAt);
    expect(await look('a', start + 29_999)).toMatchObject({ state });
  });
});

it('of two requests at one reader both are refused, in whichever order of a hundred they come', async () => {
  const outcomes = await Promise.all(hundred.map((n) => opened(request(`a${n}`))));
  // The first found nobody else; by the second both were refused, and so on in turn.
  const standings = await Promise.all(hundred.map((n) => look(`a${n}`)));
  const waiting = standings.filter(({ state }) => state === 'waiting');
  expect(outcomes.filter((outcome) => outcome === 'opened').length).toBeLessThanOrEqual(50);
  expect(waiting.length).toBeLessThanOrEqual(1);
});

it('an older request that ran out stands in nobody’s way, and gets no tap any more', async () => {
  await opened(request('a'));
  await held(1, start + 29_999);
  const later = { openedAt: start + 30_000, expiresAt: start + 60_000 };
  const { interactionHash, pairingId } = request('b');
  const challenge = { interactionHash, pairingId, challengeHash: 'c', expiresAt: start + 60_000 };
  await taps.stations.challenge(challenge);
  expect(await taps.stations.open(request('b', later), 'c')).toBe('opened');
  expect(await look('a', start + 30_000)).toEqual({ state: 'refused', reason: 'time-over' });
  expect(await look('b', start + 30_000)).toMatchObject({ state: 'waiting' });
});

it('what ended is forgotten', async () => {
  await opened(request('a'));
  await taps.stations.sweep(start + 30_000);
  expect(await look('a')).toMatchObject({ state: 'waiting' });
  await taps.stations.sweep(start + 30_001);
  expect(await look('a')).toEqual({ state: 'none' });
});
