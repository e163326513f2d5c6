import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Fault } from '../../domain/fault.ts';
import { faultOf, isBusy } from './faults.ts';

// A lock that nobody refers to would be collected, and with it the lock given up while the record is in use.
const held = new Set<DatabaseSync>();

/**
 * Takes the data directory for this process alone, until the returned function is called or the process ends.
 * SQLite's own lock on an empty database: the operating system drops it with the process, so that no stale file remains.
 * Nothing else in this process may open that file: closing any descriptor of it would drop the lock (POSIX).
 * @throws {Fault} `ERR_ALREADY_RUNNING` when another process has it.
 */
export function takeDataDirectory(dataDir: string): () => void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const path = join(dataDir, 'lock.sqlite');
  if (!existsSync(path)) writeFileSync(path, '', { mode: 0o600 });
  const lock = new DatabaseSync(path, { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if (!isBusy(error)) throw faultOf(error, 'ERR_RECORD_UNAVAILABLE');
    throw new Fault(
      'ERR_ALREADY_RUNNING',
      `Another process uses the data directory ${dataDir}. Stop it, or choose another directory with KAZASU_DATA_DIR.`,
      error,
    );
  }
  held.add(lock);
  return () => {
    if (held.delete(lock)) lock.close();
  };
}
