import { writeSync } from 'node:fs';
import { argv } from 'node:process';
import { setImmediate as nextTurnOfTheEventLoop } from 'node:timers/promises';
import { openEmbeddedStorage } from '../../idp/storage/embedded.ts';
import { openKeyDirectory } from '../../idp/storage/keys/key-directory.ts';
import {
  card,
  operator,
  organization,
  person,
  prompted,
  start,
  tap,
} from '../idp/storage/support/storage-world.ts';

// Writes as fast as it can, and names each thing on standard output once it was told that it is kept. Never ends.
const [, , dataDir = '', round = '0'] = argv;
const storage = await openEmbeddedStorage({
  dataDir,
  keys: await openKeyDirectory(dataDir),
  clock: { now: () => start },
});
const { record, audit, taps, cardIndex } = storage;
/** Waits where the reader is slower than we are: what is not said does not count as kept. */
function acknowledge(what: string): void {
  for (;;) {
    try {
      writeSync(1, `${what}\n`);
      return;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}
const holder = person('tanaka');

await record.change(async (tables) => {
  if ((await tables.organizations.list()).length === 0) await tables.organizations.add(organization);
  await tables.people.put(holder);
});

/** A card added with its event, published to the index, and suspended again. */
async function changes(): Promise<void> {
  for (let n = Number(round) * 1_000_000; ; n += 1) {
    const added = card(n, holder);
    await record.change(async (tables) => {
      await tables.cards.add(added);
      await tables.audit.append({
        at: start,
        type: 'registration.approved',
        actor: operator,
        subject: added.cardId,
      });
    });
    acknowledge(`card ${added.cardId}`);
    const facts = await record.factsOf(added.cardKey);
    await cardIndex.put(added.cardKey, facts);
    await record.indexed([{ cardKey: added.cardKey, facts }]);
    await record.change((tables) => tables.cards.update({ ...added, state: 'suspended' }, 'active'));
    acknowledge(`suspended ${added.cardId}`);
  }
}

async function signIns(lane: number): Promise<void> {
  for (let n = 0; ; n += 1) {
    const subject = `sign-in-${round}-${lane}-${n}`;
    await audit.append({ at: start, type: 'login.granted', actor: operator, subject });
    acknowledge(`event ${subject}`);
    // Some thousands tell as much as millions would.
    await nextTurnOfTheEventLoop();
  }
}

async function presentations(): Promise<void> {
  for (let n = 0; ; n += 1) {
    const id = `${round}-${n}`;
    await taps.open(prompted(id));
    await taps.keep(tap(`tap-${id}`, { nonce: `nonce-${id}` }), { returnCodeHash: `code-${id}` });
    acknowledge(`tap tap-${id}`);
    const { outcome } = await taps.redeem(`code-${id}`, ['browser'], start);
    acknowledge(`${outcome} code-${id}`);
  }
}

await Promise.all([changes(), signIns(1), signIns(2), presentations()]);
