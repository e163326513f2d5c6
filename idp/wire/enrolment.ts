import type { JWK } from 'jose';

/** `POST {idp}/readers/enrol`, JSON. */
export const enrolPath = '/readers/enrol';
/** `GET {issuer}/readers/keys`: the provider's current challenge keys, a JWK set. */
export const challengeKeysPath = '/readers/keys';

/** The one-time code (10 minutes) and the public half of a key made on the spot. */
export interface EnrolmentRequest {
  readonly code: string;
  readonly publicKey: JWK;
}

/** What a bridge keeps of its provider. */
export interface EnrolmentAnswer {
  readonly readerId: string;
  readonly name: string;
  readonly kind: 'workstation' | 'station' | 'device';
  readonly evidence: 'serial' | 'certificate';
  readonly issuer: string;
  /** Where the browser is sent with `?code=`; fixed here, so that no challenge can name another place. */
  readonly returnUrl: string;
  readonly challengeKeys: readonly JWK[];
  /** A demonstration with a test authority: every page of the bridge says so. */
  readonly demonstration: boolean;
}
