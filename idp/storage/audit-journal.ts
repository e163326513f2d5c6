import {
  closeSync,
  existsSync,
  fdatasync,
  fstatSync,
  ftruncate,
  ftruncateSync,
  openSync,
  readdirSync,
  readFileSync,
  writeSync,
} from 'node:fs';
import { promisify } from 'node:util';

const datasync = promisify(fdatasync);
const truncate = promisify(ftruncate);

/** What an earlier process wrote and did not see in the record. */
export interface Leftover {
  /** Lines as they were appended, the oldest first. */
  readonly lines: readonly string[];
  /** Lines that a failing machine cut off or garbled. */
  readonly unreadable: number;
  /** The newest generation that they are of. */
  readonly generation: number;
}

interface JournalFile {
  readonly file: number;
  octets: number;
}

/**
 * Sign-in events on their way into the trail: lines that are written before the answer, at the price of one plain write
 * for all events of a moment. What was written outlives the process; `sync` makes it outlive the machine.
 * There are two files: while the lines of one generation are moved into the record, the next ones go to the other. The
 * record notes the newest generation that it holds, in the same transaction, so that no line is taken twice.
 */
export class AuditJournal {
  readonly #files: readonly [JournalFile, JournalFile];
  #generation: number;

  /**
   * @param directory the data directory.
   * @param name of whoever writes: each thread has a journal of its own.
   * @param movedGeneration the newest one that the record holds; what is older than that is written over.
   * @throws the file system's error
   */
  constructor(directory: string, name: string, movedGeneration: number) {
    this.#files = [open(pathOf(directory, name, 0)), open(pathOf(directory, name, 1))];
    this.#generation = movedGeneration;
  }

  /** The generation that is being written. */
  get generation(): number {
    return this.#generation;
  }

  /** Writes lines, each with its line feed, as one piece: all of them or none. @throws the file system's error */
  append(lines: string): void {
    write(this.#fileOf(this.#generation), lines);
  }

  /**
   * Lines from now on are of the next generation. Where its file cannot be begun, they stay of this one: without the
   * generation at its head nobody would find them again, and a second turn would write over those of this one.
   * @returns the one that ended here: all of its lines are written
   * @throws the file system's error
   */
  turnOver(): number {
    const ended = this.#generation;
    const next = this.#fileOf(ended + 1);
    if (next.octets > 0) ftruncateSync(next.file, 0);
    next.octets = 0;
    write(next, `${JSON.stringify({ generation: ended + 1 })}\n`);
    this.#generation = ended + 1;
    return ended;
  }

  /**
   * Empties the file of a generation that the record holds, beside everything else: giving its room back takes some file
   * systems milliseconds, for which every answer of this thread would wait in `turnOver`, which does it where this failed.
   */
  async giveBack(generation: number): Promise<void> {
    const ended = this.#fileOf(generation);
    await truncate(ended.file, 0).then(
      () => {
        ended.octets = 0;
      },
      () => undefined,
    );
  }

  /** Resolves when everything written before the call is on disk. @throws the file system's error */
  async sync(): Promise<void> {
    await Promise.all(this.#files.map(({ file }) => datasync(file)));
  }

  close(): void {
    for (const { file } of this.#files) closeSync(file);
  }

  #fileOf(generation: number): JournalFile {
    return this.#files[generation % 2 === 0 ? 0 : 1];
  }
}

function write(journal: JournalFile, lines: string): void {
  const { file, octets } = journal;
  const bytes = Buffer.from(lines);
  try {
    for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done, null, octets + done);
  } catch (error) {
    // On a full disk a part of it may stand there; nobody was answered on the strength of it.
    ftruncateSync(file, octets);
    throw error;
  }
  journal.octets = octets + bytes.length;
}

/** Reads what a crash left behind; once the record holds it, a new journal may begin. */
export function readLeftover(directory: string, name: string, movedGeneration: number): Leftover {
  const files = [0, 1]
    .map((index) => pathOf(directory, name, index))
    .filter((path) => existsSync(path))
    .map((path) => readFileSync(path, 'utf8').split('\n'))
    .map(([header = '', ...lines]) => ({ generation: generationIn(header), lines }))
    .filter(({ generation }) => generation > movedGeneration)
    .sort((one, other) => one.generation - other.generation);
  // The last piece of each is what stands behind the last line feed: nothing, or a line that was cut off.
  const lines = files.flatMap((file) =>
    file.lines.filter((line, at) => line !== '' || at < file.lines.length - 1),
  );
  const readable = lines.filter(isObject);
  return {
    lines: readable,
    unreadable: lines.length - readable.length,
    generation: files.at(-1)?.generation ?? movedGeneration,
  };
}

function open(path: string): JournalFile {
  const file = openSync(path, existsSync(path) ? 'r+' : 'wx+', 0o600);
  return { file, octets: fstatSync(file).size };
}

/** The names of all journals that lie in a data directory. */
export function journalNames(directory: string): readonly string[] {
  const names = readdirSync(directory).map((file) => journalFile.exec(file)?.[1]);
  return [...new Set(names)].filter((name) => name !== undefined).sort();
}

const journalFile = /^audit-journal-([a-z0-9-]+)-[01]\.jsonl$/;

function pathOf(directory: string, name: string, index: number): string {
  return `${directory}/audit-journal-${name}-${index}.jsonl`;
}

function generationIn(header: string): number {
  if (!isObject(header)) return -1;
  const { generation } = JSON.parse(header) as { readonly generation?: unknown };
  return typeof generation === 'number' ? generation : -1;
}

function isObject(line: string): boolean {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null;
  } catch {
    return false;
  }
}
