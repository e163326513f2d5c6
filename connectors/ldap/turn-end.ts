/** What is done at the end of a turn of the event loop, for all connections one after the other: one callback a turn, not one each. */
export class TurnEnd {
  #works: (() => void)[] = [];

  add(work: () => void): void {
    this.#works.push(work);
    if (this.#works.length === 1) setImmediate(this.#run);
  }

  readonly #run = (): void => {
    const works = this.#works;
    this.#works = [];
    for (const work of works) work();
  };
}
