import type { Random } from './random.ts';

type Mutation = (bytes: Buffer, random: Random) => Buffer;

const at = (bytes: Buffer, random: Random): number => random.below(bytes.length + 1);

const cut = (bytes: Buffer, from: number, to: number, insert: Uint8Array = new Uint8Array()): Buffer =>
  Buffer.concat([bytes.subarray(0, from), insert, bytes.subarray(to)]);

/** Octets on which DER parsers stumble: lengths, tags, signs. */
const awkward: readonly [number, ...number[]] = [
  0x00, 0x01, 0x02, 0x1f, 0x30, 0x7f, 0x80, 0x81, 0x84, 0x88, 0xa0, 0xff,
];

const mutations: readonly [Mutation, ...Mutation[]] = [
  function flipBit(bytes, random) {
    const position = random.below(bytes.length);
    bytes[position] = (bytes[position] ?? 0) ^ (1 << random.below(8));
    return bytes;
  },
  function setOctet(bytes, random) {
    bytes[random.below(bytes.length)] = random.pick(awkward);
    return bytes;
  },
  function insertOctets(bytes, random) {
    const position = at(bytes, random);
    return cut(bytes, position, position, random.octets(1 + random.below(4)));
  },
  function removeOctets(bytes, random) {
    const position = at(bytes, random);
    return cut(bytes, position, position + 1 + random.below(8));
  },
  function repeatSlice(bytes, random) {
    const position = at(bytes, random);
    return cut(bytes, position, position, bytes.subarray(position, position + random.below(64)));
  },
  function truncate(bytes, random) {
    return bytes.subarray(0, at(bytes, random));
  },
  function changeLength(bytes, random) {
    // The octet after a SEQUENCE, SET or context tag is a length.
    const tags = [0x30, 0x31, 0xa0, 0xa3, 0x02, 0x04, 0x06];
    const start = random.below(bytes.length);
    const found = bytes.subarray(start).findIndex((octet) => tags.includes(octet));
    if (found >= 0 && start + found + 1 < bytes.length) bytes[start + found + 1] = random.pick(awkward);
    return bytes;
  },
];

/** A copy with one to three things wrong with it. */
export function mutated(bytes: Uint8Array, random: Random): Uint8Array {
  let copy: Buffer = Buffer.from(bytes);
  for (let count = 1 + random.below(3); count > 0 && copy.length > 0; count--) {
    copy = Buffer.from(random.pick(mutations)(copy, random));
  }
  return copy;
}

/** The same bytes with the lowest bit of one octet turned, in place. */
export function turnBit(bytes: Buffer, position: number): Buffer {
  bytes[position] = (bytes[position] ?? 0) ^ 1;
  return bytes;
}
