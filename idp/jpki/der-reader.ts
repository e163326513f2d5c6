import { InvalidInput } from '../domain/fault.ts';

/** Identifier octets of the types that certificates and lists are made of. @see X.690 §8.1.2 */
export const tag = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  enumerated: 0x0a,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
  /** A constructed context-specific tag. */
  context: (number: number): number => 0xa0 | number,
  /** A primitive context-specific tag. */
  contextPrimitive: (number: number): number => 0x80 | number,
} as const;

/** Where one element lies in its bytes: header from `start`, contents from `contentStart`, up to `end`. */
export interface DerElement {
  readonly bytes: Uint8Array;
  readonly tag: number;
  readonly start: number;
  readonly contentStart: number;
  readonly end: number;
}

/** The only thing this file throws; parsers of whole structures turn it into their refusal `malformed`. */
export const notDer = (what: string): InvalidInput => new InvalidInput('ERR_DER', `Not valid DER: ${what}.`);

/** The element's contents, not copied. */
export const contentsOf = (element: DerElement): Uint8Array =>
  element.bytes.subarray(element.contentStart, element.end);

/** Header and contents as they stand, not copied: what signatures and comparisons are made over. */
export const rawOf = (element: DerElement): Uint8Array => element.bytes.subarray(element.start, element.end);

/**
 * Reads the header of the element at `start`: single-octet tags, definite lengths in the shortest form, up to 4 octets.
 * @param bound the element may end here at the latest; the contents need not be there.
 * @throws {InvalidInput} `ERR_DER`
 * @see X.690 §10.1
 */
export function readHeader(bytes: Uint8Array, start: number, bound: number): DerElement {
  const identifier = bytes[start];
  const first = bytes[start + 1];
  if (identifier === undefined || first === undefined || start + 2 > bound) throw notDer('cut off');
  if ((identifier & 0x1f) === 0x1f) throw notDer('tag of several octets');
  const octets = first < 0x80 ? 0 : first & 0x7f;
  if (first === 0x80 || octets > 4) throw notDer('length form');
  const contentStart = start + 2 + octets;
  let length = octets === 0 ? first : 0;
  for (let index = start + 2; index < contentStart; index++) length = length * 256 + (bytes[index] ?? 0);
  const shortest = octets === 0 || length >= (octets === 1 ? 0x80 : 256 ** (octets - 1));
  if (!shortest) throw notDer('length not in the shortest form');
  const end = contentStart + length;
  if (contentStart > bytes.length || end > bound) throw notDer('longer than what holds it');
  return { bytes, tag: identifier, start, contentStart, end };
}

/** Reads the elements of one constructed value in order. */
export class DerReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #position: number;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#position = start;
    this.#end = end;
  }

  /** Reads inside a constructed element. */
  static inside(element: DerElement): DerReader {
    return new DerReader(element.bytes, element.contentStart, element.end);
  }

  /** Reads the one element that another holds, as under an EXPLICIT tag. @throws {InvalidInput} `ERR_DER` at a second */
  static onlyInside(element: DerElement, expected: number): DerElement {
    const reader = DerReader.inside(element);
    const only = reader.read(expected);
    reader.finish();
    return only;
  }

  get atEnd(): boolean {
    return this.#position === this.#end;
  }

  get position(): number {
    return this.#position;
  }

  /** The next identifier octet, or `undefined` at the end. */
  peek(): number | undefined {
    return this.atEnd ? undefined : this.#bytes[this.#position];
  }

  /** @throws {InvalidInput} `ERR_DER` when the next element has another tag. */
  read(expected: number): DerElement {
    const element = this.readAny();
    if (element.tag !== expected) throw notDer('another type was expected');
    return element;
  }

  readAny(): DerElement {
    const element = readHeader(this.#bytes, this.#position, this.#end);
    this.#position = element.end;
    return element;
  }

  optional(expected: number): DerElement | undefined {
    return this.peek() === expected ? this.read(expected) : undefined;
  }

  enter(expected: number): DerReader {
    return DerReader.inside(this.read(expected));
  }

  /** @throws {InvalidInput} `ERR_DER` when something is left. */
  finish(): void {
    if (!this.atEnd) throw notDer('something is left over');
  }
}
