import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCrlThread } from '../../idp/crl-thread.ts';
import { defaultCardProfiles } from '../../idp/domain/card-profile.ts';
import { schedule } from '../../idp/domain/registration.ts';
import { applyCrl } from '../../idp/flows/apply-crl.ts';
import type { FlowContext } from '../../idp/flows/context.ts';
import { importCrl } from '../../idp/flows/import-crl.ts';
import { logInFromDevice } from '../../idp/flows/log-in-from-device.ts';
import type { CrlReading } from '../../idp/ports/crl-worker.ts';
import { issueCard } from '../idp/flows/world/cards.ts';
import {
  addDevice,
  addEnrolledReader,
  addPeople,
  registerCard,
} from '../idp/flows/world/people-and-places.ts';
import { createWorld, type World } from '../idp/flows/world/world.ts';
import { multiplyCard, serialNumberOf } from '../support/many-cards.ts';
import { createTestPki, type TestPki } from '../support/test-pki.ts';

const cards = 1_000_000;
const everyHowMany = 100;
const named = Array.from({ length: cards / everyHowMany }, (_, index) => index * everyHowMany);
const spared = Array.from({ length: 1_000 }, (_, index) => index * everyHowMany + 1);
const hourMs = 3_600_000;

describe('a million registered cards and a list that names ten thousand of them', () => {
  let pki: TestPki;
  let world: World;
  let context: FlowContext;
  let printer: string;
  let list: Uint8Array;
  let reading: Measured<CrlReading>;

  beforeAll(async () => {
    pki = await createTestPki();
    world = await createWorld(pki, undefined, tmpdir());
    const { dataDir, keys, clock } = world;
    await addPeople(world, 'sato');
    const desk = await addEnrolledReader(world, 'desk', { kind: 'workstation' });
    printer = (await addDevice(world, 'printer', true)).clientId;
    await registerCard(world, 'sato', issueCard(world), desk);
    multiplyCard(dataDir, keys, cards);
    const crlWorker = createCrlThread({
      ...{ dataDir, keys, clock, profiles: defaultCardProfiles, allowTestAuthorities: true },
      ...{ crlSources: [], sourceOptions: {}, anchors: () => pki.anchors },
    });
    context = { ...world.context, crlWorker };
    list = pki.newer.issueCrl({
      ...{ thisUpdate: pki.now - hourMs, nextUpdate: pki.now + 24 * hourMs, crlNumber: 1 },
      entries: named.map((n) => ({ serialNumber: serialNumberOf(n), revocationDate: pki.now - hourMs })),
    });
  }, 400_000);

  afterAll(async () => {
    await context?.crlWorker.close();
    await world?.close();
  });

  async function ask(n: number): Promise<string> {
    const number = { kind: 'jpki', value: serialNumberOf(n) } as const;
    const outcome = await logInFromDevice(context, { clientId: printer, number });
    return outcome.outcome === 'granted' ? 'granted' : outcome.reason;
  }

  /** How many were told what. */
  async function told(asked: readonly number[]): Promise<{ readonly [answer: string]: number }> {
    const counts: { [answer: string]: number } = {};
    for (let from = 0; from < asked.length; from += 100) {
      for (const answer of await Promise.all(asked.slice(from, from + 100).map(ask))) {
        counts[answer] = (counts[answer] ?? 0) + 1;
      }
    }
    return counts;
  }

  it('all ten thousand are refused on the next operation, and nobody else', {
    timeout: 300_000,
  }, async () => {
    expect(await told(named.slice(0, 100))).toEqual({ granted: 100 });
    reading = await measured('numbers opened and list read', () => context.crlWorker.read(copyOf(list)));
    expect(reading.result.verdict).toMatchObject({ outcome: 'read', entryCount: named.length });
    // Sign-ins go on meanwhile: the thread shares the machine with them, not the event loop.
    expect(reading.longestDelayMs).toBeLessThan(250);
    // The thread itself, and twenty octets a card.
    expect(reading.peakMiB).toBeLessThan(200);
    const applied = await measured('ten thousand cards revoked', () =>
      applyCrl(context, { reading: reading.result, from: 'test', actor: schedule }),
    );
    expect(applied.result).toMatchObject({ outcome: 'applied', revoked: named.length });
    expect(await told(named)).toEqual({ 'card-revoked': named.length });
    expect(await told(spared)).toEqual({ granted: spared.length });
  });

  it('the same list again costs a look at who registered since', { timeout: 60_000 }, async () => {
    const request = { list: copyOf(list), from: 'test', actor: schedule };
    const again = await measured('the same list again', () => importCrl(context, request));
    expect(again.result.lists).toMatchObject([{ outcome: 'unchanged', revoked: 0 }]);
    expect(again.seconds).toBeLessThan(reading.seconds / 2);
  });
});

const copyOf = (list: Uint8Array): Uint8Array => new Uint8Array(list);

/** Of this process, all its threads, without what it has mapped of files; where the system says so. */
function anonymousMiB(): number {
  try {
    return Number(/RssAnon:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024;
  } catch {
    return 0;
  }
}

interface Measured<T> {
  readonly result: T;
  readonly seconds: number;
  readonly longestDelayMs: number;
  readonly peakMiB: number;
}

async function measured<T>(what: string, work: () => Promise<T>): Promise<Measured<T>> {
  const before = anonymousMiB();
  let peak = before;
  const watch = setInterval(() => {
    peak = Math.max(peak, anonymousMiB());
  }, 50);
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const startedAt = performance.now();
  try {
    const result = await work();
    const seconds = (performance.now() - startedAt) / 1_000;
    const longestDelayMs = delay.max / 1e6;
    const peakMiB = peak - before;
    process.stdout.write(
      `${what}: ${seconds.toFixed(1)} s, event loop held up ${longestDelayMs.toFixed(0)} ms at most, ${peakMiB.toFixed(0)} MiB\n`,
    );
    return { result, seconds, longestDelayMs, peakMiB };
  } finally {
    clearInterval(watch);
    delay.disable();
  }
}
