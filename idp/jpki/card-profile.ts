/** How a holder's key must look. */
export type KeyProfile =
  | {
      readonly type: 'rsa';
      readonly modulusLengths: readonly number[];
      readonly publicExponent: bigint;
    }
  | { readonly type: 'ec'; readonly namedCurves: readonly string[] };

/** An X.509 signature algorithm that the issuer may use, with the digest that node:crypto wants. */
export interface SignatureAlgorithmProfile {
  readonly oid: string;
  readonly digest: 'sha256' | 'sha384';
  readonly keyType: 'rsa' | 'ec';
}

/** Everything that is particular to one generation of cards: data, so that the next generation is data too. */
export interface CardProfile {
  readonly name: string;
  readonly signatureAlgorithms: readonly SignatureAlgorithmProfile[];
  readonly key: KeyProfile;
  /** How the card signs a message: the digest, and the form of an ECDSA signature. */
  readonly possession: { readonly digest: 'sha256' | 'sha384'; readonly dsaEncoding?: 'der' | 'ieee-p1363' };
  /** One of them must be asserted, in a critical extension. */
  readonly certificatePolicies: readonly string[];
  /** Exactly these bits, in a critical extension. */
  readonly keyUsage: readonly number[];
  /** All of them. */
  readonly extendedKeyUsage: readonly string[];
  /** Critical extensions that are processed; any other refuses the certificate. @see RFC 5280 §4.2 */
  readonly criticalExtensions: readonly string[];
  readonly maxValiditySeconds: number;
  /** `O` of the issuers of test cards in upper case, which a production installation refuses. */
  readonly testOrganizations: readonly string[];
}

const days = 24 * 3600;

/**
 * The My Number Card of 2016, user-authentication certificate.
 * @see RFC 4055 §5 for the algorithm
 */
export const myNumberCard: CardProfile = {
  name: 'my-number-card-2016',
  signatureAlgorithms: [{ oid: '1.2.840.113549.1.1.11', digest: 'sha256', keyType: 'rsa' }],
  key: { type: 'rsa', modulusLengths: [2048], publicExponent: 65537n },
  possession: { digest: 'sha256' },
  certificatePolicies: ['1.2.392.200149.8.5.1.3.30'],
  keyUsage: [0],
  extendedKeyUsage: ['1.3.6.1.5.5.7.3.2'],
  criticalExtensions: ['2.5.29.15', '2.5.29.19', '2.5.29.32', '2.5.29.37'],
  // Until the fifth birthday after issue; a renewal within the last months before a birthday reaches further.
  maxValiditySeconds: 6 * 366 * days,
  testOrganizations: ['JPKI-TEST'],
};
