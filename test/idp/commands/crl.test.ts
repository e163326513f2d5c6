import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { noFiles } from '../../../idp/commands/command.ts';
import { crlImport } from '../../../idp/commands/crl-carry.ts';
import type { CrlStatus } from '../../../idp/commands/crl-status.ts';
import { recordCommands } from '../../../idp/commands/registry.ts';
import { isoTime } from '../../../idp/commands/table.ts';
import type { FlowContext } from '../../../idp/flows/context.ts';
import { importCrl } from '../../../idp/flows/import-crl.ts';
import { createTestPki, type TestPki } from '../../support/test-pki.ts';
import { issueCard } from '../flows/world/cards.ts';
import {
  addDevice,
  addEnrolledReader,
  addOidc,
  addPeople,
  admin,
  registerCard,
} from '../flows/world/people-and-places.ts';
import { codeOf, createWorld, type World } from '../flows/world/world.ts';

const hour = 3_600;
const hourMs = hour * 1_000;
const places = ['Himeji-shi', 'Kobe-shi'];

let pki: TestPki;
let world: World;
let context: FlowContext;

beforeAll(async () => {
  pki = await createTestPki();
});

beforeEach(async () => {
  world = await createWorld(pki);
  const daily = { minutes: 5 * 60 + 30, offsetSeconds: 0 };
  context = { ...world.context, crlPlan: { daily, alarmSeconds: 12 * hour } };
  await addPeople(world, 'sato');
  await addDevice(world, 'printer', true);
  await addOidc(world, 'kiosk', ['card-pin']);
  const desk = await addEnrolledReader(world, 'desk', { kind: 'workstation' });
  for (const municipality of places)
    await registerCard(world, 'sato', issueCard(world, { municipality }), desk);
});

afterEach(() => world.close());

let crlNumber = 5;

async function bring(municipality: string, hours = 72, count = 0): Promise<void> {
  const thisUpdate = world.clock.now();
  const entries = Array.from({ length: count }, (_, n) => ({
    serialNumber: `0f0000${n}0`,
    revocationDate: thisUpdate,
  }));
  const order = { municipality, thisUpdate, nextUpdate: thisUpdate + hours * hourMs, crlNumber, entries };
  crlNumber += 1;
  await importCrl(context, { list: pki.newer.issueCrl(order), from: 'test', actor: admin });
}

function command(name: string) {
  const found = recordCommands.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no command ${name}`);
  return found;
}

const run = (name: string, input: unknown = {}) =>
  command(name).run(context, input, admin, () => undefined, noFiles());

async function status(): Promise<
  CrlStatus & { readonly text: string; readonly succeeded: boolean | undefined }
> {
  const { text, succeeded } = command('crl status');
  const output = (await run('crl status')) as CrlStatus;
  return { ...output, text: text(output), succeeded: succeeded?.(output) };
}

describe('crl status', () => {
  it('names every list that cards name, before there is any', async () => {
    const { lists, clients, lastRun, nextRun, succeeded } = await status();
    expect(lists.map(({ state }) => state)).toEqual(['never applied', 'never applied']);
    expect(lastRun).toBeUndefined();
    expect(nextRun?.distributionPoints).toHaveLength(2);
    expect(succeeded).toBe(false);
    expect(clients).toMatchObject([
      { name: 'kiosk', pinless: 'not accepted' },
      { name: 'printer', pinless: 'refused', lists: 2 },
    ]);
  });

  it('is well only when all are fresh, and says how many a client refuses', async () => {
    await bring('Himeji-shi');
    const half = await status();
    expect(half.succeeded).toBe(false);
    expect(half.text).toContain(
      'refused for cards of 1 of 2 lists, except cards that OCSP confirmed within the last 48 hours',
    );
    expect(half.text).toContain('not accepted here: PIN only');
    expect(half.text).toContain('→ Get the lists that are missing or old: kazasu crl fetch');
    await bring('Kobe-shi');
    const whole = await status();
    expect(whole).toMatchObject({ succeeded: true, lastRun: { trigger: 'import' } });
    expect(whole.clients).toMatchObject([{ pinless: 'not accepted' }, { pinless: 'allowed', lists: 2 }]);
    expect(whole.text).not.toContain('→');
  });

  it('follows a client through its time: allowed, by grace, refused', async () => {
    for (const place of places) await bring(place);
    await run('client policy', { client: 'printer', changes: { staleGraceSeconds: 6 * hour } });
    const said: string[] = [];
    for (const hours of [36, 12, 6]) {
      world.clock.advance(hours * hour);
      const { lists, clients } = await status();
      said.push(`${lists[0]?.state}: ${clients.find(({ name }) => name === 'printer')?.pinless}`);
    }
    world.clock.advance(1);
    const { clients } = await status();
    said.push(clients.find(({ name }) => name === 'printer')?.pinless ?? '');
    expect(said).toEqual(['fresh: allowed', 'expires soon: allowed', 'too old: allowed by grace', 'refused']);
  });

  it('tells when a newer list is due from when clients stop taking this one', async () => {
    const [at] = [world.clock.now()];
    for (const place of places) await bring(place, 24);
    world.clock.advance(25 * hour);
    const { lists, clients, text } = await status();
    expect(lists[0]).toMatchObject({
      ...{
        state: 'out of date',
        nextUpdate: isoTime(at + 24 * hourMs),
        countsUntil: isoTime(at + 48 * hourMs),
      },
    });
    expect(clients[1]).toMatchObject({ pinless: 'allowed', until: isoTime(at + 48 * hourMs) });
    expect(text).toMatch(/DUE BY +COUNTS UNTIL$/m);
  });

  it('gives no time to a list in doubt, although an older one counts on behind it', async () => {
    await bring('Himeji-shi', 72, 10);
    await bring('Himeji-shi', 72, 3);
    const { lists } = await status();
    const doubted = lists.find(({ state }) => state === 'in doubt: shrunk');
    expect(doubted).toMatchObject({ crlNumber: String(crlNumber - 1), entryCount: 3 });
    expect(doubted?.countsUntil).toBeUndefined();
  });

  it('says of a client that asks the issuer at every use that it goes by the answer', async () => {
    await run('client policy', { client: 'printer', changes: { ocspOnEveryUse: true } });
    expect((await status()).text).toContain('each time as the issuer answers');
  });

  it('shows the clients also while no card in use names a list', async () => {
    for (const card of await context.record.cards.list()) {
      await context.record.change((tables) => tables.cards.update({ ...card, state: 'revoked' }, card.state));
    }
    const { text, clients } = await status();
    expect(text).toContain('No card in use names a distribution point.');
    expect(clients.map(({ name }) => name)).toEqual(['kiosk', 'printer']);
  });

  it('says when the next run is, in Japan’s time, and that there is none where lists come by hand', async () => {
    for (const place of places) await bring(place);
    // It is noon in Japan.
    expect((await status()).text).toContain('next run  2026-11-23 05:30 JST (while the server runs)');
    context = { ...context, crlPlan: { alarmSeconds: hour } };
    expect((await status()).text).toContain('next run  none');
  });
});

describe('crl fetch', () => {
  it.each([
    ['shrunk', 'kazasu crl status says what to do'],
    ['distribution-point-missing', 'set KAZASU_CRL_WITHOUT_DISTRIBUTION_POINT=true'],
  ])('has not succeeded with a list in doubt (%s), and says what to do', (reason, next) => {
    const came = { distributionPoint: 'CN=Himeji-shi CRLDP', outcome: 'applied', seconds: 1, crlNumber: '7' };
    const fetched = { lists: [{ ...came, entryCount: 3, revoked: 0, reason }] };
    const { text, succeeded } = command('crl fetch');
    expect(succeeded?.(fetched)).toBe(false);
    expect(command('crl import').succeeded?.({ ...fetched, missing: [] })).toBe(false);
    expect(text(fetched)).toContain(next);
  });

  it('of a distribution point that no card names is a mistake, and is called so', async () => {
    const fetched = run('crl fetch', { distributionPoints: ['CN=Himeji-shi'] });
    expect(await codeOf(fetched)).toBe('ERR_DISTRIBUTION_POINT');
    expect(await context.record.crlRuns.list(1)).toEqual([]);
  });

  it('says why nothing came, and looks at what that means', async () => {
    const fetched = await run('crl fetch');
    expect(command('crl fetch').succeeded?.(fetched)).toBe(false);
    expect(command('crl fetch').text(fetched)).toContain('not fetched');
    expect(await world.trail('crl.alarm')).toMatchObject([{ reason: 'missing' }, { reason: 'missing' }]);
  });
});

describe('crl import of a directory that others write to', () => {
  it('tells a file’s name in one line, whatever it holds', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'kazasu-import-'));
    try {
      writeFileSync(join(directory, 'a\nCN=Himeji-shi CRLDP: list 9 applied\u001b[2J.crl'), 'x');
      const input = await crlImport.read({ positional: [directory], options: {} });
      const [file] = await Array.fromAsync(crlImport.files?.(input) ?? noFiles());
      expect(file?.name).toBe('a\ufffdCN=Himeji-shi CRLDP: list 9 applied\ufffd[2J.crl');
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('ends before it begins where there are more files than lists in the country', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'kazasu-import-'));
    try {
      for (let n = 0; n <= 10_000; n += 1) writeFileSync(join(directory, `${n}.crl`), '');
      const reading = async () => crlImport.read({ positional: [directory], options: {} });
      expect(await codeOf(reading())).toBe('ERR_CRL_DIRECTORY');
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('sends what can be a list, and nothing of what would be waited for', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'kazasu-import-'));
    try {
      writeFileSync(join(directory, 'a.crl'), 'a list');
      execFileSync('mkfifo', [join(directory, 'b.crl')]);
      symlinkSync('/dev/zero', join(directory, 'c.crl'));
      writeFileSync(join(directory, 'd.crl'), '');
      truncateSync(join(directory, 'd.crl'), 300 * 1024 * 1024);
      const input = await crlImport.read({ positional: [directory], options: {} });
      const files = await Array.fromAsync(crlImport.files?.(input) ?? []);
      expect(files.map(({ name, octets }) => `${name} ${octets.length}`)).toEqual([
        'a.crl 6',
        'b.crl 0',
        'c.crl 0',
        'd.crl 0',
      ]);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
