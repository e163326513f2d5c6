/** A PIN as a card keeps it: a counter that only a right PIN fills again, and an effect that only power-off ends. */
export class SoftwarePin {
  readonly #pin: Uint8Array;
  readonly #maxTries: number;
  #triesLeft: number;
  #verified = false;

  constructor(pin: string, maxTries: number, triesLeft = maxTries) {
    this.#pin = new TextEncoder().encode(pin);
    this.#maxTries = maxTries;
    this.#triesLeft = triesLeft;
  }

  get triesLeft(): number {
    return this.#triesLeft;
  }

  get verified(): boolean {
    return this.#verified;
  }

  /** The status word that says how many tries are left; asking costs none. */
  get state(): number {
    return 0x63c0 | this.#triesLeft;
  }

  /** @returns the status word. */
  verify(attempt: Uint8Array): number {
    if (this.#triesLeft === 0) return 0x6983;
    this.#verified = Buffer.compare(attempt, this.#pin) === 0;
    this.#triesLeft = this.#verified ? this.#maxTries : this.#triesLeft - 1;
    return this.#verified ? 0x9000 : this.state;
  }

  lock(): void {
    this.#verified = false;
  }
}
