import { join } from 'node:path';
import { InvalidInput } from '../domain/fault.ts';
import type { GivenFile } from './command.ts';

/** What the running server answers a command. */
export type Answer =
  | { readonly output: unknown }
  | { readonly error: { readonly code: string; readonly message: string; readonly fault: boolean } };

/** One line of the reply: how far it is, any number of times, and the answer as the last one. */
export type ReplyLine = { readonly progress: string } | Answer;

/** Names the file that the caller made in `proofDirectory` to show who it is. */
export const proofHeader = 'x-kazasu-proof';

/** A list of six million entries. */
export const maxOctets = 256 * 1024 * 1024;
const newline = 0x0a;

export function socketPath(dataDir: string): string {
  return join(dataDir, 'control', 'kazasu.sock');
}

export function proofDirectory(dataDir: string): string {
  return join(dataDir, 'control');
}

/** A request as it travels: one line of JSON, then for each file a line with its name and size and the file as it is. */
export async function* requestOctets(
  request: { readonly command: string; readonly input: unknown },
  files: AsyncIterable<GivenFile>,
): AsyncGenerator<Uint8Array> {
  yield lineOf(request);
  for await (const { name, octets } of files) {
    yield lineOf({ name, size: octets.length });
    yield octets;
  }
}

/** One line of JSON, as it travels in both directions. */
export function lineOf(value: unknown): Uint8Array {
  return Buffer.from(`${JSON.stringify(value)}\n`);
}

/** Reads lines of JSON, and octets between them, from chunks of any size. */
export class RequestReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array();

  constructor(chunks: AsyncIterator<Uint8Array>) {
    this.#chunks = chunks;
  }

  /** @returns `undefined` at the end. @throws {InvalidInput} `ERR_COMMAND`, `ERR_TOO_LARGE`. */
  async line(): Promise<unknown> {
    const parts: Uint8Array[] = [];
    let size = 0;
    for (;;) {
      if (this.#rest.length === 0 && !(await this.#more())) {
        if (size === 0) return undefined;
        throw brokenOff();
      }
      const end = this.#rest.indexOf(newline);
      const part = end < 0 ? this.#rest : this.#rest.subarray(0, end);
      this.#rest = this.#rest.subarray(part.length + (end < 0 ? 0 : 1));
      parts.push(part);
      size += part.length;
      if (size > maxOctets) throw tooLarge();
      if (end >= 0) return parseJson(Buffer.concat(parts));
    }
  }

  /** The files that follow, each read as it is asked for. @throws {InvalidInput} `ERR_COMMAND`, `ERR_TOO_LARGE`. */
  async *files(): AsyncGenerator<GivenFile> {
    for (;;) {
      const header = (await this.line()) as { name?: unknown; size?: unknown } | undefined;
      if (header === undefined) return;
      const { name, size } = header;
      if (typeof name !== 'string' || typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
        throw brokenOff();
      }
      if (size > maxOctets) throw tooLarge();
      yield { name, octets: await this.#octets(size) };
    }
  }

  async #octets(size: number): Promise<Uint8Array> {
    const octets = new Uint8Array(size);
    for (let filled = 0; filled < size; ) {
      if (this.#rest.length === 0 && !(await this.#more())) throw brokenOff();
      const part = this.#rest.subarray(0, size - filled);
      octets.set(part, filled);
      filled += part.length;
      this.#rest = this.#rest.subarray(part.length);
    }
    return octets;
  }

  async #more(): Promise<boolean> {
    for (;;) {
      const next = await this.#chunks.next().catch(() => {
        throw brokenOff();
      });
      if (next.done === true) return false;
      this.#rest = next.value;
      if (this.#rest.length > 0) return true;
    }
  }
}

function parseJson(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString('utf8'));
  } catch (cause) {
    throw new InvalidInput('ERR_COMMAND', 'The request is not JSON.', cause);
  }
}

function brokenOff(): InvalidInput {
  return new InvalidInput('ERR_COMMAND', 'The request broke off.');
}

function tooLarge(): InvalidInput {
  return new InvalidInput('ERR_TOO_LARGE', 'The request or one of its files is larger than 256 MiB.');
}
