import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultCode } from '../../domain/fault.ts';
import { faultOf, isBusy } from './faults.ts';

/** `FULL`: a commit is on disk when it returns. `NORMAL`: it survives the process, and the machine after the next sync. */
export type Durability = 'FULL' | 'NORMAL';

const busyRetryMs = 2;
const busyRetries = 1_000;

/**
 * Opens a database file for reading and writing, readable by its owner only.
 * `timeout: 0` because SQLite's own waiting would block the event loop; `beginImmediate` waits instead.
 * @param overwriting of what is deleted, where it stood: people can ask to be forgotten.
 * @throws {Fault} `code`
 */
export function openForWriting(
  path: string,
  durability: Durability,
  code: FaultCode,
  overwriting: 'ON' | 'OFF' = 'ON',
): DatabaseSync {
  try {
    // SQLite would create it readable by everybody; -wal and -shm take its mode over.
    closeSync(openSync(path, 'a', 0o600));
    const connection = new DatabaseSync(path, { timeout: 0, enableForeignKeyConstraints: true });
    connection.exec(
      `PRAGMA journal_mode = WAL; PRAGMA synchronous = ${durability}; PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY; PRAGMA secure_delete = ${overwriting}`,
    );
    return connection;
  } catch (error) {
    throw faultOf(error, code);
  }
}

/** @throws {Fault} `code` */
export function openForReading(path: string, code: FaultCode): DatabaseSync {
  try {
    const connection = new DatabaseSync(path, { timeout: 0, readOnly: true });
    connection.exec('PRAGMA trusted_schema = OFF; PRAGMA mmap_size = 1073741824');
    return connection;
  } catch (error) {
    throw faultOf(error, code);
  }
}

/**
 * Begins a writing transaction, waiting without blocking while another connection writes.
 * IMMEDIATE because a deferred one that turns to writing fails at once instead of waiting.
 */
export async function beginImmediate(connection: DatabaseSync): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      connection.exec('BEGIN IMMEDIATE');
      return;
    } catch (error) {
      if (!isBusy(error) || attempt >= busyRetries) throw error;
    }
    await sleep(busyRetryMs);
  }
}

/** Undoes the open transaction, if SQLite has not done so itself (as it does when the disk is full). */
export function rollBack(connection: DatabaseSync): void {
  if (connection.isOpen && connection.isTransaction) connection.exec('ROLLBACK');
}

/** Closing twice is no mistake. */
export function closeAll(...connections: readonly DatabaseSync[]): void {
  for (const connection of connections) if (connection.isOpen) connection.close();
}
