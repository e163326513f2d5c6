import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { crlFileName } from '../../../connectors/jpki/crl-file-name.ts';
import { noFiles, type RecordCommand } from '../../../idp/commands/command.ts';
import { shownCarried } from '../../../idp/commands/crl-carried-text.ts';
import { crlRefusalText } from '../../../idp/commands/crl-refusal-text.ts';
import { recordCommands } from '../../../idp/commands/registry.ts';
import type { CarriedList } from '../../../idp/flows/carry-lists.ts';
import { createTestPki, type TestPki } from '../../support/test-pki.ts';
import { issueCard } from '../flows/world/cards.ts';
import { addEnrolledReader, addPeople, admin, registerCard } from '../flows/world/people-and-places.ts';
import { codeOf, createWorld, type World } from '../flows/world/world.ts';

const point =
  'CN=Himeji-shi CRLDP,OU=Demo-ken,OU=CRL Distribution Points,OU=JPKI for user authentication,O=JPKI-TEST,C=JP';
const hourMs = 3_600_000;

let pki: TestPki;
let world: World;
let directory: string;

beforeAll(async () => {
  pki = await createTestPki();
});
beforeEach(async () => {
  world = await createWorld(pki);
  directory = mkdtempSync(join(tmpdir(), 'kazasu-carry-'));
});
afterEach(async () => {
  rmSync(directory, { recursive: true, force: true });
  await world.close();
});

function command(name: string): RecordCommand {
  const found = recordCommands.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no command ${name}`);
  return found;
}

/** As the command line runs it where no server is. */
async function run(name: string, positional: readonly string[] = [], options = {}): Promise<Ran> {
  const { read, files, run: runs, text, succeeded } = command(name);
  const input = await read({ positional, options: { limit: '10', ...options } });
  const given = files?.(input) ?? noFiles();
  const output = await runs(world.context, input, admin, () => undefined, given);
  return { text: text(output), json: JSON.stringify(output), succeeded: succeeded?.(output) ?? true };
}

interface Ran {
  readonly text: string;
  readonly json: string;
  readonly succeeded: boolean;
}

async function registerInHimeji(): Promise<void> {
  await addPeople(world, 'sato');
  const desk = await addEnrolledReader(world, 'desk', { kind: 'workstation' });
  await registerCard(world, 'sato', issueCard(world, { municipality: 'Himeji-shi' }), desk);
}

const list = (crlNumber: number) =>
  pki.newer.issueCrl({
    ...{ municipality: 'Himeji-shi', crlNumber, entries: [] },
    thisUpdate: world.clock.now() - hourMs,
    nextUpdate: world.clock.now() + 48 * hourMs,
  });
const put = (content: Uint8Array | string) => writeFileSync(join(directory, crlFileName(point)), content);

/** Root may read everything. */
async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  const isRoot = process.getuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  try {
    return await work();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

describe('a directory of lists', () => {
  it('that may not be read is said to be, as a file is', async () => {
    chmodSync(directory, 0o755);
    const closed = join(directory, 'closed');
    mkdirSync(closed, { mode: 0o000 });
    const reading = async () => command('crl import').read({ positional: [closed], options: {} });
    expect(await asNobody(() => codeOf(reading()))).toBe('ERR_FILE');
    await expect(asNobody(reading)).rejects.toThrow(`${closed} cannot be read: you may not read it.`);
  });

  it('is told with each distribution point once', async () => {
    await registerInHimeji();
    put(list(7));
    const { text, succeeded } = await run('crl import', [directory]);
    expect(text.split(point)).toHaveLength(2);
    expect(text).toContain('list 7 applied');
    expect(succeeded).toBe(true);
  });

  it('whose file was refused is not said to have none', async () => {
    await registerInHimeji();
    put('no list');
    const { text, succeeded } = await run('crl import', [directory]);
    expect(text).toContain('refused, nothing changed: it is no list, or damaged');
    expect(text).toContain(`${point}: what came for it was refused (above)`);
    expect(text).not.toContain('no file speaks for it');
    expect(succeeded).toBe(false);
  });

  it('without a file is said to have none', async () => {
    await registerInHimeji();
    expect((await run('crl import', [directory])).text).toContain('missing, no file speaks for it');
  });
});

describe('what is wanted', () => {
  it('is a comment where no card names anything, which the other side reads as nothing', async () => {
    const { text } = await run('crl wanted');
    expect(text).toMatch(/^# No registered card/);
    writeFileSync(join(directory, 'wanted.txt'), text);
    expect(await codeOf(fetchWanted())).toBe('ERR_WANTED');
  });

  it.each([
    ['a certificate', Buffer.from('3082010a0282010100', 'hex')],
    ['prose', 'Please fetch the list of Himeji'],
    ['half a name', 'CN=Himeji-shi CRLDP,Hyogo'],
  ])('is refused, with the line, in a file of %s', async (_what, content) => {
    writeFileSync(
      join(directory, 'wanted.txt'),
      Buffer.concat([Buffer.from(`# ours\n${point}\n`), Buffer.from(content)]),
    );
    await expect(fetchWanted()).rejects.toThrow('line 3 is no DN');
    expect(await codeOf(fetchWanted())).toBe('ERR_WANTED');
  });

  it('may hold commas and Japanese in a name', async () => {
    const names = [point, 'CN=Himeji\\, Hyogo,O=姫路市,C=JP', '2.5.4.3=x'];
    writeFileSync(join(directory, 'wanted.txt'), names.join('\r\n'));
    expect(await fetchWanted()).toMatchObject({ distributionPoints: names });
  });

  const fetchWanted = async () =>
    command('crl fetch').read({
      positional: [],
      options: { to: directory, wanted: join(directory, 'wanted.txt') },
    });
});

describe('what crl fetch --to says', () => {
  const said = (list: Partial<CarriedList>, into = 'lists') => {
    const one = { distributionPoint: point, outcome: 'written', crlNumber: '7', file: 'a.crl', ...list };
    const carried = [shownCarried(one as CarriedList)];
    const done = { directory: into, signaturesChecked: true, carried };
    const { text, succeeded } = command('crl fetch');
    return { text: text(done), json: JSON.stringify(done), succeeded: succeeded?.(done) };
  };

  it('is to carry the directory over, with its name as a shell takes it', () => {
    expect(said({}, 'out 4').text).toContain("Carry 'out 4' over, then on the other side");
  });

  it.each(['refused', 'unavailable'] as const)('of one that is %s is not to carry it over', (outcome) => {
    const { text, succeeded } = said({ outcome, reason: 'expired' });
    expect(text).not.toContain('Carry');
    expect(text).toContain('Nothing came');
    expect(succeeded).toBe(false);
  });

  it('is a sentence with a next step for a refusal', () => {
    expect(said({ outcome: 'refused', reason: 'not-yet-valid' }).text).toContain(
      'refused, not written: its date lies in the future: is the clock of this machine right?',
    );
  });

  it('has Japan’s time for people and ISO 8601 for machines', () => {
    const { text, json } = said({ thisUpdate: 0, nextUpdate: Date.UTC(2026, 10, 22, 20, 40) });
    expect(text).toContain('next by 2026-11-23 05:40 JST');
    expect(json).toContain('"nextUpdate":"2026-11-22T20:40:00Z"');
  });
});

describe('a refusal', () => {
  it('that nobody has words for is told by its code, and never as something else', () => {
    expect(crlRefusalText('constructor')).toBe('constructor');
    expect(crlRefusalText('delta-list')).toContain('(delta-list)');
  });
});

describe('runs', () => {
  it('are told to machines in ISO 8601 throughout', async () => {
    await registerInHimeji();
    put(list(7));
    const imported = await run('crl import', [directory]);
    for (const { json } of [imported, await run('crl runs'), await run('crl status')]) {
      expect(json).toMatch(/"startedAt":"2026-/);
      expect(json).not.toMatch(/[^0-9a-f"]\d{13}[^0-9]/);
    }
    expect((await run('crl runs')).text).toContain(
      'import: 1 list in 0.0 s, all came, 0 cards newly revoked',
    );
  });

  it('in which there was nothing to do are one line', async () => {
    await run('crl fetch');
    expect((await run('crl runs')).text).toMatch(/^2026-.* JST, operator: there was nothing to do$/);
  });
});
