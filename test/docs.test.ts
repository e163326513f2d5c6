import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './support/source-files.ts';

const page = (name: string) => readFileSync(join(root, 'docs', name), 'utf8');

describe('the threat model', () => {
  const text = page('threat-model.md');
  const named = [...text.matchAll(/`(test\/[\w./-]+\.test\.ts)`: “([^”]+)”/g)].map(
    ([, file = '', name = '']) => [file, name] as const,
  );

  it('treats every attacker', () => {
    const headings = [...text.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual([
      'What is worth protecting',
      'What is taken for granted',
      'Outsider',
      'Other staff member',
      'Thief of a card',
      'Owner of a copied certificate',
      'Malware beside a bridge',
      'Malicious integrator',
      'Insider with the database or Redis',
      'Rogue approver',
    ]);
  });

  it('shows what it claims by tests, for every attacker', () => {
    const attackers = text.split(/^## /m).slice(3);
    for (const attacker of attackers) expect(attacker.match(/“/g)?.length).toBeGreaterThan(3);
    expect(named.length).toBe(text.match(/`test\//g)?.length);
  });

  it.each(named)('names a test that exists: %s: %s', (file, name) => {
    expect(existsSync(join(root, file))).toBe(true);
    expect(titlesIn(readFileSync(join(root, file), 'utf8'))).toContain(name);
  });
});

describe('the benchmarks', () => {
  it('have a place for every bench', () => {
    const places = [...page('benchmarks.md').matchAll(/<!-- end of ([\w-]+) -->/g)].map(([, name]) => name);
    const benches = readFileSync(join(root, 'test/bench/main.ts'), 'utf8').matchAll(/load\('([\w-]+)', '/g);
    expect(places.sort()).toEqual([...benches].map(([, name]) => name).sort());
  });
});

/** Every text of a test file that could be a test's name: its string literals, escapes undone. */
function titlesIn(source: string): readonly string[] {
  const literals = source.matchAll(/'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`([^`]*)`/g);
  return [...literals].map(([, single, double, template]) => single ?? double ?? template ?? '');
}
