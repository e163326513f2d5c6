import { type CryptoKey, decodeJwt, importJWK, type JWK, jwtVerify, type KeyObject, SignJWT } from 'jose';
import { InvalidInput } from '../domain/fault.ts';

/** `POST {issuer}/registrations`, body a `registration+jwt` signed by the reader's key: takes an invitation. */
export const registrationsPath = '/registrations';

/** What opens a registration at a bridge. */
export interface RegistrationRequestClaims {
  readonly iss: string;
  readonly aud: string;
  readonly iat: number;
  readonly jti: string;
  readonly inviteCode: string;
}

/** The provider's answer: whose card this will be, what to agree to, and what the card must sign. */
export interface RegistrationOffer {
  readonly registrationId: string;
  readonly personId: string;
  /** Shown to the person, who must recognise it as the own name. */
  readonly displayName: string;
  readonly organization: string;
  readonly consent: { readonly version: string; readonly ja: string; readonly en: string };
  /** SHA-256 of the consent text in hex: part of the signed message. */
  readonly consentSha256: string;
  readonly nonce: string;
  readonly expiresAt: string;
}

/** `POST {issuer}/registrations/{registrationId}/proof`, body a tap+jwt with `signature` evidence and the offer's nonce. */
export function proofPath(registrationId: string): string {
  return `${registrationsPath}/${encodeURIComponent(registrationId)}/proof`;
}

/** The registration now waits for an approver. */
export interface RegistrationAnswer {
  readonly registrationId: string;
  readonly state: 'pending';
}

const type = 'registration+jwt';

/** Signs the request with the reader's own ES256 key. */
export async function signRegistrationRequest(
  claims: RegistrationRequestClaims,
  key: CryptoKey | KeyObject,
): Promise<string> {
  return new SignJWT({ ...claims }).setProtectedHeader({ alg: 'ES256', typ: type }).sign(key);
}

/** A request whose signature nobody has checked yet. */
export interface SealedRegistrationRequest {
  readonly claimedReaderId: string;
  /** @throws {InvalidInput} `ERR_REGISTRATION_REQUEST`. */
  open(publicKey: JWK, issuer: string): Promise<RegistrationRequestClaims>;
}

/** @throws {InvalidInput} `ERR_REGISTRATION_REQUEST` when it is no such request. */
export function receiveRegistrationRequest(token: string): SealedRegistrationRequest {
  try {
    const { iss } = decodeJwt(token);
    if (typeof iss !== 'string' || token.length > 4096) throw new TypeError('no reader');
    return {
      claimedReaderId: iss,
      open: async (publicKey, issuer) => {
        try {
          const options = { algorithms: ['ES256'], typ: type, audience: issuer };
          const key = await importJWK(publicKey, 'ES256');
          return parseRequest((await jwtVerify<RegistrationRequestClaims>(token, key, options)).payload);
        } catch (cause) {
          throw malformed(cause);
        }
      },
    };
  } catch (cause) {
    throw malformed(cause);
  }
}

function parseRequest(payload: RegistrationRequestClaims): RegistrationRequestClaims {
  const { iss, aud, iat, jti, inviteCode } = payload;
  const texts = [iss, aud, jti, inviteCode].every((text) => typeof text === 'string' && text.length <= 256);
  if (!texts || !Number.isSafeInteger(iat)) throw new TypeError('a claim is missing');
  return { iss, aud, iat, jti, inviteCode };
}

function malformed(cause: unknown): InvalidInput {
  return new InvalidInput(
    'ERR_REGISTRATION_REQUEST',
    'The registration request was not signed by this reader.',
    cause,
  );
}
