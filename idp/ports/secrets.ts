/** Codes, secrets and ids that are handed out once and kept as hashes only. */
export interface Secrets {
  /** A new random value of at least `bits` bits in lower-case base32 without padding (RFC 4648 §6): safe in URLs, DNs and shells. */
  random(bits: number): string;
  /** A new id: random UUID (RFC 9562 §5.4). */
  id(): string;
  /** SHA-256 in hex: enough for values that are random and long; never used for what people choose. */
  hash(text: string): string;
  /** Compares two hashes in constant time. */
  equal(hash: string, otherHash: string): boolean;
}
