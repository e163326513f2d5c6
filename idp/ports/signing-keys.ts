import type { KeyChange, SigningKeyFacts } from '../domain/signing-key.ts';

/** A private key as JWK. @see RFC 7517 §4 */
export interface PrivateJwk {
  readonly kty: string;
  readonly kid: string;
  readonly alg: string;
  readonly [member: string]: unknown;
}

/**
 * The keys of ID tokens, logout tokens and JWT access tokens.
 * @throws {Fault} `ERR_KEYS_UNAVAILABLE`.
 */
export interface SigningKeys {
  /** All that are known, the withdrawn ones too. */
  list(): readonly SigningKeyFacts[];
  /** Those that are published: of each algorithm the one that signs comes first. */
  jwks(): readonly PrivateJwk[];
  /**
   * Changes the keys, one change at a time; on disk, and taken up by everybody who signs, before it resolves.
   * @returns the keys as they are then, those that were made among them.
   */
  change(decide: (keys: readonly SigningKeyFacts[]) => KeyChange): Promise<readonly SigningKeyFacts[]>;
  /** Is called when what `jwks` gives has changed. */
  onChange(listener: () => void): void;
}
