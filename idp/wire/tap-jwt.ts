import { type CryptoKey, decodeJwt, importJWK, type JWK, jwtVerify, type KeyObject, SignJWT } from 'jose';
import { InvalidInput } from '../domain/fault.ts';

/** What a bridge read, as it goes over the wire (hex and base64 of DER). */
export type WireEvidence =
  | {
      readonly type: 'identifier';
      readonly kind: 'jpki' | 'felica' | 'uid';
      readonly number: string;
      readonly issuerKeyId?: string;
    }
  | { readonly type: 'certificate'; readonly certificate: string }
  | { readonly type: 'signature'; readonly certificate: string; readonly signature: string };

/** A tap: what was read, where, when, and which prompt (nonce) or which count (an unprompted tap) it answers. */
export interface TapClaims {
  /** The reader's id. */
  readonly iss: string;
  /** Our issuer. */
  readonly aud: string;
  /** When it was read, epoch seconds by the reader's clock; for a signature, the time inside the signed message. */
  readonly iat: number;
  readonly jti: string;
  readonly evidence: WireEvidence;
  readonly nonce?: string;
  /** Rises with every tap of this reader that answers no prompt. */
  readonly counter?: number;
}

const type = 'tap+jwt';
/** A certificate and a signature in base64 inside a JWT; nothing honest is larger. */
export const maxTapBytes = 32 * 1024;
/** `POST {issuer}/taps`, body the JWT, `Content-Type: application/jwt`. */
export const tapsPath = '/taps';

/** The provider's answer to a tap it kept. A posted tap completes nothing by itself. */
export interface TapAnswer {
  readonly outcome: 'kept';
  /** Only for a prompted tap: sends the browser on; good once, and only in the browser that started. */
  readonly returnCode?: string;
}

/** Every refusal of a bridge's call: HTTP 4xx with this body; 503 with `error: 'temporarily_unavailable'` is a fault. */
export interface WireRefusal {
  readonly error: string;
  /** In the language of `Accept-Language`, for the person at the reader: what happened and what to do next. */
  readonly message: string;
}

/** A tap whose signature nobody has checked yet: it can only be asked who claims to have sent it, and be opened. */
export interface SealedTap {
  readonly claimedReaderId: string;
  /** @throws {InvalidInput} `ERR_TAP_SIGNATURE` when the key did not sign it, `ERR_TAP` when it is malformed. */
  open(publicKey: JWK, issuer: string): Promise<TapClaims>;
}

/** Signs a tap with the reader's own ES256 key. */
export async function signTap(claims: TapClaims, key: CryptoKey | KeyObject): Promise<string> {
  return new SignJWT({ ...claims }).setProtectedHeader({ alg: 'ES256', typ: type }).sign(key);
}

/**
 * Takes a tap as it came over the wire. Freshness, counters and evidence are the flow's to judge.
 * @throws {InvalidInput} `ERR_TAP` when it is no tap at all.
 */
export function receiveTap(token: string): SealedTap {
  if (token.length > maxTapBytes) throw new InvalidInput('ERR_TAP', 'The tap is larger than any real one.');
  let claimedReaderId: unknown;
  try {
    claimedReaderId = decodeJwt(token).iss;
  } catch (cause) {
    throw new InvalidInput('ERR_TAP', 'The body is not a tap (a signed JWT).', cause);
  }
  if (typeof claimedReaderId !== 'string' || !/^[\w-]{1,64}$/.test(claimedReaderId)) {
    throw new InvalidInput('ERR_TAP', 'The tap names no reader.');
  }
  return { claimedReaderId, open: (publicKey, issuer) => openTap(token, publicKey, issuer) };
}

async function openTap(token: string, publicKey: JWK, issuer: string): Promise<TapClaims> {
  let payload: TapClaims;
  try {
    // `exp` and `iat` are not judged here: the flow judges them by the clock it was given.
    ({ payload } = await jwtVerify<TapClaims>(token, await importJWK(publicKey, 'ES256'), {
      algorithms: ['ES256'],
      typ: type,
      audience: issuer,
    }));
  } catch (cause) {
    throw new InvalidInput(
      'ERR_TAP_SIGNATURE',
      'The tap was not signed by this reader for this provider.',
      cause,
    );
  }
  return parseTapClaims(payload);
}

function parseTapClaims(payload: TapClaims): TapClaims {
  const { iss, aud, iat, jti, nonce, counter } = payload;
  const wellFormed =
    typeof iss === 'string' &&
    typeof aud === 'string' &&
    Number.isSafeInteger(iat) &&
    typeof jti === 'string' &&
    /^[\w-]{8,64}$/.test(jti) &&
    (nonce === undefined || (typeof nonce === 'string' && /^[\w-]{16,128}$/.test(nonce))) &&
    (counter === undefined || (Number.isSafeInteger(counter) && counter > 0)) &&
    (nonce === undefined) !== (counter === undefined);
  if (!wellFormed) throw new InvalidInput('ERR_TAP', 'The tap lacks a claim or has one that does not fit.');
  return {
    iss,
    aud,
    iat,
    jti,
    evidence: parseEvidence(payload.evidence),
    ...(nonce === undefined ? {} : { nonce }),
    ...(counter === undefined ? {} : { counter }),
  };
}

const base64 = /^[A-Za-z0-9+/]{4,16000}={0,2}$/;

function parseEvidence(evidence: WireEvidence | undefined): WireEvidence {
  if (evidence?.type === 'identifier') {
    const { kind, number, issuerKeyId } = evidence;
    const kindKnown = kind === 'jpki' || kind === 'felica' || kind === 'uid';
    if (
      kindKnown &&
      typeof number === 'string' &&
      (issuerKeyId === undefined || typeof issuerKeyId === 'string')
    ) {
      return { type: 'identifier', kind, number, ...(issuerKeyId === undefined ? {} : { issuerKeyId }) };
    }
  }
  if (evidence?.type === 'certificate' && isBase64(evidence.certificate)) {
    return { type: 'certificate', certificate: evidence.certificate };
  }
  if (evidence?.type === 'signature' && isBase64(evidence.certificate) && isBase64(evidence.signature)) {
    return { type: 'signature', certificate: evidence.certificate, signature: evidence.signature };
  }
  throw new InvalidInput('ERR_TAP', 'The tap holds no evidence that we know.');
}

/** The pattern alone would take a missing value for the word "undefined". */
function isBase64(text: unknown): text is string {
  return typeof text === 'string' && base64.test(text);
}
