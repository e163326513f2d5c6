import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { RevocationScope } from '../domain/card.ts';
import { InvalidInput } from '../domain/fault.ts';
import { type CrlRunList, everyDistributionPoint } from '../domain/revocation.ts';
import { importCrls } from '../flows/import-crls.ts';
import { watchFreshness } from '../flows/watch-freshness.ts';
import type { GivenFile, RecordCommand } from './command.ts';
import { recordCommand } from './command.ts';
import { maxOctets } from './control-wire.ts';
import { isFileOf, isFine, isFineAndCounts, progressText, runText, shownRun } from './crl-text.ts';
import { readGivenFile, unreadable } from './person.ts';

/** Every municipality, in several CA generations. */
const mostFiles = 10_000;

/** The distribution points that cards name, for the network side that has no record. */
export interface WantedLists {
  readonly distributionPoints: readonly string[];
}

export const crlWanted: RecordCommand = recordCommand({
  name: 'crl wanted',
  summary:
    'the distribution points that cards name, one DN a line: for `crl fetch --to` on the other network side',
  read: () => ({}),
  run: async ({ record }): Promise<WantedLists> => ({
    distributionPoints: [...pointsOf(await record.cards.revocationScopes())],
  }),
  text: ({ distributionPoints }) =>
    distributionPoints.length > 0
      ? distributionPoints.join('\n')
      : // A comment in the file that this becomes.
        '# No registered card in use names a distribution point: there is nothing to fetch yet.',
});

interface ImportInput {
  readonly files: readonly string[];
  /** A directory is everything that was carried over: what is not in it is missing. */
  readonly whole: boolean;
}

export const crlImport = recordCommand({
  name: 'crl import',
  summary:
    'apply lists from files, or from a directory that `crl fetch --to` filled on the other network side',
  shape: (command) => command.argument('<paths...>', 'a directory with .crl files, or CRLs in DER or PEM'),
  read: ({ positional }) => filesOf(positional),
  files: (input) => readEach(input),
  run: async (context, { whole }: ImportInput, actor, progress, files) => {
    const run = await context.crlTurn.take('Another import', () =>
      importCrls(context, { files, actor, onProgress: (at) => progress(progressText(at)) }),
    );
    await watchFreshness(context);
    const spokenFor = run.lists.filter(isFine);
    const scopes = whole ? await context.record.cards.revocationScopes() : [];
    const missing = scopes.filter(
      (scope) =>
        !spokenFor.some(
          ({ issuerKeyId, distributionPoint }) =>
            issuerKeyId === scope.issuerKeyId &&
            [scope.distributionPoint, everyDistributionPoint].includes(distributionPoint),
        ),
    );
    return { ...shownRun(run), missing };
  },
  text: ({ missing, ...run }) =>
    [
      run.lists.length === 0 ? 'No .crl file is there: nothing was imported.' : runText(run),
      ...missing.map(({ distributionPoint }) => missingText(distributionPoint, run.lists)),
    ].join('\n'),
  succeeded: ({ lists, missing }) => lists.length > 0 && lists.every(isFineAndCounts) && missing.length === 0,
});

/** Who looks for a file that was just refused looks in vain. */
function missingText(distributionPoint: string, lists: readonly CrlRunList[]): string {
  const isRefused = lists.some(
    (list) =>
      !isFine(list) &&
      (list.distributionPoint === distributionPoint || isFileOf(list.from ?? '', distributionPoint)),
  );
  const what = isRefused ? 'what came for it was refused (above)' : 'missing, no file speaks for it';
  return `${distributionPoint}: ${what}. On the other side: kazasu crl fetch --to DIR --distribution-point "${distributionPoint}"`;
}

/** A comment line or an empty one is none: people keep such a file by hand. */
export async function wantedIn(path: string): Promise<readonly string[]> {
  const lines = Buffer.from(await readGivenFile(path))
    .toString('utf8')
    .split(/\r?\n/)
    .map((line) => line.trim());
  const wanted = lines.filter((line) => line !== '' && !line.startsWith('#'));
  const wrong = wanted.find((line) => !isName(line));
  if (wrong !== undefined) {
    throw new InvalidInput(
      'ERR_WANTED',
      `${path}: line ${lines.indexOf(wrong) + 1} is no DN (CN=…,OU=…,O=…,C=…). \`kazasu crl wanted\` on the other side writes such a file.`,
    );
  }
  if (wanted.length > 0) return wanted;
  throw new InvalidInput(
    'ERR_WANTED',
    `${path} names no distribution point: one DN a line, from \`kazasu crl wanted\`.`,
  );
}

/** As far as a typing mistake or another file is told from a name. @see RFC 4514 §3 */
function isName(line: string): boolean {
  const part = /^\s*([a-z][a-z0-9-]*|\d+(\.\d+)+)=./i;
  return !/\p{Cc}|\ufffd/u.test(line) && line.split(/(?<!\\),/).every((text) => part.test(text));
}

export function pointsOf(scopes: readonly RevocationScope[]): ReadonlySet<string> {
  return new Set(scopes.map(({ distributionPoint }) => distributionPoint));
}

async function filesOf(paths: readonly string[]): Promise<ImportInput> {
  const files: string[] = [];
  let whole = false;
  for (const path of paths) {
    const found = await stat(path).catch(() => undefined);
    if (found?.isDirectory()) {
      const names = (await namesIn(path)).filter((name) => /\.crl$/i.test(name)).sort();
      if (names.length > mostFiles) throw tooMany(path, names.length);
      files.push(...names.map((name) => join(path, name)));
      whole = true;
    } else files.push(path);
  }
  return { files, whole };
}

async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory);
  } catch (cause) {
    throw unreadable(directory, cause);
  }
}

/** Each leaves a line in the audit trail for ever. */
function tooMany(path: string, count: number): InvalidInput {
  return new InvalidInput(
    'ERR_CRL_DIRECTORY',
    `${path} has ${count} .crl files; there are fewer municipalities than that. Is it the right directory?`,
  );
}

async function* readEach({ files, whole }: ImportInput): AsyncGenerator<GivenFile> {
  for (const path of files) {
    const isList = !whole || (await mayBeList(path));
    // Of its own: the one who reads the list takes it over, memory and all.
    const octets = isList ? new Uint8Array(await readGivenFile(path)) : new Uint8Array();
    // It goes to terminals and logs: a line break in it could say that a list was applied.
    yield { name: basename(path).replace(/\p{Cc}/gu, '\ufffd'), octets };
  }
}

/**
 * Others write into the directory: a pipe would be waited for, and one file that is too long to be sent would keep all
 * others back. Nothing is sent of these, which is refused as no list.
 */
async function mayBeList(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() === true && found.size <= maxOctets;
}
