import type { SerialNumber } from '../../domain/certificate-id.ts';

/**
 * Serial numbers in one flat table, so that a list of a million entries is held against a million cards without making
 * an object per entry.
 */
export class SerialNumberTable {
  readonly #serialNumbers: readonly SerialNumber[];
  /** The octets of all serial numbers, one after the other; number `i` lies from `#offsets[i]` to `#offsets[i + 1]`. */
  readonly #octets: Uint8Array;
  readonly #offsets: Uint32Array;
  /** Open addressing: index + 1 into the lists above, 0 for a free place. */
  readonly #places: Uint32Array;
  readonly #mask: number;

  constructor(serialNumbers: ReadonlySet<SerialNumber>) {
    this.#serialNumbers = [...serialNumbers];
    const count = this.#serialNumbers.length;
    this.#offsets = new Uint32Array(count + 1);
    this.#octets = new Uint8Array(this.#serialNumbers.reduce((sum, { length }) => sum + length / 2, 0));
    // At most half full, so that a miss is found after one or two looks.
    this.#places = new Uint32Array(2 ** Math.ceil(Math.log2(Math.max(count * 2, 8))));
    this.#mask = this.#places.length - 1;
    this.#serialNumbers.forEach((serialNumber, index) => {
      this.#add(serialNumber, index);
    });
  }

  /**
   * Finds the serial number whose octets lie in `bytes` from `start` to `end`.
   * @returns `undefined` when it is not of interest
   */
  find(bytes: Uint8Array, start: number, end: number): SerialNumber | undefined {
    let place = hashOf(bytes, start, end) & this.#mask;
    for (;;) {
      const index = (this.#places[place] ?? 0) - 1;
      if (index < 0) return undefined;
      if (this.#equals(index, bytes, start, end)) return this.#serialNumbers[index];
      place = (place + 1) & this.#mask;
    }
  }

  #add(serialNumber: SerialNumber, index: number): void {
    const start = this.#offsets[index] ?? 0;
    const end = start + serialNumber.length / 2;
    for (let at = 0; at < serialNumber.length; at += 2) {
      this.#octets[start + at / 2] = hexDigit(serialNumber, at) * 16 + hexDigit(serialNumber, at + 1);
    }
    this.#offsets[index + 1] = end;
    let place = hashOf(this.#octets, start, end) & this.#mask;
    while (this.#places[place] !== 0) place = (place + 1) & this.#mask;
    this.#places[place] = index + 1;
  }

  #equals(index: number, bytes: Uint8Array, start: number, end: number): boolean {
    const from = this.#offsets[index] ?? 0;
    if ((this.#offsets[index + 1] ?? 0) - from !== end - start) return false;
    for (let at = start; at < end; at++) {
      if (bytes[at] !== this.#octets[from + at - start]) return false;
    }
    return true;
  }
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
