import { type FileHandle, open } from 'node:fs/promises';

/**
 * Brings a database's write-ahead log to disk without blocking the event loop.
 *
 * With `synchronous = NORMAL` a commit writes its frames to the `-wal` file and leaves them to the operating system:
 * a killed process loses none, a machine without power may. `synchronous = FULL` would add an fsync of that file to
 * every commit, on the thread that answers everybody. An fsync belongs to the file and not to the descriptor, so one
 * here, on a descriptor of our own and in the thread pool, covers every commit made before it, whoever made it.
 * Closing this descriptor is harmless: SQLite keeps its locks on the database and on `-shm`, never on `-wal`; and the
 * file stays the same one while any connection is open.
 */
export class WalSync {
  readonly #path: string;
  #file: FileHandle | undefined;

  constructor(databasePath: string) {
    this.#path = `${databasePath}-wal`;
  }

  /** Resolves when everything committed before the call is on disk. */
  async sync(): Promise<void> {
    this.#file ??= await open(this.#path, 'r+');
    await this.#file.datasync();
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }
}
