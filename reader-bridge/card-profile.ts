/** How an elementary file is reached. */
export interface CardFile {
  readonly fileId: number;
  /** Short EF identifier for READ BINARY without a SELECT; cards may refuse it. */
  readonly shortId?: number;
}

/** All that is particular to one generation of cards, as data: nothing else knows identifiers, hashes or lengths. */
export interface CardProfile {
  readonly name: string;
  /** Application identifier; the guard must know it too. */
  readonly aid: Uint8Array;
  readonly certificate: CardFile;
  readonly privateKey: CardFile;
  readonly pin: CardFile & { readonly reference: number; readonly digits: number; readonly maxTries: number };
  readonly signing: {
    readonly hash: 'sha256' | 'sha384';
    /** What stands before the digest in the data handed to the key: a DigestInfo for RSA. @see RFC 8017 §9.2 */
    readonly digestPrefix: Uint8Array;
  };
}

/** The JPKI application of the My Number Card, user-authentication half. */
export const jpkiProfile: CardProfile = {
  name: 'JPKI',
  aid: Buffer.from('d392f000260100000001', 'hex'),
  certificate: { fileId: 0x000a, shortId: 0x0a },
  privateKey: { fileId: 0x0017 },
  pin: { fileId: 0x0018, reference: 0x80, digits: 4, maxTries: 3 },
  signing: {
    hash: 'sha256',
    digestPrefix: Buffer.from('3031300d060960864801650304020105000420', 'hex'),
  },
};
