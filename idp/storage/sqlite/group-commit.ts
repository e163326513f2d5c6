import type { DatabaseSync } from 'node:sqlite';
import type { FaultCode } from '../../domain/fault.ts';
import { beginImmediate, rollBack } from './connection.ts';
import { faultOf } from './faults.ts';
import type { WriteTurn } from './write-turn.ts';

interface Waiting {
  readonly operation: () => unknown;
  readonly resolve: (result: never) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Runs synchronous operations of one moment in one transaction: they share its commit, and with it the fsync.
 * Each operation sees what those before it wrote; an operation may be run again when another of its group failed.
 */
export class GroupCommit {
  readonly #connection: DatabaseSync;
  readonly #turn: WriteTurn;
  readonly #code: FaultCode;
  #waiting: Waiting[] = [];

  constructor(connection: DatabaseSync, turn: WriteTurn, code: FaultCode) {
    this.#connection = connection;
    this.#turn = turn;
    this.#code = code;
  }

  /** Resolves when the group is committed. @throws {Fault} the code of this group. */
  run<T>(operation: () => T): Promise<T> {
    this.#turn.assertOutside();
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ operation, resolve, reject });
      // After the sockets of this turn of the event loop were read, so that their operations share one commit.
      if (this.#waiting.length === 1) setImmediate(() => this.#turn.run(() => this.#commit()));
    });
  }

  /** Resolves when everything handed in before is committed or has failed; for closing. */
  async finished(): Promise<void> {
    if (this.#waiting.length > 0) await this.run(() => {}).catch(() => {});
  }

  async #commit(): Promise<void> {
    let group: Waiting[] = [];
    try {
      await beginImmediate(this.#connection);
      group = this.#take();
      const results = group.map(({ operation }) => operation());
      this.#connection.exec('COMMIT');
      group.forEach(({ resolve }, index) => {
        // The result of the very operation that this promise was made for.
        resolve(results[index] as never);
      });
    } catch (error) {
      rollBack(this.#connection);
      if (group.length > 1) return this.#commitOneByOne(group);
      const fault = faultOf(error, this.#code);
      for (const { reject } of group.length > 0 ? group : this.#take()) reject(fault);
    }
  }

  /** One operation that fails must not take those along that only shared its moment. */
  async #commitOneByOne(group: readonly Waiting[]): Promise<void> {
    for (const { operation, resolve, reject } of group) {
      try {
        await beginImmediate(this.#connection);
        const result = operation();
        this.#connection.exec('COMMIT');
        resolve(result as never);
      } catch (error) {
        rollBack(this.#connection);
        reject(faultOf(error, this.#code));
      }
    }
  }

  #take(): Waiting[] {
    const group = this.#waiting;
    this.#waiting = [];
    return group;
  }
}
