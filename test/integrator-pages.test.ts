import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandsOf, inlineCommandsOf } from './support/device-pages.ts';
import { root } from './support/source-files.ts';
import { readTyped } from './support/typed-command.ts';

const folder = join(root, 'docs/integrators');
const pages = readdirSync(folder).filter((name) => name.endsWith('.md'));

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
    for (const words of complete) await readTyped(words);
    expect(complete.length).toBeGreaterThan(0);
  });
});
