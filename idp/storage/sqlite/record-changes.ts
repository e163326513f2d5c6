/** Where the two counters stand, one after the other, as 32-bit integers. */
const generationCell = 0;
const underWayCell = 1;

/**
 * Knows when the record may be changing. What was read while no change was under way stays true until the next one
 * begins: only this process writes the record (the data directory is taken). The counters stand in memory that other
 * threads of the process can be given, so that what they remember ends at the same moment.
 */
export class RecordChanges {
  readonly memory: SharedArrayBuffer;
  readonly #cells: Int32Array;

  /** @param memory of the one that changes the record; without it this is that one */
  constructor(memory = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT)) {
    this.memory = memory;
    this.#cells = new Int32Array(memory);
  }

  /** Rises with every change that ended, whatever became of it. */
  get generation(): number {
    return Atomics.load(this.#cells, generationCell);
  }

  /** Whether nothing is being changed at this moment. */
  get areSettled(): boolean {
    return Atomics.load(this.#cells, underWayCell) === 0;
  }

  /** Runs one change. Between its COMMIT and its end it still counts as under way. */
  async during<T>(change: () => Promise<T>): Promise<T> {
    Atomics.add(this.#cells, underWayCell, 1);
    try {
      return await change();
    } finally {
      // In this order: whoever sees that nothing is under way any more sees that something was.
      Atomics.add(this.#cells, generationCell, 1);
      Atomics.sub(this.#cells, underWayCell, 1);
    }
  }
}
