import { Fault, type FaultCode } from '../../domain/fault.ts';

const tickMs = 10;
/** Whole ticks that a sign-in may wait: with the one it began in, 40 to 50 ms. */
const ticksOfSignIn = 4;
/** Two seconds: nobody stands at a reader while a change is written, and giving up would leave the index behind. */
export const ticksOfChange = 200;

interface Waiting {
  reject: ((error: Error) => void) | undefined;
}

/**
 * Ends waiting for a store that neither answers nor hangs up (a stopped process, a cut cable).
 * One ticker for all commands: a timer for each would cost half of the look-ups. Ticks are counted, not
 * milliseconds, so that an event loop that stood still blames itself and not the store.
 */
export class Deadline {
  readonly #code: FaultCode;
  readonly #ticks: number;
  #begun: Waiting[] = [];
  #older: Waiting[][] = [];
  #ticker: NodeJS.Timeout | undefined;

  constructor(code: FaultCode, ticks = ticksOfSignIn) {
    this.#code = code;
    this.#ticks = ticks;
  }

  /** @throws {Fault} with the code of this deadline when the command fails or takes too long. */
  within<T>(command: Promise<T>): Promise<T> {
    this.#ticker ??= setInterval(() => this.#tick(), tickMs).unref();
    return new Promise<T>((resolve, reject) => {
      const waiting: Waiting = { reject };
      this.#begun.push(waiting);
      command.then(
        (value) => {
          waiting.reject = undefined;
          resolve(value);
        },
        (error: unknown) => {
          waiting.reject = undefined;
          reject(error instanceof Fault ? error : new Fault(this.#code, 'Redis does not answer.', error));
        },
      );
    });
  }

  stop(): void {
    clearInterval(this.#ticker);
    this.#ticker = undefined;
  }

  #tick(): void {
    this.#older.push(this.#begun);
    this.#begun = [];
    if (this.#older.length <= this.#ticks) return;
    const late = (this.#older.shift() ?? []).filter(({ reject }) => reject !== undefined);
    if (late.length > 0) {
      const fault = new Fault(this.#code, 'Redis does not answer in time.');
      for (const { reject } of late) reject?.(fault);
    }
    if (this.#older.every(({ length }) => length === 0)) this.stop();
  }
}
