import { InvalidInput } from '../domain/fault.ts';
import type { ReaderEvidence, ReaderKind } from '../domain/reader.ts';
import type { FlowContext } from '../flows/context.ts';
import { addReader, type EnrolmentCode, renewEnrolmentCode } from '../flows/manage-readers.ts';
import { collect, recordCommand, text, texts, word } from './command.ts';
import { readerDisable } from './reader-disable.ts';
import { isoTime, table, timeInJapan } from './table.ts';

interface NewReader {
  readonly name: string;
  readonly kind: ReaderKind;
  readonly evidence: ReaderEvidence;
  readonly group?: string;
  readonly clients: readonly string[];
}

export const readerCommands = [
  recordCommand({
    name: 'reader add',
    summary: 'note a reader and make the one-time code (10 minutes) with which its bridge enrols',
    shape: (command) =>
      command
        .argument('<name>', 'what it is called, e.g. "front desk"')
        .requiredOption(
          '--kind <kind>',
          'workstation (beside one browser), station (shared) or device (door, printer)',
        )
        .option('--client <id>', 'a client that its taps serve; repeatable', collect, [])
        .option('--evidence <what>', 'what is read without PIN: serial or certificate', 'certificate')
        .option('--group <name>', 'readers of one group share a PIN window'),
    read: (typed): NewReader => {
      const group = text(typed, 'group');
      return {
        name: word(typed, 0),
        kind: oneOf(text(typed, 'kind'), ['workstation', 'station', 'device'], '--kind'),
        evidence: oneOf(text(typed, 'evidence'), ['serial', 'certificate'], '--evidence'),
        clients: texts(typed, 'client'),
        ...(group === undefined ? {} : { group }),
      };
    },
    run: async (context, input: NewReader, actor) =>
      shownCode(context, await addReader(context, { ...input, actor })),
    text: codeText,
  }),
  recordCommand({
    name: 'reader code',
    summary: 'make a new one-time code for a reader that has not enrolled yet',
    shape: (command) => command.argument('<name>', 'name or id'),
    read: (typed) => ({ reader: word(typed, 0) }),
    run: async (context, { reader }: { reader: string }, actor) =>
      shownCode(context, await renewEnrolmentCode(context, { reader, actor })),
    text: codeText,
  }),
  recordCommand({
    name: 'reader list',
    summary: 'the readers and their state',
    read: () => ({}),
    run: async ({ record }) =>
      (await record.readers.list()).map(({ readerId, name, kind, state, evidence, group, clientIds }) => ({
        id: readerId,
        name,
        kind,
        state,
        evidence,
        group,
        clients: clientIds,
      })),
    text: (readers) =>
      table(
        ['NAME', 'KIND', 'STATE', 'EVIDENCE', 'CLIENTS'],
        readers.map((one) => [one.name, one.kind, one.state, one.evidence, one.clients.join(' ')]),
        'No readers yet: kazasu reader add NAME --kind workstation',
      ),
  }),
  readerDisable,
];

interface ShownCode {
  readonly id: string;
  readonly enrolmentCode: string;
  readonly expiresAt: string;
  readonly idp: string;
}

function shownCode(
  { issuer }: FlowContext,
  { readerId, enrolmentCode, expiresAt }: EnrolmentCode,
): ShownCode {
  return { id: readerId, enrolmentCode, expiresAt: isoTime(expiresAt), idp: issuer };
}

function codeText({ enrolmentCode, expiresAt, idp }: ShownCode): string {
  return `${enrolmentCode}\nOn the machine with the reader, until ${timeInJapan(expiresAt)}:\n  kazasu bridge enroll --idp ${idp} --code ${enrolmentCode}\n  kazasu bridge run`;
}

/** @throws {InvalidInput} `ERR_OPTION` when the word is none of them. */
export function oneOf<T extends string>(value: string | undefined, words: readonly T[], option: string): T {
  const found = words.find((candidate) => candidate === value);
  if (found !== undefined) return found;
  throw new InvalidInput('ERR_OPTION', `${option} is ${words.join(' or ')}, not "${value ?? ''}".`);
}
