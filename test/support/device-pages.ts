import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './source-files.ts';

const folder = join(root, 'docs/devices');

/** The pages that say what to enter on a device, by their presets. */
export const devicePages: readonly string[] = readdirSync(folder)
  .filter((name) => name.endsWith('.md') && name !== 'README.md')
  .map((name) => name.slice(0, -'.md'.length))
  .sort();

export function devicePage(name: string): string {
  return readFileSync(join(folder, `${name}.md`), 'utf8');
}

/** The words of every `npx kazasu …` in the page's blocks of commands, as a shell splits them. */
export function commandsOf(page: string): readonly (readonly string[])[] {
  return [...page.matchAll(/```sh\n([\s\S]*?)```/g)]
    .flatMap(([, block = '']) => block.split('\n'))
    .filter((line) => line.startsWith('npx kazasu '))
    .map((line) => wordsOf(line.slice('npx kazasu '.length)));
}

/** A file that the page gives in full: a block of ` ```text NAME `. */
export function fileOf(page: string, name: string): string {
  const [, text] = new RegExp(`\`\`\`text ${name}\\n([\\s\\S]*?)\`\`\``).exec(page) ?? [];
  if (text === undefined) throw new Error(`the page has no file ${name}`);
  return text;
}

function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

/** The same of what stands within a sentence and has options. */
export function inlineCommandsOf(page: string): readonly (readonly string[])[] {
  return [...page.matchAll(/`(?:npx )?kazasu ([^`]+ --[^`]+)`/g)]
    .map(([, line = '']) => wordsOf(line))
    .filter((words) => !words.some((word) => /^[A-Z]+$/.test(word)));
}
