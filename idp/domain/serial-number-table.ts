import type { SerialNumber } from './certificate-id.ts';

const leastPlaces = 8;

/**
 * Serial numbers in a few flat arrays: a million take some twenty megabytes where a set of texts takes hundreds, and a
 * list of a million entries is held against them without making an object per entry.
 */
export class SerialNumberTable implements Iterable<SerialNumber> {
  /** The octets of all serial numbers, one after the other; number `i` lies from `#offsets[i]` to `#offsets[i + 1]`. */
  #octets = new Uint8Array(leastPlaces * 4);
  #offsets = new Uint32Array(leastPlaces);
  /** Open addressing: index + 1 into the arrays above, 0 for a free place. At most half full: a miss is found soon. */
  #places = new Uint32Array(leastPlaces);
  #size = 0;

  constructor(serialNumbers: Iterable<SerialNumber> = []) {
    for (const serialNumber of serialNumbers) this.add(serialNumber);
  }

  get size(): number {
    return this.#size;
  }

  /** Adding twice is no mistake. */
  add(serialNumber: SerialNumber): void {
    const start = this.#offsets[this.#size] ?? 0;
    const end = start + serialNumber.length / 2;
    if (end > this.#octets.length) this.#octets = grown(this.#octets);
    for (let at = 0; at < serialNumber.length; at += 2) {
      this.#octets[start + at / 2] = hexDigit(serialNumber, at) * 16 + hexDigit(serialNumber, at + 1);
    }
    if (this.#indexOf(this.#octets, start, end) !== undefined) return;
    if (this.#size + 1 === this.#offsets.length) this.#offsets = grown(this.#offsets);
    this.#size += 1;
    this.#offsets[this.#size] = end;
    if (this.#size * 2 > this.#places.length) this.#placeAllAnew();
    else this.#place(this.#size - 1);
  }

  /**
   * Finds the serial number whose octets lie in `bytes` from `start` to `end`.
   * @returns `undefined` when it is not in the table
   */
  find(bytes: Uint8Array, start: number, end: number): SerialNumber | undefined {
    const index = this.#indexOf(bytes, start, end);
    return index === undefined ? undefined : this.#serialNumberAt(index);
  }

  *[Symbol.iterator](): Generator<SerialNumber> {
    for (let index = 0; index < this.#size; index++) yield this.#serialNumberAt(index);
  }

  #indexOf(bytes: Uint8Array, start: number, end: number): number | undefined {
    const mask = this.#places.length - 1;
    let place = hashOf(bytes, start, end) & mask;
    for (;;) {
      const index = (this.#places[place] ?? 0) - 1;
      if (index < 0) return undefined;
      if (this.#equals(index, bytes, start, end)) return index;
      place = (place + 1) & mask;
    }
  }

  #equals(index: number, bytes: Uint8Array, start: number, end: number): boolean {
    const from = this.#offsets[index] ?? 0;
    if ((this.#offsets[index + 1] ?? 0) - from !== end - start) return false;
    for (let at = start; at < end; at++) {
      if (bytes[at] !== this.#octets[from + at - start]) return false;
    }
    return true;
  }

  #placeAllAnew(): void {
    this.#places = new Uint32Array(this.#places.length * 2);
    for (let index = 0; index < this.#size; index++) this.#place(index);
  }

  #place(index: number): void {
    const mask = this.#places.length - 1;
    let place = hashOf(this.#octets, this.#offsets[index] ?? 0, this.#offsets[index + 1] ?? 0) & mask;
    while (this.#places[place] !== 0) place = (place + 1) & mask;
    this.#places[place] = index + 1;
  }

  /** The octets came out of a SerialNumber. */
  #serialNumberAt(index: number): SerialNumber {
    let hex = '';
    for (let at = this.#offsets[index] ?? 0; at < (this.#offsets[index + 1] ?? 0); at++) {
      hex += (this.#octets[at] ?? 0).toString(16).padStart(2, '0');
    }
    return hex as SerialNumber;
  }
}

function grown<T extends Uint8Array<ArrayBuffer> | Uint32Array<ArrayBuffer>>(array: T): T {
  const larger =
    array instanceof Uint8Array ? new Uint8Array(array.length * 2) : new Uint32Array(array.length * 2);
  larger.set(array);
  return larger as T;
}

/** A SerialNumber is lower-case hex by its type; ten times faster than parsing slices of it. */
function hexDigit(serialNumber: SerialNumber, at: number): number {
  const code = serialNumber.charCodeAt(at);
  return code < 0x3a ? code - 0x30 : code - 0x57;
}

/** FNV-1a with a last mix: serial numbers count up, and neighbours must not crowd. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}
