import { type FileHandle, open } from 'node:fs/promises';

/**
 * Brings a database's write-ahead log to disk without blocking the event loop.
 *
 * With `synchronous = NORMAL` a commit writes its frames to the `-wal` file and leaves them to the operating system:
 * a killed process loses none, a machine without power may. `synchronous = FULL` adds an fsync of that file to every
 * commit, on the thread that answers everybody; on a busy disk that is tens of milliseconds for all. An fsync belongs to the file and not to the descriptor, so one
 * here, on a descriptor of our own and in the thread pool, covers every commit made before it, whoever made it.
 * Closing this descriptor is harmless: SQLite keeps its locks on the database and on `-shm`, never on `-wal`; and the
 * file stays the same one while any connection is open.
 */
export class WalSync {
  readonly #path: string;
  #file: Promise<FileHandle> | undefined;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #failure: unknown;

  constructor(databasePath: string) {
    this.#path = `${databasePath}-wal`;
  }

  /**
   * Resolves when everything committed before the call is on disk. Calls that come while one runs share the next.
   * After a failure every call fails: the operating system may have dropped what it could not write.
   */
  sync(): Promise<void> {
    if (this.#running === undefined) {
      this.#running = this.#datasync().finally(() => {
        this.#running = undefined;
      });
      return this.#running;
    }
    // The one that runs may have begun before the caller's commit.
    this.#next ??= this.#running.then(nothing, nothing).then(() => {
      this.#next = undefined;
      return this.sync();
    });
    return this.#next;
  }

  async close(): Promise<void> {
    await this.#running?.then(nothing, nothing);
    const file = await this.#file;
    this.#file = undefined;
    await file?.close();
  }

  async #datasync(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      this.#file ??= open(this.#path, 'r+');
      await (await this.#file).datasync();
    } catch (error) {
      this.#failure = error;
      throw error;
    }
  }
}

function nothing(): void {}
