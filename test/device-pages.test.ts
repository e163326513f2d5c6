import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pageOf } from '../idp/commands/profile-text.ts';
import { readCardNumber } from '../idp/domain/card-spelling.ts';
import type { DeviceChoices } from '../idp/domain/device-choices.ts';
import { deviceProfileOf } from '../idp/domain/device-presets.ts';
import { type DevicePreset, devicePresets } from '../idp/domain/device-profile.ts';
import { profileProblems } from '../idp/domain/profile-problems.ts';
import { commandsOf, devicePage, devicePages, inlineCommandsOf } from './support/device-pages.ts';
import { root } from './support/source-files.ts';
import { readTyped } from './support/typed-command.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kazasu-pages-'));
  writeFileSync(join(folder, 'a-file'), 'x\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Read {
  readonly name: string;
  readonly input: { readonly choices?: DeviceChoices; readonly client?: unknown; readonly device?: string };
}

/** What the command line makes of these words; files that a page names are there. */
async function read(words: readonly string[]): Promise<Read> {
  const typed = words.map((word) => (/\.(secret|password|pem)$/.test(word) ? join(folder, 'a-file') : word));
  const { name, input } = await readTyped(typed);
  return { name, input: input as Read['input'] };
}

describe.each([...devicePages, 'README'])('the page of %s', (name) => {
  const page = devicePage(name);

  it('has commands that the command line takes', async () => {
    const complete = commandsOf(page).filter((words) => !words.some((word) => /^[A-Z]+$/.test(word)));
    for (const words of [...complete, ...inlineCommandsOf(page)]) await read(words);
    if (name !== 'README') expect(complete.length).toBeGreaterThan(2);
  });

  it('links only to pages that are there', () => {
    const targets = [...page.matchAll(/\]\(([^)#:]+)\)/g)].map(([, target = '']) => target);
    expect(targets.filter((target) => !existsSync(join(root, 'docs/devices', target)))).toEqual([]);
  });
});

describe.each(devicePages)('the page of %s', (name) => {
  const page = devicePage(name);

  it('sets the device up by its preset, and tries it in its place', async () => {
    const [add = [], , ...others] = commandsOf(page);
    // Where no card is held to anything, there is no reader to speak of.
    const ownReader = !['hp', 'unix'].includes(name);
    expect((await read(add)).input).toMatchObject({ client: { preset: name, ownReader } });
    const attempt = others.find(([group]) => group === 'ldap') ?? [];
    expect(await read(attempt)).toMatchObject({ name: 'ldap try', input: { device: name } });
  });

  it('is in Japanese and in English, and says what is inferred', () => {
    expect(page).toMatch(/\n## 1\. Kazasu での準備\n/);
    expect(page).toMatch(/\n## \d\. 制限/);
    const [japanese = '', english = ''] = page.split('\n## English\n');
    expect(english).not.toBe('');
    // Unix and its programs are documented by their manuals in full.
    if (name !== 'unix')
      expect([japanese, english]).toEqual([
        expect.stringContaining('推定'),
        expect.stringMatching(/inferred/i),
      ]);
  });
});

describe('the pages', () => {
  it('are where `client add` says, for every preset', () => {
    for (const preset of devicePresets) expect(existsSync(join(root, pageOf({ preset })))).toBe(true);
  });

  it('are listed in their index, which the README links to', () => {
    const index = devicePage('README');
    for (const name of devicePages) expect(index).toContain(`| \`${name}\` | [${name}.md](${name}.md) |`);
    expect(readFileSync(join(root, 'README.md'), 'utf8')).toContain('](docs/devices/README.md)');
  });

  const spelled = [...devicePage('README').matchAll(/^\| `([^`]+)` \| .*$/gm)].filter(([row]) =>
    row.includes('--card-'),
  );

  it.each(spelled.map(([row, sent = '']) => [sent, row] as const))(
    'give options that read %s',
    async (sent, row) => {
      const [, options = ''] = /`(--card-[^`]+)`/.exec(row) ?? [];
      const kind = /felica/.test(row) || sent.length > 12 ? 'felica' : 'jpki';
      const words = [...options.matchAll(/"([^"]*)"|(\S+)/g)].map(
        ([, quoted, plain]) => quoted ?? plain ?? '',
      );
      const { input } = await read(['client', 'profile', 'x', '--card-kind', kind, ...words]);
      const preset: DevicePreset = 'card-search';
      const profile = deviceProfileOf(preset, input.choices);
      expect(profileProblems(profile)).toEqual([]);
      expect(readCardNumber(profile.spelling, sent)).toBeDefined();
    },
  );
});
