const initialBytes = 1024;
/** A buffer that one large answer blew up is let go after it. */
const keptBytes = 64 * 1024;
/** Below this a loop in JavaScript beats a call into native code. */
const shortTextLength = 40;

/**
 * Collects outgoing messages, one after the other, in one growing buffer.
 * Lengths are filled in when an element ends, in their shortest form.
 */
export class BerWriter {
  #bytes = Buffer.alloc(0);
  #position = 0;

  get length(): number {
    return this.#position;
  }

  /** The bytes so far as a buffer of their own; the writer starts anew. */
  take(): Buffer {
    const taken = Buffer.allocUnsafe(this.#position);
    this.#bytes.copy(taken, 0, 0, this.#position);
    this.#position = 0;
    if (this.#bytes.length > keptBytes) this.#bytes = Buffer.alloc(0);
    return taken;
  }

  /** Starts a constructed element; hand the returned mark to `end`. */
  begin(tag: number): number {
    this.#reserve(2);
    this.#bytes[this.#position] = tag;
    this.#position += 2;
    return this.#position;
  }

  end(mark: number): void {
    const length = this.#position - mark;
    if (length < 0x80) {
      this.#bytes[mark - 1] = length;
      return;
    }
    const extra = lengthOctets(length);
    this.#reserve(extra);
    this.#bytes.copyWithin(mark + extra, mark, this.#position);
    this.#bytes[mark - 1] = 0x80 | extra;
    this.#bytes.writeUIntBE(length, mark, extra);
    this.#position += extra;
  }

  /** Appends bytes that are encoded already. */
  encoded(bytes: Buffer): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#position);
    this.#position += bytes.length;
  }

  octets(tag: number, bytes: Uint8Array): void {
    this.#reserve(bytes.length + 6);
    this.#header(tag, bytes.length);
    this.#bytes.set(bytes, this.#position);
    this.#position += bytes.length;
  }

  text(tag: number, value: string): void {
    if (value.length <= shortTextLength && this.#shortAscii(tag, value)) return;
    const length = Buffer.byteLength(value);
    this.#reserve(length + 6);
    this.#header(tag, length);
    this.#bytes.write(value, this.#position, length, 'utf8');
    this.#position += length;
  }

  /** A non-negative INTEGER or ENUMERATED below 2^31. */
  integer(tag: number, value: number): void {
    this.#reserve(7);
    // One octet more where the top bit is set: the value would read as negative otherwise.
    const count = value < 0x80 ? 1 : value < 0x8000 ? 2 : value < 0x800000 ? 3 : 4;
    this.#header(tag, count);
    this.#bytes.writeIntBE(value, this.#position, count);
    this.#position += count;
  }

  boolean(tag: number, value: boolean): void {
    this.#reserve(3);
    this.#header(tag, 1);
    this.#bytes[this.#position] = value ? 0xff : 0;
    this.#position += 1;
  }

  #shortAscii(tag: number, value: string): boolean {
    const length = value.length;
    this.#reserve(length + 2);
    const start = this.#position + 2;
    for (let index = 0; index < length; index += 1) {
      const code = value.charCodeAt(index);
      if (code > 0x7f) return false;
      this.#bytes[start + index] = code;
    }
    this.#bytes[this.#position] = tag;
    this.#bytes[this.#position + 1] = length;
    this.#position = start + length;
    return true;
  }

  #header(tag: number, length: number): void {
    this.#bytes[this.#position] = tag;
    this.#position += 1;
    if (length < 0x80) {
      this.#bytes[this.#position] = length;
      this.#position += 1;
      return;
    }
    const count = lengthOctets(length);
    this.#bytes[this.#position] = 0x80 | count;
    this.#bytes.writeUIntBE(length, this.#position + 1, count);
    this.#position += 1 + count;
  }

  #reserve(count: number): void {
    const needed = this.#position + count;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2, initialBytes));
    this.#bytes.copy(grown, 0, 0, this.#position);
    this.#bytes = grown;
  }
}

function lengthOctets(length: number): number {
  if (length < 0x100) return 1;
  if (length < 0x10000) return 2;
  return length < 0x1000000 ? 3 : 4;
}
