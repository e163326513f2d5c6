import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCrlThread } from '../../idp/crl-thread.ts';
import { defaultCardProfiles } from '../../idp/domain/card-profile.ts';
import { schedule } from '../../idp/domain/registration.ts';
import { fetchCrls } from '../../idp/flows/fetch-crls.ts';
import type { CrlProgress, CrlWorker } from '../../idp/ports/crl-worker.ts';
import { issueCard } from '../idp/flows/world/cards.ts';
import { addEnrolledReader, addPeople, registerCard } from '../idp/flows/world/people-and-places.ts';
import { createWorld, type World } from '../idp/flows/world/world.ts';
import { type CrlDirectory, startCrlDirectory } from '../support/crl-directory.ts';
import { requirePrograms } from '../support/programs.ts';
import { createTestPki, type TestPki } from '../support/test-pki.ts';

const missing = requirePrograms('slapd', 'ldapsearch');
const hourMs = 3_600_000;

describe.skipIf(missing)('lists of a directory, fetched and read in the thread', () => {
  let pki: TestPki;
  let world: World;
  let directory: CrlDirectory;
  let crlWorker: CrlWorker;

  beforeAll(async () => {
    pki = await createTestPki();
    world = await createWorld(pki);
    await addPeople(world, 'sato');
    const desk = await addEnrolledReader(world, 'desk', { kind: 'workstation' });
    const cards = Array.from({ length: 3 }, () => issueCard(world));
    for (const card of cards) await registerCard(world, 'sato', card, desk);
    directory = await startCrlDirectory(list(1, 0, []));
    const { dataDir, keys, clock } = world;
    crlWorker = createCrlThread({
      ...{ dataDir, keys, clock, profiles: defaultCardProfiles, allowTestAuthorities: true },
      ...{ crlSources: [directory.url], sourceOptions: {}, anchors: () => pki.anchors },
    });
  });

  afterAll(async () => {
    await crlWorker?.close();
    await directory?.close();
    await world?.close();
  });

  /** Strangers, and last of all some of ours. */
  function list(crlNumber: number, strangers: number, named: readonly string[]): Uint8Array {
    const revocationDate = pki.now - hourMs;
    const entries = Array.from({ length: strangers }, (_, n) => (0x7000_0000 + n).toString(16));
    return pki.newer.issueCrl({
      ...{ thisUpdate: pki.now - hourMs, nextUpdate: pki.now + hourMs, crlNumber },
      entries: [...entries, ...named].map((serialNumber) => ({
        ...{ serialNumber, revocationDate, reason: 'superseded' },
      })),
    });
  }

  it.each([
    [10, 2],
    [10_000, 3],
    [1_000_000, 4],
  ])(
    'of %d entries come whole and are applied, and hold nobody up',
    { timeout: 200_000 },
    async (entries, number) => {
      const inUse = (await world.context.record.cards.list()).filter(({ state }) => state === 'active');
      const victim = inUse[0]!;
      const { numbers } = world.context;
      const serialNumber = Buffer.from(numbers.open(victim.sealedNumber, victim.cardKey)).toString();
      await directory.publish(list(number, entries - 1, [serialNumber]));
      const said: CrlProgress[] = [];
      const delay = monitorEventLoopDelay({ resolution: 5 });
      delay.enable();
      const startedAt = performance.now();
      const run = await fetchCrls(
        { ...world.context, crlWorker },
        { trigger: 'schedule', actor: schedule, onProgress: (progress) => said.push(progress) },
      );
      const seconds = (performance.now() - startedAt) / 1_000;
      delay.disable();
      const longestMs = delay.max / 1e6;
      process.stdout.write(
        `${entries} entries: ${seconds.toFixed(1)} s, event loop held up ${longestMs.toFixed(0)} ms at most\n`,
      );
      expect(run.lists).toMatchObject([
        { outcome: 'applied', entryCount: entries, revoked: 1, from: directory.url },
      ]);
      expect((await world.context.record.cards.find(victim.cardId))?.state).toBe('revoked');
      expect(longestMs).toBeLessThan(250);
      const stages = new Set(said.map(({ stage }) => stage));
      expect([...stages]).toEqual(['fetching', 'reading', 'applying']);
      const octets = said.flatMap((progress) => progress.octets ?? []);
      // A long one is told of on the way, rising and never more often than anybody would look.
      if (entries === 1_000_000) expect(octets.length).toBeGreaterThan(20);
      expect(octets.length).toBeLessThan(150);
      expect(octets).toEqual([...octets].sort((one, other) => one - other));
    },
  );
});
