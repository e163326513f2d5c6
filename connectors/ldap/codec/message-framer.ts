import { InvalidInput } from '../../../idp/domain/fault.ts';
import { malformed } from './ber-reader.ts';

const sequenceTag = 0x30;
const smallestBuffer = 512;
const nothing = Buffer.alloc(0);

/**
 * Cuts a byte stream into LDAPMessages: length first, at most one buffer, and nothing is looked into before it is whole.
 * A chunk that holds whole messages is read where it lies; only a rest is copied. The buffer grows with the
 * bytes that really came, never with the length that a sender claims.
 * @see RFC 4511 §5.2
 */
export class MessageFramer {
  /** The buffer that the message found last lies in. */
  bytes: Buffer = nothing;
  /** Where the message found last starts and ends in `bytes`, its outer tag included. */
  start = 0;
  end = 0;
  #used = 0;

  /** Bytes that came and are not consumed. */
  get waiting(): number {
    return this.#used - this.end;
  }

  append(chunk: Buffer): void {
    const rest = this.#used - this.end;
    if (rest === 0) {
      this.bytes = chunk;
      this.#used = chunk.length;
    } else {
      this.#join(chunk, rest);
    }
    this.start = 0;
    this.end = 0;
  }

  /**
   * Moves to the next whole message.
   * @returns false when more bytes are needed.
   * @throws {InvalidInput} `ERR_LDAP_MALFORMED`, or `ERR_LDAP_MESSAGE_TOO_LARGE` as soon as the claimed length says so.
   */
  next(maxMessageBytes: number): boolean {
    const start = this.end;
    const available = this.#used - start;
    if (available < 1) return false;
    if (this.bytes[start] !== sequenceTag) throw malformed('not an LDAPMessage');
    if (available < 2) return false;
    const first = this.bytes[start + 1] ?? 0;
    const count = first < 0x80 ? 0 : first & 0x7f;
    if (first === 0x80 || count > 4) throw malformed('an LDAPMessage needs a definite length');
    if (available < 2 + count) return false;
    const total = 2 + count + (count === 0 ? first : this.bytes.readUIntBE(start + 2, count));
    if (total > maxMessageBytes) {
      throw new InvalidInput('ERR_LDAP_MESSAGE_TOO_LARGE', `a message may have ${maxMessageBytes} bytes`);
    }
    if (available < total) return false;
    this.start = start;
    this.end = start + total;
    return true;
  }

  /** Lets the message found last be found again. */
  putBack(): void {
    this.end = this.start;
  }

  /** Lets go of what was consumed: at once when nothing is left, by a copy when it is the larger part. */
  keepRest(): void {
    const rest = this.#used - this.end;
    if (rest > 0 && this.end < this.bytes.length / 2) return;
    const kept = rest === 0 ? nothing : Buffer.allocUnsafeSlow(Math.max(rest, smallestBuffer));
    this.bytes.copy(kept, 0, this.end, this.#used);
    this.bytes = kept;
    this.start = 0;
    this.end = 0;
    this.#used = rest;
  }

  #join(chunk: Buffer, rest: number): void {
    const needed = rest + chunk.length;
    // A consumed front is reused only through a copy: decoded values may still point into it.
    if (this.end === 0 && needed <= this.bytes.length) {
      chunk.copy(this.bytes, rest);
    } else {
      const grown = Buffer.allocUnsafeSlow(Math.max(needed, rest * 2, smallestBuffer));
      this.bytes.copy(grown, 0, this.end, this.#used);
      chunk.copy(grown, rest);
      this.bytes = grown;
    }
    this.#used = needed;
  }
}
