/** An answer with three certificates has some 400 elements in 6,000 octets. */
const mostElements = 600;
const mostOctets = 16 * 1024;
const deepest = 32;

const octetString = 0x04;
const bitString = 0x03;

/**
 * Whether octets are one DER value of a modest size. Asked before asn1js reads it: that takes up to ten microseconds for
 * an element, takes them twice, and the event loop waits meanwhile; an answer over plain HTTP may come from anybody.
 */
export function isModestDer(octets: Uint8Array): boolean {
  return octets.length <= mostOctets && holdsElements(octets, 0, octets.length, { seen: 0 }, 0);
}

interface Count {
  seen: number;
}

/** Whether elements fill the octets from `start` to `end`, not too deep and, with all seen before, not too many. */
function holdsElements(octets: Uint8Array, start: number, end: number, count: Count, depth: number): boolean {
  let position = start;
  while (position < end) {
    count.seen += 1;
    const contents = contentsAt(octets, position, end);
    if (contents === undefined || depth > deepest || count.seen > mostElements) return false;
    const [contentStart, next] = contents;
    const tag = octets[position] ?? 0;
    if (!isSound(octets, tag, contentStart, next, count, depth + 1)) return false;
    position = next;
  }
  return true;
}

/** Constructed elements must hold elements; strings of octets and bits may, and asn1js looks whether they do. */
function isSound(
  octets: Uint8Array,
  tag: number,
  start: number,
  end: number,
  count: Count,
  depth: number,
): boolean {
  if ((tag & 0x20) !== 0) return holdsElements(octets, start, end, count, depth);
  if (tag === octetString) holdsElements(octets, start, end, count, depth);
  if (tag === bitString) holdsElements(octets, start + 1, end, count, depth);
  return count.seen <= mostElements;
}

/** Where the contents of an element begin and end: tags of one octet, definite lengths. @see X.690 §10.1 */
function contentsAt(
  octets: Uint8Array,
  position: number,
  end: number,
): readonly [number, number] | undefined {
  const [tag = 0x1f, first = 0x80] = octets.subarray(position, Math.min(position + 2, end));
  const lengthOctets = first < 0x80 ? 0 : first & 0x7f;
  if ((tag & 0x1f) === 0x1f || first === 0x80 || lengthOctets > 3) return undefined;
  const contentStart = position + 2 + lengthOctets;
  let length = lengthOctets === 0 ? first : 0;
  for (let index = position + 2; index < contentStart; index++) length = length * 256 + (octets[index] ?? 0);
  return contentStart + length > end ? undefined : [contentStart, contentStart + length];
}
