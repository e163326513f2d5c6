import type { JWK } from 'jose';

/** Where a provider under load stands, and what its clients and bridges hold. */
export interface SignInTarget {
  readonly issuer: string;
  /** Ends in no query: `…?client_id=` follows. */
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** The same client once more, whose ID tokens are signed with RS256 instead of ES256. */
  readonly rsaClient: Pick<SignInTarget, 'clientId' | 'clientSecret'>;
  readonly redirectUri: string;
  /** Each with a counter of its own; all keys on P-256. */
  readonly readers: readonly { readonly readerId: string; readonly privateKey: JWK }[];
  /** DER in base64, one a card. */
  readonly certificates: readonly string[];
}

/** Says to the parent where it is. The process lives until killed, or until its parent is gone. */
export function announce(target: SignInTarget): void {
  process.stdin.resume().on('close', () => process.exit());
  console.log(JSON.stringify(target));
}
