import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CardId } from '../../idp/domain/card.ts';
import type { TapId } from '../../idp/domain/tap.ts';
import { type EmbeddedStorage, openEmbeddedStorage } from '../../idp/storage/embedded.ts';
import { openKeyDirectory } from '../../idp/storage/keys/key-directory.ts';
import { start, temporaryDirectory } from '../idp/storage/support/storage-world.ts';

const worker = fileURLToPath(new URL('record-kill-worker.ts', import.meta.url));
const rounds = 20;
const startMs = 600;
const longestLifeMs = 500;

describe('a process killed at any moment', () => {
  let directory: ReturnType<typeof temporaryDirectory>;
  const acknowledged = new Map<string, string[]>();

  beforeAll(() => {
    directory = temporaryDirectory();
  });
  afterAll(() => directory.remove());

  /** Lets the worker live for a while, kills it, and remembers what it said was kept. */
  async function killOne(round: number): Promise<void> {
    const child = spawn(process.execPath, [worker, directory.path, String(round)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const output = text(child.stdout);
    await once(child.stdout, 'readable');
    await sleep(Math.random() * longestLifeMs);
    child.kill('SIGKILL');
    // A line that was cut in two was not said.
    for (const line of (await output).split('\n').slice(0, -1)) {
      const [kind = '', id = ''] = line.split(' ');
      acknowledged.set(kind, [...(acknowledged.get(kind) ?? []), id]);
    }
  }

  async function withStorage(work: (storage: EmbeddedStorage) => Promise<void>): Promise<void> {
    const keys = await openKeyDirectory(directory.path);
    const storage = await openEmbeddedStorage({ dataDir: directory.path, keys, clock: { now: () => start } });
    await work(storage).finally(() => storage.close());
  }

  const said = (kind: string) => {
    const ids = acknowledged.get(kind) ?? [];
    // Otherwise the round would show nothing.
    expect(ids.length, kind).toBeGreaterThan(0);
    return ids;
  };

  it(`${rounds} times loses no acknowledged change, event or tap, and the chain holds`, {
    timeout: rounds * (startMs + longestLifeMs) + 60_000,
  }, async () => {
    for (let round = 0; round < rounds; round += 1) await killOne(round);
    await withStorage(async ({ record, audit, taps, cardIndex }) => {
      expect((await audit.verify()).outcome).toBe('intact');
      const subjects = new Set((await Array.fromAsync(audit.read())).map(({ subject }) => subject));
      for (const id of said('event')) expect(subjects.has(id), id).toBe(true);

      const cards = new Map((await record.cards.list()).map((card) => [card.cardId, card]));
      for (const id of said('card')) expect(cards.has(id as CardId) && subjects.has(id), id).toBe(true);
      for (const id of said('suspended')) expect(cards.get(id as CardId)?.state, id).toBe('suspended');
      // Card and event are one change: neither is there without the other.
      const approvals = [...subjects].filter((subject) => subject?.startsWith('card-'));
      expect(approvals.length).toBe(cards.size);

      for (const id of said('tap')) expect(await taps.find(id as TapId), id).toBeDefined();
      for (const code of said('redeemed')) {
        const again = await taps.redeem(code, ['browser'], start);
        expect(again.outcome, code).toBe('return-code-used');
      }

      const pending = new Set(await record.pendingIndexKeys());
      for (const { cardKey, cardId, state } of cards.values()) {
        const inIndex = (await cardIndex.find(cardKey)).find((facts) => facts.cardId === cardId);
        expect(inIndex?.state, cardId).toBe(state);
        if (state === 'active') continue;
        // The index was told of the card when it was active, and not since: that must not be forgotten.
        expect(pending.has(cardKey), cardId).toBe(true);
      }
    });
  });
});
