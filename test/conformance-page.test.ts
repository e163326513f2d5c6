import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './support/source-files.ts';

const page = readFileSync(join(root, 'docs/conformance.md'), 'utf8');
const rows = [...page.matchAll(/^\| ((?:oidcc|fapi)[\w-]+) \| ([\w ]+) \| (.*) ?\|$/gm)].map(
  ([, module = '', outcome = '', note = '']) => ({ module, outcome, note: note.trim() }),
);
const plans = [...page.matchAll(/^## ((?:oidcc|fapi)[\w-]+)$/gm)].map(([, plan = '']) => plan);

const folder = join(root, 'test/peers/conformance');
const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => readFileSync(join(folder, name), 'utf8'));
/** Names of modules as the tests have them: keys of `Modules`, and titles. */
const tried = new Set(
  sources.flatMap((source) =>
    [...source.matchAll(/'((?:oidcc|fapi)[\w-]+)'(?:: async|, async)/g)].map(([, name = '']) => name),
  ),
);

describe('the page of conformance', () => {
  it('names every module that a test is named after, and no other one as tried', () => {
    const claimed = rows.filter(({ outcome }) => outcome !== 'not tried').map(({ module }) => module);
    expect([...claimed].sort()).toEqual([...tried].sort());
  });

  it('has one row a module, with an outcome that it explains', () => {
    expect(new Set(rows.map(({ module }) => module)).size).toBe(rows.length);
    for (const { outcome } of rows) {
      expect(['passed', 'warned', 'left out', 'different', 'not tried']).toContain(outcome);
    }
  });

  it('says why, wherever a module does not simply pass', () => {
    const silent = rows.filter(({ outcome, note }) => outcome !== 'passed' && note === '');
    expect(silent).toEqual([]);
  });

  it('names the plans that the tests go through', () => {
    const described = sources.flatMap((source) =>
      [...source.matchAll(/describe\('((?:oidcc|fapi)[\w-]+)'/g)].map(([, name = '']) => name),
    );
    expect(described.sort()).toEqual([...plans].sort());
  });
});
