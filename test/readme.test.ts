import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

const operations = readFileSync(join(root, 'docs/operations.md'), 'utf8');

/** `npx kazasu person invite UID --json`: the words that name the command, and its options. */
const commandsIn = (page: string) =>
  [...page.matchAll(/\bkazasu ((?:[a-z][a-z-]* ?)*)([^`\n]*)/g)]
    .filter(([whole]) =>
      /npx kazasu|`kazasu/.test(page.slice(page.indexOf(whole) - 5, page.indexOf(whole) + whole.length)),
    )
    .map(([, words = '', rest = '']) => ({
      words: words
        .trim()
        .split(' ')
        .filter((word) => word !== '')
        .slice(0, 2),
      options: [...rest.matchAll(/--[a-z-]+/g)].map(([option]) => option),
    }));

const help = (words: readonly string[]) =>
  new Promise<{ code: number; stdout: string }>((resolve) => {
    execFile(process.execPath, [join(root, 'idp/main.ts'), ...words, '--help'], (error, stdout) => {
      resolve({ code: error === null ? 0 : 1, stdout });
    });
  });

describe.each([
  ['the README', commandsIn(readme)],
  ['the page of operations', commandsIn(operations)],
])('%s', (_page, commands) => {
  it('names commands', () => {
    expect(commands.length).toBeGreaterThan(8);
  });

  it.each(commands.map((command) => [command.words.join(' '), command] as const))(
    'names `kazasu %s` as it is',
    async (_name, { words, options }) => {
      const { code, stdout } = await help(words);
      expect(code).toBe(0);
      // Commander answers an unknown verb with its group's help.
      if (words.length > 0) expect(stdout).toContain(`Usage: kazasu ${words.join(' ')}`);
      if (words.length > 0) for (const option of options) expect(stdout).toContain(option);
    },
  );
});

describe('the README', () => {
  it('links only to files that are there', () => {
    const targets = [...readme.matchAll(/\]\(([^)#:]+)\)/g)].map(([, target = '']) => target);
    expect(targets.filter((target) => !existsSync(join(root, target)))).toEqual([]);
    expect(targets.length).toBeGreaterThan(8);
  });

  it('names every npm script that a newcomer needs', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object };
    for (const name of ['demo', 'test', 'bench']) {
      expect(Object.keys(scripts)).toContain(name);
      expect(readme).toMatch(new RegExp(`npm (run )?${name}`));
    }
  });

  it('states every setting of the environment', () => {
    const config = readFileSync(join(root, 'idp/config.ts'), 'utf8');
    const settings = new Set([...config.matchAll(/'(KAZASU_[A-Z_]+)'/g)].map(([, name = '']) => name));
    expect([...settings].filter((name) => !readme.includes(name))).toEqual([]);
  });
});
