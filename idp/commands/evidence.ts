import { Buffer } from 'node:buffer';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidInput } from '../domain/fault.ts';
import { type KeptAnswer, type RegistrationEvidence, showEvidence } from '../flows/show-evidence.ts';
import { recordCommand, text, word } from './command.ts';
import { isoTime, table } from './table.ts';

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
    read: (typed) => ({ id: word(typed, 0), open: text(typed, 'out') !== undefined }),
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

/** For its owner only: an answer names the certificate's serial number. */
async function written(evidence: Shown, directory: string): Promise<Shown> {
  const answers: ShownAnswer[] = [];
  for (const { response, ...answer } of evidence.answers) {
    const file = join(directory, `${evidence.registrationId}-${answer.step}.der`);
    try {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      await writeFile(file, Buffer.from(response ?? '', 'base64'), { mode: 0o600, flag: 'wx' });
    } catch (cause) {
      throw new InvalidInput('ERR_FILE', `${file} cannot be written: is it there already?`, cause);
    }
    answers.push({ ...answer, file });
  }
  return { ...evidence, answers };
}

function evidenceText({ registrationId, answers }: Shown): string {
  const rows = answers.map((one) => [
    one.step,
    one.at,
    one.responder,
    one.answer,
    one.producedAt,
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
