import type { DatabaseSync } from 'node:sqlite';
import type { FaultCode } from '../../domain/fault.ts';
import { beginImmediate, rollBack } from './connection.ts';
import { faultOf } from './faults.ts';
import type { WalSync } from './wal-sync.ts';
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
  readonly #walSync: WalSync | undefined;
  readonly #onRollBack: () => void;
  #acknowledged: Promise<unknown> = Promise.resolve();
  #waiting: Waiting[] = [];

  /**
   * @param walSync where an answer waits for the disk although the connection's commits do not.
   * @param onRollBack what operations wrote is gone again.
   */
  constructor(
    connection: DatabaseSync,
    turn: WriteTurn,
    code: FaultCode,
    walSync?: WalSync,
    onRollBack: () => void = () => undefined,
  ) {
    this.#connection = connection;
    this.#turn = turn;
    this.#code = code;
    this.#walSync = walSync;
    this.#onRollBack = onRollBack;
  }

  /** Resolves when the group is committed, and on disk where that was asked for. @throws {Fault} the code of this group. */
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
    await this.#acknowledged;
  }

  async #commit(): Promise<void> {
    let group: Waiting[] = [];
    try {
      await beginImmediate(this.#connection);
      group = this.#take();
      const results = group.map(({ operation }) => operation());
      this.#connection.exec('COMMIT');
      this.#acknowledge(group, results);
    } catch (error) {
      this.#rollBack();
      if (group.length > 1) return this.#commitOneByOne(group);
      const fault = faultOf(error, this.#code);
      for (const { reject } of group.length > 0 ? group : this.#take()) reject(fault);
    }
  }

  /** One operation that fails must not take those along that only shared its moment. */
  async #commitOneByOne(group: readonly Waiting[]): Promise<void> {
    for (const waiting of group) {
      const { operation, reject } = waiting;
      try {
        await beginImmediate(this.#connection);
        const result = operation();
        this.#connection.exec('COMMIT');
        this.#acknowledge([waiting], [result]);
      } catch (error) {
        this.#rollBack();
        reject(faultOf(error, this.#code));
      }
    }
  }

  /** Without holding up the next group: it commits while this one waits for the disk. */
  #acknowledge(group: readonly Waiting[], results: readonly unknown[]): void {
    const resolveAll = () => {
      for (const [index, { resolve }] of group.entries()) {
        // The result of the very operation that this promise was made for.
        resolve(results[index] as never);
      }
    };
    const rejectAll = (error: unknown) => {
      for (const { reject } of group) reject(faultOf(error, this.#code));
    };
    if (this.#walSync === undefined) resolveAll();
    else this.#acknowledged = this.#walSync.sync().then(resolveAll, rejectAll);
  }

  #rollBack(): void {
    rollBack(this.#connection);
    this.#onRollBack();
  }

  #take(): Waiting[] {
    const group = this.#waiting;
    this.#waiting = [];
    return group;
  }
}
