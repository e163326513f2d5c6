import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RevocationScope } from '../../idp/domain/card.ts';
import { publishCards } from '../../idp/flows/publish-cards.ts';
import { createCrlReader } from '../../idp/jpki/crl/crl-reader.ts';
import { openEmbeddedStorage } from '../../idp/storage/embedded.ts';
import { createCardNumbers } from '../../idp/storage/keys/card-numbers.ts';
import { openKeyDirectory } from '../../idp/storage/keys/key-directory.ts';
import { card, organization, person } from '../idp/storage/support/storage-world.ts';
import { multiplyCard, serialNumberOf } from '../support/many-cards.ts';
import { createTestPki } from '../support/test-pki.ts';

const worker = fileURLToPath(new URL('crl-kill-worker.ts', import.meta.url));
const cards = 6_000;
const named = 4_000;
const rounds = 12;
const hourMs = 3_600_000;

describe('a process killed while it applies a list', () => {
  let directory: string;
  let now: number;
  const file = (name: string) => join(directory, name);
  // With its modes: keys that others may read are refused.
  const copy = (name: string) => execFileSync('cp', ['-a', file('before'), file(name)]);

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'kazasu-crl-kill-'));
    const pki = await createTestPki();
    now = pki.now;
    const entries = Array.from({ length: named }, (_, n) => ({
      serialNumber: serialNumberOf(n),
      revocationDate: now - hourMs,
    }));
    const dates = { thisUpdate: now - hourMs, nextUpdate: now + hourMs, crlNumber: 1 };
    const list = pki.newer.issueCrl({ ...dates, entries });
    writeFileSync(file('list.crl'), list);
    writeFileSync(file('anchor.der'), pki.newer.certificate);
    await makeInstallation(file('before'), createCrlReader({ anchors: pki.anchors }).claimedScope(list), now);
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  /** Kills it so long after it began; never, unless said. @returns the last it said, and how long it took */
  async function applyAndKill(dataDir: string, afterMs = Number.POSITIVE_INFINITY) {
    const args = [worker, dataDir, file('list.crl'), file('anchor.der'), String(now)];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    const ended = once(child, 'close');
    await Promise.race([once(child.stdout, 'data'), ended]);
    const begunAt = performance.now();
    if (Number.isFinite(afterMs)) await Promise.race([sleep(afterMs), ended]);
    if (Number.isFinite(afterMs)) child.kill('SIGKILL');
    await ended;
    return { last: said.trim().split('\n').at(-1), ms: performance.now() - begunAt };
  }

  /** What the record and the index say afterwards. */
  async function found(dataDir: string) {
    const keys = await openKeyDirectory(dataDir);
    const storage = await openEmbeddedStorage({ dataDir, keys, clock: { now: () => now } });
    try {
      const { record, cardIndex, audit } = storage;
      const revoked = (await record.cards.list()).filter(({ state }) => state === 'revoked').length;
      const events = await Array.fromAsync(audit.read());
      const numbers = createCardNumbers(keys);
      let refused = 0;
      for (let n = 0; n < named; n += 1) {
        const [facts] = await cardIndex.find(numbers.keyOf({ kind: 'jpki', value: serialNumberOf(n) }));
        if (facts?.state === 'revoked') refused += 1;
      }
      return {
        ...{ revoked, refused, lists: (await record.appliedLists.list()).length },
        ends: (await record.sessionEnds.list(0, cards)).length,
        events: events.filter(({ type }) => type === 'card.revoked-by-list').length,
        applied: events.filter(({ type }) => type === 'crl.applied').length,
        trail: (await audit.verify()).outcome,
      };
    } finally {
      await storage.close();
    }
  }

  const nothing = {
    ...{ revoked: 0, refused: 0, lists: 0, ends: 0 },
    ...{ events: 0, applied: 0, trail: 'intact' },
  };
  const all = {
    ...{ revoked: named, refused: named, lists: 1, ends: named },
    ...{ events: named, applied: 1, trail: 'intact' },
  };

  it(`${rounds} times has applied it wholly or not at all`, { timeout: 240_000 }, async () => {
    copy('whole');
    const whole = await applyAndKill(file('whole'));
    expect(whole.last).toBe('applied');
    expect(await found(file('whole'))).toEqual(all);
    const outcomes: string[] = [];
    for (let round = 0; round < rounds; round += 1) {
      copy('round');
      const { last } = await applyAndKill(file('round'), (whole.ms * round) / rounds);
      const after = await found(file('round'));
      if (after.lists === 0) expect(after).toEqual(nothing);
      else expect(after).toEqual(all);
      // What was said to be done is done.
      if (last === 'applied') expect(after.lists).toBe(1);
      outcomes.push(after.lists === 0 ? 'not at all' : 'wholly');
      rmSync(file('round'), { recursive: true });
    }
    // Killed in time at least once, or the rounds would show nothing.
    expect(outcomes).toContain('not at all');
  });
});

/** A record with one card of that scope, and many like it. */
async function makeInstallation(
  dataDir: string,
  claimed: Partial<RevocationScope> | undefined,
  now: number,
): Promise<void> {
  const { issuerKeyId, distributionPoint } = claimed ?? {};
  if (issuerKeyId === undefined || distributionPoint === undefined)
    throw new Error('the list names no scope');
  const keys = await openKeyDirectory(dataDir);
  const storage = await openEmbeddedStorage({ dataDir, keys, clock: { now: () => now } });
  const holder = person('sato');
  await storage.record.change(async (tables) => {
    await tables.organizations.add(organization);
    await tables.people.put(holder);
    const numbers = createCardNumbers(keys);
    const value = serialNumberOf(cards);
    const key = numbers.keyOf({ kind: 'jpki', value });
    const registered = card(1, holder, {
      ...{ kind: 'jpki', issuerKeyId, revocationScope: { issuerKeyId, distributionPoint } },
      ...{ cardKey: key, sealedNumber: numbers.seal(Buffer.from(value), key) },
    });
    await tables.cards.add(registered);
  });
  await publishCards(storage);
  await storage.close();
  multiplyCard(dataDir, keys, cards);
}
