/** What the card's key signs: everything that gives the signature its meaning. */
export interface ProofClaims {
  readonly purpose: 'login' | 'registration';
  readonly issuer: string;
  readonly readerId: string;
  /** Ours, used once. */
  readonly nonce: string;
  /** When the bridge signed, whole seconds since 1970. */
  readonly issuedAtSeconds: number;
  /** For a registration: what is bound to whom, and to which wording the holder agreed. */
  readonly registration?: {
    readonly registrationId: string;
    readonly personId: string;
    readonly consentSha256: string;
  };
}

/**
 * The bytes that the card signs. The bridge and the provider each build them from the claims: the card's key signs
 * anything handed to it, so a message or digest from outside is never accepted.
 * Every field stands on a line of its own behind its length, so that no two claims share a message.
 * @returns UTF-8.
 */
export function proofMessage(claims: ProofClaims): Uint8Array {
  const { registration } = claims;
  const fields = [
    'kazasu-proof-v1',
    claims.purpose,
    claims.issuer,
    claims.readerId,
    claims.nonce,
    String(claims.issuedAtSeconds),
    registration?.registrationId ?? '',
    registration?.personId ?? '',
    registration?.consentSha256 ?? '',
  ];
  const encoder = new TextEncoder();
  return encoder.encode(fields.map((field) => `${encoder.encode(field).length}:${field}\n`).join(''));
}
