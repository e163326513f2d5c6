import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stationRefusals } from '../idp/domain/station.ts';
import { commandsOf, inlineCommandsOf } from './support/device-pages.ts';
import { root } from './support/source-files.ts';
import { readTyped } from './support/typed-command.ts';

const page = readFileSync(join(root, 'docs/stations.md'), 'utf8');
/** What the record's command line does not have: it runs beside a reader. */
const elsewhere = ['bridge'];

const read = async (words: readonly string[]) => (await readTyped(words)).name;

describe('the page about stations', () => {
  const complete = commandsOf(page);
  const inline = inlineCommandsOf(page).filter(([group = '']) => !elsewhere.includes(group));

  it.each([...complete, ...inline].map((words) => [words.join(' '), words] as const))(
    'has a command that the command line takes: %s',
    async (_line, words) => {
      expect(words.join(' ')).toMatch(new RegExp(`^${await read(words)}`));
    },
  );

  it('shows every command of a station', async () => {
    const names = await Promise.all(complete.map(read));
    expect(names).toEqual(
      expect.arrayContaining(['reader pair', 'reader pairings', 'reader unpair', 'client station']),
    );
  });

  it('speaks of no reason that there is not', () => {
    const named = [...page.matchAll(/（`([a-z][a-z-]+)`(?:、`([a-z][a-z-]+)`)?）/g)].flatMap(
      ([, ...reasons]) => reasons,
    );
    const reasons = named.filter((name) => name !== undefined && name !== 'ask');
    expect(reasons.length).toBeGreaterThan(4);
    expect(reasons.filter((name) => !stationRefusals.some((known) => known === name))).toEqual([]);
  });

  it('is in Japanese and in English, and names files that are there', () => {
    expect(page).toContain('\n## English\n');
    const files = [...page.matchAll(/`(test\/[\w./-]+)`/g)].map(([, file = '']) => file);
    expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });

  it('is linked to from the README', () => {
    expect(readFileSync(join(root, 'README.md'), 'utf8')).toContain('](docs/stations.md)');
  });
});
