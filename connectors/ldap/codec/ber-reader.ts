import { InvalidInput } from '../../../idp/domain/fault.ts';

/** What a message that breaks BER or LDAP's use of it is answered with: the connection ends (RFC 4511 §4.1.1). */
export function malformed(what: string): InvalidInput {
  return new InvalidInput('ERR_LDAP_MALFORMED', what);
}

/**
 * Reads BER as LDAP restricts it: definite lengths, low tag numbers, primitive strings.
 * Every read checks against the end of the element it stands in, so a length can never reach outside its parent.
 * @see RFC 4511 §5.1
 */
export class BerReader {
  readonly bytes: Buffer;
  position: number;
  /** End of the element being read; `enter` narrows it and `leave` widens it again. */
  end: number;

  constructor(bytes: Buffer, start: number, end: number) {
    this.bytes = bytes;
    this.position = start;
    this.end = end;
  }

  get atEnd(): boolean {
    return this.position >= this.end;
  }

  /** The tag of the next element, or -1 at the end of the enclosing one. */
  peekTag(): number {
    return this.position < this.end ? (this.bytes[this.position] ?? -1) : -1;
  }

  /**
   * Consumes tag and length of the next element and returns where its contents end.
   * @throws {InvalidInput} `ERR_LDAP_MALFORMED`
   */
  header(tag: number): number {
    if (this.peekTag() !== tag) throw malformed(`expected tag 0x${tag.toString(16)}`);
    this.position += 1;
    const contentEnd = this.#length() + this.position;
    if (contentEnd > this.end) throw malformed('an element is longer than what holds it');
    return contentEnd;
  }

  /** Steps into a constructed element; hand the returned value to `leave`. */
  enter(tag: number): number {
    const contentEnd = this.header(tag);
    const outerEnd = this.end;
    this.end = contentEnd;
    return outerEnd;
  }

  /** Steps out; trailing elements that nobody knows are ignored, as RFC 4511 §4 asks. */
  leave(outerEnd: number): void {
    this.position = this.end;
    this.end = outerEnd;
  }

  /** Skips one element whatever its tag and returns the tag. */
  skip(): number {
    const tag = this.peekTag();
    if (tag === -1) throw malformed('an element is missing');
    this.position = this.header(tag);
    return tag;
  }

  octets(tag: number): Buffer {
    const contentEnd = this.header(tag);
    const value = this.bytes.subarray(this.position, contentEnd);
    this.position = contentEnd;
    return value;
  }

  /** An LDAPString. Octets that are not UTF-8 become U+FFFD and therefore match nothing. */
  text(tag: number): string {
    const contentEnd = this.header(tag);
    const value = this.bytes.toString('utf8', this.position, contentEnd);
    this.position = contentEnd;
    return value;
  }

  boolean(tag: number): boolean {
    const contentEnd = this.header(tag);
    if (contentEnd !== this.position + 1) throw malformed('a boolean is one octet');
    this.position = contentEnd;
    return this.bytes[contentEnd - 1] !== 0;
  }

  /** A non-negative integer or enumeration up to 2^31-1, which is all that LDAP uses. */
  integer(tag: number): number {
    const contentEnd = this.header(tag);
    const length = contentEnd - this.position;
    if (length < 1 || length > 4) throw malformed('an integer has one to four octets');
    const value = this.bytes.readIntBE(this.position, length);
    if (value < 0) throw malformed('a negative integer');
    this.position = contentEnd;
    return value;
  }

  #length(): number {
    if (this.position >= this.end) throw malformed('a length is missing');
    const first = this.bytes[this.position] ?? 0;
    this.position += 1;
    if (first < 0x80) return first;
    const count = first & 0x7f;
    if (count === 0) throw malformed('indefinite lengths are not used in LDAP');
    if (count > 4 || this.position + count > this.end) throw malformed('a length is too long');
    const length = this.bytes.readUIntBE(this.position, count);
    this.position += count;
    return length;
  }
}
