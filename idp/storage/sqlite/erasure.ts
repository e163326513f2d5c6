import { type FileHandle, open } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '../../domain/fault.ts';
import type { Erasure } from '../../ports/erasure.ts';
import { faultOf, isBusy } from './faults.ts';
import type { WriteTurn } from './write-turn.ts';

const code = 'ERR_RECORD_UNAVAILABLE';
const retryMs = 20;
const retries = 250;

/** One database file, and what orders its writers. */
interface ErasedFile {
  readonly path: string;
  /** Its entries are sealed: no trace shows in it, and it is small, so that it is always written anew. */
  readonly isSealed?: boolean;
  /** Absent: writers retry when they meet us. */
  readonly turn?: WriteTurn;
}

/**
 * Deleted rows are overwritten where they stood (`secure_delete`), but SQLite moves rows between pages without wiping the
 * place they came from, and the log keeps every page as it was. So the log is emptied into the database, the file is
 * looked through, and where a trace is left the file is written anew, which keeps nothing but what stands in the tables.
 * @see SQLite documentation: PRAGMA secure_delete, PRAGMA wal_checkpoint, VACUUM
 */
export class SqliteErasure implements Erasure {
  readonly #files: readonly ErasedFile[];
  /** Kept open until the end: closing any descriptor of a database drops SQLite's own locks on it (POSIX). */
  readonly #open = new Map<string, FileHandle>();

  constructor(files: readonly ErasedFile[]) {
    this.#files = files;
  }

  async erase(traces: readonly (string | Uint8Array)[] | 'everything'): Promise<void> {
    const wanted = traces === 'everything' ? traces : traces.map((trace) => Buffer.from(trace));
    for (const file of this.#files) await this.#eraseFile(file, file.isSealed ? 'everything' : wanted);
  }

  /** After every connection to the files is closed. */
  async close(): Promise<void> {
    for (const file of this.#open.values()) await file.close();
    this.#open.clear();
  }

  async #eraseFile({ path, turn }: ErasedFile, traces: readonly Buffer[] | 'everything'): Promise<void> {
    const connection = new DatabaseSync(path, { timeout: 0 });
    try {
      await untilFree(turn, () => emptyLog(connection));
      const isClean = traces !== 'everything' && !(await holdsAny(await this.#fileAt(path), traces));
      if (isClean) return;
      await untilFree(turn, () => connection.exec('VACUUM'));
      await untilFree(turn, () => emptyLog(connection));
    } catch (error) {
      throw faultOf(error, code);
    } finally {
      connection.close();
    }
  }

  async #fileAt(path: string): Promise<FileHandle> {
    const known = this.#open.get(path) ?? (await open(path, 'r'));
    this.#open.set(path, known);
    return known;
  }
}

/** @throws {Busy} while somebody reads what the log would have to keep for them. */
function emptyLog(connection: DatabaseSync): void {
  const row = connection.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get();
  if (row?.busy !== 0) throw new Busy();
}

class Busy extends Error {}

/** Without blocking the event loop, as SQLite's own waiting would; and who writes does so while we wait. */
async function untilFree(turn: WriteTurn | undefined, work: () => void): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await (turn === undefined ? work() : turn.run(async () => work()));
    } catch (error) {
      if (!(error instanceof Busy) && !isBusy(error)) throw error;
      if (attempt >= retries) {
        throw new Fault(code, 'The files are in use: what was deleted is wiped out of them later.', error);
      }
    }
    await sleep(retryMs);
  }
}

/** Reads in pieces that overlap by the longest trace, so that none is missed between two. */
async function holdsAny(file: FileHandle, traces: readonly Buffer[]): Promise<boolean> {
  const longest = Math.max(1, ...traces.map(({ length }) => length));
  const step = 1024 * 1024;
  const piece = Buffer.alloc(step + longest - 1);
  for (let position = 0; ; position += step) {
    const { bytesRead } = await file.read(piece, 0, piece.length, position);
    const read = piece.subarray(0, bytesRead);
    if (traces.some((trace) => trace.length > 0 && read.includes(trace))) return true;
    if (bytesRead < piece.length) return false;
  }
}
