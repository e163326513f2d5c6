import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { addRecordCommands } from '../idp/commands/program.ts';
import { commandsOf, inlineCommandsOf } from './support/device-pages.ts';
import { root } from './support/source-files.ts';

const folder = join(root, 'docs/integrators');
const pages = readdirSync(folder).filter((name) => name.endsWith('.md'));

/** What the command line makes of these words: its command's name. */
async function read(words: readonly string[]): Promise<string | undefined> {
  const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  let found: string | undefined;
  const run = async ({ name }: { readonly name: string }) => {
    found = name;
    throw new Error('read');
  };
  const output = {
    out: () => undefined,
    err: () => undefined,
    progress: { isTTY: false, write: () => true },
  };
  addRecordCommands(program, run, output as never);
  await program.parseAsync([...words], { from: 'user' }).catch((error: unknown) => {
    if (found === undefined) throw error;
  });
  return found;
}

describe.each(pages)('the page for integrators %s', (name) => {
  const page = readFileSync(join(folder, name), 'utf8');

  it('is in Japanese first, then in English', () => {
    expect(page.indexOf('## English')).toBeGreaterThan(0);
    expect(page.slice(0, page.indexOf('## English'))).toMatch(/[ぁ-ん]/);
    expect(page.slice(page.indexOf('## English'))).not.toMatch(/[ぁ-ん]/);
  });

  it('links only to files that are there', () => {
    const targets = [...page.matchAll(/\]\(([^)#:]+)\)/g)].map(([, target = '']) => target);
    expect(targets.filter((target) => !existsSync(join(folder, target)))).toEqual([]);
  });

  it('has commands that the command line takes', async () => {
    const bridge = (words: readonly string[]) => words[0] === 'bridge';
    const complete = [...commandsOf(page), ...inlineCommandsOf(page)].filter((words) => !bridge(words));
    for (const words of complete) expect(await read(words)).toBeDefined();
  });
});
