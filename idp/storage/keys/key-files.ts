import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { link, mkdir, open, readFile, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../../domain/fault.ts';
import { replaceFile, syncDirectory, written } from '../durable-file.ts';

const code = 'ERR_KEYS_UNAVAILABLE';
const groupAndOthers = 0o077;

/** One directory of key files, for their owner's eyes only. */
export class KeyFiles {
  readonly #directory: string;
  readonly #mayCreate: boolean;

  private constructor(directory: string, mayCreate: boolean) {
    this.#directory = directory;
    this.#mayCreate = mayCreate;
  }

  /** @param mayCreate only while nothing depends on the keys yet: a new key in place of a lost one loses every card. */
  static async open(directory: string, mayCreate: boolean): Promise<KeyFiles> {
    if (mayCreate) await mkdir(directory, { recursive: true, mode: 0o700 });
    await refuseUnlessPrivate(directory, '700', 'There is no directory of keys');
    return new KeyFiles(directory, mayCreate);
  }

  /**
   * Reads a key file, making it first where that is allowed.
   * @throws {Fault} `ERR_KEYS_UNAVAILABLE` when it is missing or others may read it.
   */
  async load(name: string, make: () => string | Promise<string>): Promise<string> {
    const path = join(this.#directory, name);
    if (this.#mayCreate && !(await exists(path))) await this.#create(path, await make());
    return (await this.read(name)).text;
  }

  /** The same for a key that earlier versions did not have: made where it is missing, since nothing rests on it yet. */
  async loadAdded(name: string, make: () => string | Promise<string>): Promise<string> {
    const path = join(this.#directory, name);
    if (!(await exists(path))) await this.#create(path, await make());
    return (await this.read(name)).text;
  }

  /** @returns a key file that must be there, and when it was written (epoch ms). @throws {Fault} as `load`. */
  async read(name: string): Promise<{ readonly text: string; readonly writtenAt: number }> {
    const path = join(this.#directory, name);
    await refuseUnlessPrivate(path, '600', 'A key is missing');
    const { mtimeMs } = await stat(path);
    return { text: await readFile(path, 'utf8'), writtenAt: Math.floor(mtimeMs) };
  }

  /** Whole or not at all, on disk when it resolves. @throws {Fault} `ERR_KEYS_UNAVAILABLE` */
  async replace(name: string, text: string): Promise<void> {
    const path = join(this.#directory, name);
    try {
      await replaceFile(path, text);
    } catch (error) {
      throw new Fault(code, `The key file ${path} cannot be written: is the disk full?`, error);
    }
  }

  /** Whole or not at all, and never over an existing key: of two processes at once the first one's key stands. */
  async #create(path: string, text: string): Promise<void> {
    const temporary = `${path}.${randomBytes(6).toString('hex')}.new`;
    const { O_WRONLY, O_CREAT, O_EXCL } = constants;
    await written(await open(temporary, O_WRONLY | O_CREAT | O_EXCL, 0o600), text);
    try {
      await link(temporary, path);
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
    } finally {
      await unlink(temporary);
    }
    await syncDirectory(this.#directory);
  }
}

async function refuseUnlessPrivate(path: string, mode: string, missing: string): Promise<void> {
  let found: number;
  try {
    found = (await stat(path)).mode;
  } catch (error) {
    throw new Fault(
      code,
      `${missing}: ${path}. Restore the directory of keys from its backup; without it the record cannot be used.`,
      error,
    );
  }
  // Windows has no such modes.
  if (process.platform === 'win32' || (found & groupAndOthers) === 0) return;
  throw new Fault(code, `Others than the owner may read ${path}. Run: chmod ${mode} '${path}'`);
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
