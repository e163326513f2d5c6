import { InvalidInput } from '../domain/fault.ts';
import type { AppliedList } from '../domain/revocation.ts';
import { acceptCrl } from '../flows/accept-crl.ts';
import { carryLists, type Outside } from '../flows/carry-lists.ts';
import type { FlowContext } from '../flows/context.ts';
import { fetchCrls } from '../flows/fetch-crls.ts';
import { watchFreshness } from '../flows/watch-freshness.ts';
import { collect, type Progress, recordCommand, type Typed, text, texts, word } from './command.ts';
import { carriedText, liesThere, type ShownCarried, shownCarried } from './crl-carried-text.ts';
import { crlImport, crlWanted, pointsOf, wantedIn } from './crl-carry.ts';
import { crlStatus } from './crl-status.ts';
import { isFineAndCounts, progressText, runSummary, runText, type ShownRun, shownRun } from './crl-text.ts';
import { isoTime, shellWord } from './table.ts';

interface FetchInput {
  /** Absent: all that cards name. */
  readonly distributionPoints?: readonly string[];
  /** Into files instead of the record. */
  readonly directory?: string;
}

/** What `crl fetch --to` did. */
interface Carried {
  readonly directory: string;
  /** Without a CA certificate here, the lists are checked only where they arrive. */
  readonly signaturesChecked: boolean;
  readonly carried: readonly ShownCarried[];
}

export const crlCommands = [
  recordCommand({
    name: 'crl fetch',
    summary: 'fetch and apply the lists that cards name, or with --to fetch them into a directory',
    shape: (command) =>
      command
        .option('--to <dir>', 'write the lists there, to be carried to the side with the record')
        .option(
          '--wanted <file>',
          'with --to: the distribution points, from `kazasu crl wanted` on the other side',
        )
        .option('--distribution-point <dn>', 'only this one; repeatable', collect, []),
    read: readFetch,
    outside: (input, open, progress) =>
      input.directory === undefined ? undefined : fetchTo(input.directory, input, open(), progress),
    run: async (
      context,
      { distributionPoints }: FetchInput,
      actor,
      progress,
    ): Promise<ShownRun | Carried> => {
      const only = distributionPoints === undefined ? {} : { distributionPoints };
      await requireWanted(context, distributionPoints);
      const onProgress = (at: Parameters<typeof progressText>[0]) => progress(progressText(at));
      const run = await context.crlTurn.take('An operator', () =>
        fetchCrls(context, { trigger: 'operator', actor, onProgress, ...only }),
      );
      await watchFreshness(context);
      return shownRun(run);
    },
    text: fetchText,
    succeeded: (done) =>
      'carried' in done ? done.carried.every(liesThere) : done.lists.every(isFineAndCounts),
  }),
  crlImport,
  crlWanted,
  crlStatus,
  recordCommand({
    name: 'crl runs',
    summary: 'what was fetched and imported, the newest first',
    shape: (command) => command.option('--limit <number>', 'how many', '10'),
    read: (typed) => ({ limit: readLimit(text(typed, 'limit') ?? '10') }),
    run: async ({ record }, { limit }: { limit: number }) => (await record.crlRuns.list(limit)).map(shownRun),
    text: (runs: readonly ShownRun[]) =>
      runs.length === 0
        ? 'Nothing was fetched or imported yet.'
        : runs
            .map((run) => [runSummary(run), runText(run).replace(/^(?=.)/gm, '  ')].join('\n').trimEnd())
            .join('\n'),
  }),
  recordCommand({
    name: 'crl accept',
    summary: 'count a list that shrank as fresh, after the issuer said that it is right',
    shape: (command) =>
      command
        .argument('<distribution-point>', 'its DN, from `kazasu crl status`')
        .option('--issuer-key-id <hex>', 'which generation, where several are doubted')
        .option('--number <number>', 'only if it is still this list: another may have come meanwhile'),
    read: (typed): Omit<Parameters<typeof acceptCrl>[1], 'actor'> => {
      const [issuerKeyId, crlNumber] = [text(typed, 'issuerKeyId'), text(typed, 'number')];
      return {
        distributionPoint: word(typed, 0),
        ...(issuerKeyId === undefined ? {} : { issuerKeyId }),
        ...(crlNumber === undefined ? {} : { crlNumber }),
      };
    },
    run: async (context, input: Omit<Parameters<typeof acceptCrl>[1], 'actor'>, actor) =>
      accepted(await acceptCrl(context, { ...input, actor })),
    text: ({ crlNumber, entryCount, distributionPoint }) =>
      `List ${crlNumber} of ${distributionPoint} counts from now on, with its ${entryCount} entries.`,
  }),
];

/** With times for machines. */
function accepted({ issuerKeyId, distributionPoint, crlNumber, entryCount, ...list }: AppliedList) {
  const times = { thisUpdate: isoTime(list.thisUpdate), nextUpdate: isoTime(list.nextUpdate) };
  return { issuerKeyId, distributionPoint, crlNumber, entryCount, ...times };
}

async function readFetch(typed: Typed): Promise<FetchInput> {
  const [directory, file] = [text(typed, 'to'), text(typed, 'wanted')];
  const named = texts(typed, 'distributionPoint');
  if (file !== undefined && directory === undefined) {
    throw new InvalidInput(
      'ERR_OPTION',
      '--wanted goes with --to: where a record is, its cards say what is wanted.',
    );
  }
  const wanted = [...named, ...(file === undefined ? [] : await wantedIn(file))];
  return {
    ...(wanted.length === 0 ? {} : { distributionPoints: wanted }),
    ...(directory === undefined ? {} : { directory }),
  };
}

/** A name that no card knows is a typing mistake; nothing would be fetched, and nothing be said. */
async function requireWanted({ record }: FlowContext, named: readonly string[] = []): Promise<void> {
  if (named.length === 0) return;
  const wanted = pointsOf(await record.cards.revocationScopes());
  const unknown = named.find((distributionPoint) => !wanted.has(distributionPoint));
  if (unknown === undefined) return;
  throw new InvalidInput(
    'ERR_DISTRIBUTION_POINT',
    `No card in use names "${unknown}". \`kazasu crl wanted\` shows those that cards name.`,
  );
}

async function fetchTo(
  directory: string,
  { distributionPoints }: FetchInput,
  outside: Outside,
  say: Progress,
): Promise<Carried> {
  const wanted = distributionPoints ?? (await outside.wanted());
  const carried = await carryLists(outside, { directory, distributionPoints: wanted, say });
  return {
    directory,
    signaturesChecked: outside.crlReader !== undefined,
    carried: carried.map(shownCarried),
  };
}

function fetchText(done: ShownRun | Carried): string {
  if (!('carried' in done)) {
    if (done.lists.length > 0) return runText(done);
    return 'No card in use names a distribution point: nothing to fetch.';
  }
  const { carried, directory, signaturesChecked } = done;
  if (carried.length === 0) return 'No card in use names a distribution point: nothing to fetch.';
  const unchecked =
    'Signatures were not checked, there is no CA certificate here: they are checked when the lists arrive.';
  return [
    ...carried.map((list) => carriedText(list, directory)),
    ...(signaturesChecked ? [] : [unchecked]),
    carried.some(liesThere)
      ? `Carry ${shellWord(directory)} over, then on the other side: kazasu crl import DIR`
      : 'Nothing came that could be carried over.',
  ].join('\n');
}

function readLimit(limit: string): number {
  if (/^\d{1,4}$/.test(limit) && Number(limit) > 0) return Number(limit);
  throw new InvalidInput('ERR_OPTION', '--limit is a number, 1 to 9999.');
}
