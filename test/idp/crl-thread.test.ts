import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { crlFileName } from '../../connectors/jpki/crl-file-name.ts';
import { type CrlThreadOptions, createCrlThread } from '../../idp/crl-thread.ts';
import type { RevocationScope } from '../../idp/domain/card.ts';
import { defaultCardProfiles } from '../../idp/domain/card-profile.ts';
import { schedule } from '../../idp/domain/registration.ts';
import { fetchCrls } from '../../idp/flows/fetch-crls.ts';
import { importCrl } from '../../idp/flows/import-crl.ts';
import type { CrlProgress, CrlWorker } from '../../idp/ports/crl-worker.ts';
import { createTestPki, pem, type TestPki } from '../support/test-pki.ts';
import { type Card, issueCard } from './flows/world/cards.ts';
import { addEnrolledReader, addPeople, admin, registerCard } from './flows/world/people-and-places.ts';
import { codeOf, createWorld, type World } from './flows/world/world.ts';

const hourMs = 3_600_000;
let pki: TestPki;
let world: World;
let card: Card;
let scope: RevocationScope;
let directory: string;
const threads: CrlWorker[] = [];

beforeAll(async () => {
  pki = await createTestPki();
});

beforeEach(async () => {
  world = await createWorld(pki);
  directory = mkdtempSync(join(tmpdir(), 'kazasu-lists-'));
  await addPeople(world, 'sato');
  const desk = await addEnrolledReader(world, 'desk', { kind: 'workstation' });
  card = issueCard(world);
  await registerCard(world, 'sato', card, desk);
  [scope] = (await world.context.record.cards.revocationScopes()) as [RevocationScope];
});

afterEach(async () => {
  for (const thread of threads.splice(0)) await thread.close();
  await world.close();
  rmSync(directory, { recursive: true, force: true });
});

function thread(changes: Partial<CrlThreadOptions> = {}): CrlWorker {
  const { dataDir, keys, clock } = world;
  const made = createCrlThread({
    ...{ dataDir, keys, clock },
    profiles: defaultCardProfiles,
    allowTestAuthorities: true,
    crlSources: [pathToFileURL(directory).href],
    sourceOptions: {},
    anchors: () => pki.anchors,
    ...changes,
  });
  threads.push(made);
  return made;
}

const list = (crlNumber = 10, serialNumbers: readonly string[] = [card.serialNumber]): Uint8Array =>
  pki.newer.issueCrl({
    thisUpdate: pki.now - hourMs,
    nextUpdate: pki.now + 24 * hourMs,
    crlNumber,
    entries: serialNumbers.map((serialNumber) => ({ serialNumber, revocationDate: pki.now - hourMs })),
  });

const states = async () => (await world.context.record.cards.list()).map(({ state }) => state);

describe('the thread for lists', () => {
  it('fetches a list, reads it against the record, and says how it goes', async () => {
    writeFileSync(join(directory, crlFileName(scope.distributionPoint)), list());
    const said: CrlProgress[] = [];
    const fetched = await thread().fetch(scope.distributionPoint, (progress) => said.push(progress));
    expect(fetched).toMatchObject({
      outcome: 'fetched',
      readings: [
        {
          verdict: { outcome: 'read', ...scope, hits: [{ serialNumber: card.serialNumber }] },
          octets: list().length,
        },
      ],
    });
    expect(said.map(({ stage }) => stage)).toEqual(expect.arrayContaining(['fetching', 'reading']));
    expect(new Set(said.map(({ distributionPoint }) => distributionPoint))).toEqual(
      new Set([scope.distributionPoint]),
    );
  });

  it('is what the daily run revokes cards by', async () => {
    writeFileSync(join(directory, crlFileName(scope.distributionPoint)), list());
    const context = { ...world.context, crlWorker: thread() };
    const run = await fetchCrls(context, { trigger: 'schedule', actor: schedule });
    expect(run.lists).toMatchObject([{ outcome: 'applied', revoked: 1, crlNumber: '10' }]);
    expect(await states()).toEqual(['revoked']);
  });

  it('reads a list at hand, DER or PEM, one after the other whatever comes at once', async () => {
    const context = { ...world.context, crlWorker: thread() };
    const request = { from: 'test', actor: admin };
    const text = Buffer.from(pem('X509 CRL', list(10)));
    const runs = await Promise.all([
      importCrl(context, { ...request, list: text }),
      importCrl(context, { ...request, list: list(11, []) }),
    ]);
    expect(runs.flatMap(({ lists }) => lists.map(({ outcome, crlNumber }) => [outcome, crlNumber]))).toEqual([
      ['applied', '10'],
      ['applied', '11'],
    ]);
    expect(await states()).toEqual(['revoked']);
  });

  it('takes a long list over instead of copying it, and leaves the neighbours of a short one alone', async () => {
    const long = new Uint8Array(list());
    await thread().read(long);
    expect(long.byteLength).toBe(0);
    const pool = new Uint8Array(10_000).fill(7);
    pool.set(list(), 100);
    await thread().read(pool.subarray(100, 100 + list().length));
    expect(pool[0]).toBe(7);
  });

  it('trusts the anchors of the moment in which the work is given', async () => {
    let anchors = pki.anchors;
    const worker = thread({ anchors: () => anchors });
    anchors = [];
    const before = await worker.read(list());
    anchors = pki.anchors;
    const after = await worker.read(list());
    expect([before.verdict, after.verdict]).toMatchObject([
      { outcome: 'refused', reason: 'issuer-unknown' },
      { outcome: 'read' },
    ]);
  });

  it('says that no source had the list, and why', async () => {
    expect(await thread().fetch(scope.distributionPoint)).toMatchObject({
      outcome: 'unavailable',
      message: expect.stringContaining('file:'),
    });
    expect(await thread({ crlSources: [] }).fetch(scope.distributionPoint)).toMatchObject({
      message: expect.stringContaining('KAZASU_CRL_SOURCES'),
    });
  });

  it('ends when it has had nothing to do for a while, and begins anew', async () => {
    const worker = thread({ idleSeconds: 0.05 });
    await worker.read(list());
    await sleep(200);
    expect((await worker.read(list())).verdict.outcome).toBe('read');
  });
});

describe('a list that could not be read is a fault, never "nobody revoked":', () => {
  it('the record is out of reach', async () => {
    const worker = thread({ dataDir: join(directory, 'nothing-here') });
    expect(await codeOf(worker.read(list()))).toBe('ERR_RECORD_UNAVAILABLE');
  });

  it('a number does not open', async () => {
    const { cardKeySecret } = world.keys;
    const worker = thread({ keys: { cardKeySecret, numberKey: cardKeySecret } });
    expect(await codeOf(worker.read(list()))).toBe('ERR_KEYS_UNAVAILABLE');
  });

  it('the thread dies, and the next one does its work', async () => {
    const notAnAnchor = [{ ...pki.anchors[0]!, der: new Uint8Array([1, 2, 3]) }];
    let anchors: typeof pki.anchors = notAnAnchor;
    const worker = thread({ anchors: () => anchors });
    expect(await codeOf(worker.read(list()))).toBe('ERR_CRL_WORKER_UNAVAILABLE');
    anchors = pki.anchors;
    expect((await worker.read(list())).verdict.outcome).toBe('read');
  });

  it('the thread hangs, and the next one does its work', async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const worker = thread({ crlSources: [`http://127.0.0.1:${port}/`], silenceSeconds: 4 });
    try {
      expect(await codeOf(worker.fetch(scope.distributionPoint))).toBe('ERR_CRL_WORKER_UNAVAILABLE');
      expect((await worker.read(list())).verdict.outcome).toBe('read');
    } finally {
      silent.closeAllConnections();
      silent.close();
    }
  });

  it('it is closed meanwhile', async () => {
    const worker = thread();
    const reading = codeOf(worker.read(list()));
    await worker.close();
    expect(await reading).toBe('ERR_CRL_WORKER_UNAVAILABLE');
    expect(await codeOf(worker.read(list()))).toBe('ERR_CRL_WORKER_UNAVAILABLE');
  });

  it('a run goes on, says so, and revokes nobody', async () => {
    const { cardKeySecret } = world.keys;
    writeFileSync(join(directory, crlFileName(scope.distributionPoint)), list());
    const crlWorker = thread({ keys: { cardKeySecret, numberKey: cardKeySecret } });
    const run = await fetchCrls({ ...world.context, crlWorker }, { trigger: 'schedule', actor: schedule });
    expect(run.lists).toMatchObject([{ outcome: 'unavailable', reason: expect.stringContaining('number') }]);
    expect(await states()).toEqual(['active']);
    expect(await world.context.record.crlRuns.list(1)).toEqual([run]);
    expect(await world.context.record.appliedLists.list()).toEqual([]);
  });
});
