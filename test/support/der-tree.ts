/**
 * DER as a tree, for tests that change it: read without any trust in it and independently of the product's own reader,
 * written with the lengths mended.
 */
export interface DerNode {
  readonly tag: number;
  /** Of a primitive element. */
  readonly contents: Uint8Array;
  /** Of a constructed one, and of an OCTET or BIT STRING that holds DER. */
  readonly children?: readonly DerNode[];
  /** The octets before the children: the count of unused bits of a BIT STRING. */
  readonly before?: Uint8Array;
}

const deepest = 40;
const none = new Uint8Array();

interface Header {
  readonly tag: number;
  readonly contentStart: number;
  readonly end: number;
}

/** Tags of one octet, definite lengths of up to four octets, shortest or not. */
function headerAt(bytes: Uint8Array, at: number, end: number): Header | undefined {
  const [tag, first] = [bytes[at], bytes[at + 1]];
  if (tag === undefined || first === undefined || at + 2 > end || first === 0x80) return undefined;
  const octets = first < 0x80 ? 0 : first & 0x7f;
  if (octets > 4 || at + 2 + octets > end) return undefined;
  const contentStart = at + 2 + octets;
  const length =
    octets === 0 ? first : bytes.subarray(at + 2, contentStart).reduce((sum, one) => sum * 256 + one, 0);
  return contentStart + length > end ? undefined : { tag, contentStart, end: contentStart + length };
}

/** The elements that fill the octets; `undefined` where they do not. */
function readAll(bytes: Uint8Array, start: number, end: number, depth: number): DerNode[] | undefined {
  const nodes: DerNode[] = [];
  let at = start;
  while (at < end) {
    const header = headerAt(bytes, at, end);
    if (header === undefined || depth > deepest) return undefined;
    nodes.push(readNode(bytes, header, depth));
    at = header.end;
  }
  return nodes;
}

function readNode(bytes: Uint8Array, { tag, contentStart, end }: Header, depth: number): DerNode {
  const contents = bytes.subarray(contentStart, end);
  const constructed = (tag & 0x20) !== 0;
  const holdsBits = tag === 0x03 && contents[0] === 0;
  if (!constructed && tag !== 0x04 && !holdsBits) return { tag, contents };
  const start = holdsBits ? contentStart + 1 : contentStart;
  const children = start < end ? readAll(bytes, start, end, depth + 1) : undefined;
  if (children === undefined) return { tag, contents };
  return { tag, contents, children, ...(holdsBits ? { before: contents.subarray(0, 1) } : {}) };
}

/** Reads octets as one element; `undefined` when they are not. */
export function readTree(bytes: Uint8Array): DerNode | undefined {
  const header = headerAt(bytes, 0, bytes.length);
  return header === undefined || header.end !== bytes.length ? undefined : readNode(bytes, header, 0);
}

/** Header octets with the shortest definite length. */
export function headerOf(tag: number, length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(tag, length);
  if (length < 0x100) return Uint8Array.of(tag, 0x81, length);
  if (length < 0x1_0000) return Uint8Array.of(tag, 0x82, length >> 8, length & 0xff);
  return Uint8Array.of(tag, 0x83, length >> 16, (length >> 8) & 0xff, length & 0xff);
}

/** Octets to be written in place of a node; nodes without one are written as they are, with their lengths mended. */
export type Replacements = ReadonlyMap<DerNode, Uint8Array>;

export function writeTree(node: DerNode, replacements: Replacements = new Map()): Uint8Array {
  const replaced = replacements.get(node);
  if (replaced !== undefined) return replaced;
  const contents = contentsOf(node, replacements);
  return Buffer.concat([headerOf(node.tag, contents.length), contents]);
}

/** What stands behind the header. */
export function contentsOf(node: DerNode, replacements: Replacements = new Map()): Uint8Array {
  if (node.children === undefined) return node.contents;
  return Buffer.concat([
    node.before ?? none,
    ...node.children.map((child) => writeTree(child, replacements)),
  ]);
}

/** The node and all below it, from the outermost inward. */
export function allNodes(node: DerNode): readonly DerNode[] {
  return [node, ...(node.children ?? []).flatMap(allNodes)];
}

/** The three parts of SIGNED{…} as they stand: what is signed, the object identifier of the algorithm, the signature. */
export function signedParts(der: Uint8Array) {
  const whole = headerAt(der, 0, der.length);
  const tbs = whole && headerAt(der, whole.contentStart, whole.end);
  const algorithm = tbs && headerAt(der, tbs.end, whole.end);
  const oid = algorithm && headerAt(der, algorithm.contentStart, algorithm.end);
  const signature = algorithm && headerAt(der, algorithm.end, whole.end);
  if (!whole || !tbs || !oid || !signature) return undefined;
  return {
    toBeSigned: der.subarray(whole.contentStart, tbs.end),
    algorithm: Buffer.from(der.subarray(oid.contentStart, oid.end)).toString('hex'),
    signature: der.subarray(signature.contentStart + 1, signature.end),
    /** What follows the signature: certificates of an OCSP answer. */
    rest: der.subarray(signature.end, whole.end),
  };
}
