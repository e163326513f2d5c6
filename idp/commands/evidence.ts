import { Buffer } from 'node:buffer';
import { access, constants, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { InvalidInput } from '../domain/fault.ts';
import { type KeptAnswer, type RegistrationEvidence, showEvidence } from '../flows/show-evidence.ts';
import { recordCommand, text, word } from './command.ts';
import { isoTime, table, timeInJapan } from './table.ts';

interface ShownAnswer extends Omit<KeptAnswer, 'at' | 'producedAt' | 'response'> {
  readonly at: string;
  readonly producedAt: string;
  /** The OCSPResponse in base64 on its way to the file, then the file. */
  readonly response?: string;
  readonly file?: string;
}

type Shown = Omit<RegistrationEvidence, 'answers'> & { readonly answers: readonly ShownAnswer[] };

export const evidenceCommands = [
  recordCommand({
    name: 'card evidence',
    summary: 'what the issuer’s responder said of a card at its registration and approval',
    shape: (command) =>
      command
        .argument('<id>', 'a registration’s or a card’s id, from `kazasu card list`')
        .option('--out <directory>', 'write the signed answers there; this is told in the audit trail'),
    read: async (typed) => {
      const directory = text(typed, 'out');
      if (directory !== undefined) await requireWritable(directory);
      return { id: word(typed, 0), open: directory !== undefined };
    },
    run: async (context, input: { id: string; open: boolean }, actor): Promise<Shown> => {
      const { answers, ...registration } = await showEvidence(context, { ...input, actor });
      return { ...registration, answers: answers.map(shown) };
    },
    keep: async (evidence, typed) => {
      const directory = text(typed, 'out');
      return directory === undefined ? evidence : written(evidence, directory);
    },
    text: evidenceText,
    succeeded: ({ answers }) => answers.length > 0,
  }),
];

function shown({ at, producedAt, response, ...answer }: KeptAnswer): ShownAnswer {
  return {
    ...answer,
    at: isoTime(at),
    producedAt: isoTime(producedAt),
    ...(response === undefined ? {} : { response: Buffer.from(response).toString('base64') }),
  };
}

/** Before anything is opened: what cannot be written here must not be told as handed out. */
async function requireWritable(directory: string): Promise<void> {
  try {
    const found = await stat(directory);
    if (!found.isDirectory()) throw Object.assign(new Error('no directory'), { code: 'ENOTDIR' });
    await access(directory, constants.W_OK | constants.X_OK);
  } catch (cause) {
    const parent = dirname(resolve(directory));
    // It is made when there is something to write.
    if (codeOf(cause) === 'ENOENT' && parent !== resolve(directory)) return requireWritable(parent);
    const isFile = codeOf(cause) === 'ENOTDIR';
    const why = isFile
      ? 'a file is there; --out takes a directory, which is made where there is none'
      : 'may you write there?';
    throw new InvalidInput(
      'ERR_FILE',
      `${directory} cannot be written to: ${why}. No answer was opened.`,
      cause,
    );
  }
}

/** For its owner only: an answer names the certificate's serial number. */
async function written(evidence: Shown, directory: string): Promise<Shown> {
  const answers: ShownAnswer[] = [];
  for (const { response = '', ...answer } of evidence.answers) {
    const file = join(directory, `${evidence.registrationId}-${answer.step}.der`);
    await writeOnce(file, Buffer.from(response, 'base64'));
    answers.push({ ...answer, file });
  }
  return { ...evidence, answers };
}

/** The very answer may lie there from another time; what is something else stays as it is. */
async function writeOnce(file: string, octets: Buffer): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(file, octets, { mode: 0o600, flag: 'wx' });
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST' && (await readFile(file).catch(() => undefined))?.equals(octets)) return;
    const why = codeOf(cause) === 'EEXIST' ? 'something else lies there' : 'is there room?';
    throw new InvalidInput(
      'ERR_FILE',
      `${file} cannot be written: ${why}. Name another directory; the trail says already that the answers were opened.`,
      cause,
    );
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

function evidenceText({ registrationId, answers }: Shown): string {
  const rows = answers.map((one) => [
    one.step,
    timeInJapan(one.at),
    one.responder,
    one.answer,
    timeInJapan(one.producedAt),
    one.sha256,
    one.file ?? '',
  ]);
  const header = ['STEP', 'AT', 'RESPONDER', 'ANSWER', 'PRODUCED', 'SHA-256', 'FILE'];
  const listed = table(header, rows, 'No answer was kept with this registration.');
  if (answers.length === 0) return listed;
  const next = answers.some(({ file }) => file !== undefined)
    ? 'openssl ocsp -respin FILE -issuer CA.pem -noverify -text reads them.'
    : `The signed answers themselves: kazasu card evidence ${registrationId} --out DIRECTORY`;
  return `${listed}\n${next}`;
}
