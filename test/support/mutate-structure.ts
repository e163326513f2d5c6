import { allNodes, contentsOf, type DerNode, headerOf, readTree, writeTree } from './der-tree.ts';
import { mutated } from './mutate.ts';
import type { Random } from './random.ts';

/** A structure that is mutated again and again: read once. */
export interface Specimen {
  readonly bytes: Uint8Array;
  readonly tree: DerNode | undefined;
  readonly nodes: readonly [DerNode, ...DerNode[]] | undefined;
}

export function specimenOf(bytes: Uint8Array): Specimen {
  const tree = readTree(bytes);
  if (tree === undefined) return { bytes, tree, nodes: undefined };
  const [first = tree, ...rest] = allNodes(tree);
  return { bytes, tree, nodes: [first, ...rest] };
}

type Corpus = readonly [Specimen, ...Specimen[]];

/** What stands in place of an element; lengths around it are mended, so that what is wrong is found where it is. */
type TreeMutation = (node: DerNode, random: Random, corpus: Corpus) => Uint8Array;

/** Contents on which readers of INTEGERs, times, names and flags stumble, in hex. */
const awkwardContents: readonly [string, ...string[]] = [
  ...(['', '00', '01', '7f', '80', 'ff', '0000', '0080', 'ff80', '00ff', '8000', '0102'] as const),
  '7fffffffffffffff',
  '00ffffffffffffffff',
  '01'.repeat(20),
  '01'.repeat(21),
  'ff'.repeat(200),
  '8001',
  '2a8080',
  '2aff',
  '3236303233313030303030305a',
  '3530303130313030303030305a',
  '32303236303130313030303030302e355a',
  '39393939313233313233353935395a',
  '3236303130313030303036305a',
];

const awkwardTags: readonly [number, ...number[]] = [
  0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0a, 0x0c, 0x13, 0x17, 0x18, 0x1e, 0x1f, 0x30, 0x31, 0x3f, 0x80,
  0x81, 0x82, 0x84, 0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xbf,
];

/** Lengths that are longer than they need be, or no lengths at all. */
const awkwardLengths: readonly [Uint8Array, ...Uint8Array[]] = [
  Uint8Array.of(0x80),
  Uint8Array.of(0x84, 0xff, 0xff, 0xff, 0xff),
  Uint8Array.of(0x84, 0x7f, 0xff, 0xff, 0xff),
  Uint8Array.of(0x88, 0, 0, 0, 0, 0, 0, 0, 1),
  Uint8Array.of(0xff),
];

const withHeader = (tag: number, contents: Uint8Array): Uint8Array =>
  Buffer.concat([headerOf(tag, contents.length), contents]);

const treeMutations: readonly [TreeMutation, ...TreeMutation[]] = [
  function changeTag(node, random) {
    return withHeader(random.pick(awkwardTags), contentsOf(node));
  },
  function changeContents(node, random) {
    return withHeader(node.tag, Buffer.from(random.pick(awkwardContents), 'hex'));
  },
  function changeContentsWithoutStructure(node, random) {
    return withHeader(node.tag, mutated(contentsOf(node), random));
  },
  function lieAboutLength(node, random) {
    const contents = contentsOf(node);
    const by = random.pick([-2, -1, 1, 2, 100]);
    return Buffer.concat([headerOf(node.tag, Math.max(contents.length + by, 0)), contents]);
  },
  function writeLengthOtherwise(node, random) {
    const contents = contentsOf(node);
    const longer = Uint8Array.of(0x83, 0, contents.length >> 8, contents.length & 0xff);
    const length = random.below(3) === 0 ? longer : random.pick(awkwardLengths);
    return Buffer.concat([Uint8Array.of(node.tag), length, contents]);
  },
  function remove() {
    return new Uint8Array();
  },
  function repeat(node, random) {
    const one = writeTree(node);
    return Buffer.concat(Array.from({ length: 2 + random.below(3) }, () => one));
  },
  function repeatOften(node, random) {
    const one = writeTree(node);
    const times = Math.min(1 + random.below(500), Math.floor(20_000 / (one.length + 1)) + 1);
    return Buffer.concat(Array.from({ length: times }, () => one));
  },
  function wrap(node, random) {
    return withHeader(random.pick([0x30, 0x31, 0x04, 0xa0, 0xa3]), writeTree(node));
  },
  function wrapDeep(node, random) {
    let bytes = writeTree(node);
    for (let depth = random.below(400); depth > 0; depth--) bytes = withHeader(0x30, bytes);
    return bytes;
  },
  function unwrap(node) {
    return contentsOf(node);
  },
  function swapChildren(node, random) {
    const children = [...(node.children ?? [])];
    const [one, other] = [random.below(children.length), random.below(children.length)];
    const [first, second] = [children[one], children[other]];
    if (first === undefined || second === undefined) return withHeader(node.tag, new Uint8Array());
    [children[one], children[other]] = [second, first];
    return writeTree({ ...node, children });
  },
  function spliceFromAnother(_, random, corpus) {
    const { nodes, bytes } = random.pick(corpus);
    return nodes === undefined ? bytes.subarray(0, 200) : writeTree(random.pick(nodes));
  },
];

/**
 * A copy with one to three elements changed and the lengths around them mended; now and then with octets changed
 * without regard to structure, and where there is no structure always so.
 * @param corpus where elements are taken from that stand in place of others
 */
export function mutatedStructure(
  { bytes, tree, nodes }: Specimen,
  random: Random,
  corpus: Corpus,
): Uint8Array {
  if (tree === undefined || nodes === undefined || random.below(4) === 0) return mutated(bytes, random);
  const replacements = new Map<DerNode, Uint8Array>();
  for (let count = 1 + random.below(3); count > 0; count--) {
    const node = random.pick(nodes);
    replacements.set(node, random.pick(treeMutations)(node, random, corpus));
  }
  return writeTree(tree, replacements);
}
