import { Fault } from '../domain/fault.ts';

/**
 * One run of lists at a time, whoever began it: two at once would fetch the same long lists twice and leave two records of
 * what one of them did.
 */
export class CrlTurn {
  #holder: string | undefined;
  #taken = 0;

  get isTaken(): boolean {
    return this.#holder !== undefined;
  }

  /** How many runs there were: tells who waits that the record of runs has changed. */
  get taken(): number {
    return this.#taken;
  }

  /**
   * @param who for the message to the next one, as the subject of a sentence.
   * @throws {Fault} `ERR_ALREADY_RUNNING`
   */
  async take<T>(who: string, work: () => Promise<T>): Promise<T> {
    if (this.#holder !== undefined) {
      throw new Fault(
        'ERR_ALREADY_RUNNING',
        `${this.#holder} is at the lists at this moment. Ask again when it is done: kazasu crl runs`,
      );
    }
    this.#holder = who;
    try {
      return await work();
    } finally {
      this.#holder = undefined;
      this.#taken += 1;
    }
  }
}
