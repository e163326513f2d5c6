/**
 * Knows when the record may be changing. What was read while no change was under way stays true until the next one
 * begins: only this process writes the record (the data directory is taken).
 */
export class RecordChanges {
  /** Rises with every change that ended, whatever became of it. */
  generation = 0;
  #underWay = 0;

  /** Whether nothing is being changed at this moment. */
  get areSettled(): boolean {
    return this.#underWay === 0;
  }

  /** Runs one change. Between its COMMIT and its end it still counts as under way. */
  async during<T>(change: () => Promise<T>): Promise<T> {
    this.#underWay += 1;
    try {
      return await change();
    } finally {
      this.#underWay -= 1;
      this.generation += 1;
    }
  }
}
