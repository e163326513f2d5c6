import { type CryptoKey, importJWK, type JWK, jwtVerify, type KeyObject, SignJWT } from 'jose';
import { InvalidInput } from '../domain/fault.ts';

/** What the provider asks a bridge to do, as the signed challenge that the browser carries to the loopback page. */
export interface Challenge {
  /** Answers `/taps` matches on; used once. */
  readonly nonce: string;
  readonly purpose: 'login';
  /** `tap`: hold the card. `pin`: hold the card and type the PIN. */
  readonly demand: 'tap' | 'pin';
  /** Who asks, as the bridge shows it to the person. */
  readonly clientName: string;
  readonly uiLocale: 'ja' | 'en';
}

const type = 'challenge+jwt';

/** The path on a bridge that takes a challenge: `GET http://127.0.0.1:37564/present?challenge=…`. */
export const presentPath = '/present';
export const defaultBridgePort = 37564;

/** @param issuedAt epoch seconds; @param lifetimeSeconds until the bridge refuses it. */
export async function signChallenge(
  challenge: Challenge,
  key: CryptoKey | KeyObject,
  header: {
    readonly kid: string;
    readonly issuer: string;
    readonly issuedAt: number;
    readonly lifetimeSeconds: number;
  },
): Promise<string> {
  return new SignJWT({ ...challenge })
    .setProtectedHeader({ alg: 'ES256', typ: type, kid: header.kid })
    .setIssuer(header.issuer)
    .setIssuedAt(header.issuedAt)
    .setExpirationTime(header.issuedAt + header.lifetimeSeconds)
    .sign(key);
}

/**
 * Opens a challenge at the bridge.
 * @param keys the provider's challenge keys as fetched at enrolment (`kid` chooses).
 * @throws {InvalidInput} `ERR_CHALLENGE` for anything that the enrolled provider did not sign or that has expired.
 */
export async function openChallenge(
  token: string,
  provider: { readonly issuer: string; readonly keys: readonly JWK[] },
  now: Date,
): Promise<Challenge> {
  try {
    const { payload } = await jwtVerify<Challenge>(
      token,
      async ({ kid }) => {
        const key = provider.keys.find((candidate) => candidate.kid === kid);
        if (key === undefined) throw new InvalidInput('ERR_CHALLENGE', 'The challenge names an unknown key.');
        return importJWK(key, 'ES256');
      },
      {
        algorithms: ['ES256'],
        typ: type,
        issuer: provider.issuer,
        currentDate: now,
        requiredClaims: ['exp', 'iat'],
      },
    );
    return parseChallenge(payload);
  } catch (cause) {
    throw new InvalidInput(
      'ERR_CHALLENGE',
      'This request to present a card did not come from the provider, or it is too old. Start again from the sign-in page.',
      cause,
    );
  }
}

function parseChallenge({ nonce, purpose, demand, clientName, uiLocale }: Challenge): Challenge {
  const wellFormed =
    typeof nonce === 'string' &&
    /^[\w-]{16,128}$/.test(nonce) &&
    purpose === 'login' &&
    (demand === 'tap' || demand === 'pin') &&
    typeof clientName === 'string' &&
    clientName.length <= 200 &&
    (uiLocale === 'ja' || uiLocale === 'en');
  if (!wellFormed) throw new InvalidInput('ERR_CHALLENGE', 'The challenge is malformed.');
  return { nonce, purpose, demand, clientName, uiLocale };
}
