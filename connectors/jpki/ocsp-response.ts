import { fromBER } from 'asn1js';
import { BasicOCSPResponse, type Extension, OCSPResponse } from 'pkijs';
import type { Instant } from '../../idp/domain/instant.ts';
import type { OcspStatus } from '../../idp/ports/jpki.ts';
import { isModestDer } from './modest-der.ts';
import type { NocheckPolicy } from './ocsp-delegate.ts';
import { bufferOf, nonceOid, type OcspCertId } from './ocsp-request.ts';
import { type SignerRefusal, signerRefusal } from './ocsp-signer.ts';
import { hasUnknownCritical, type StatementRefusal, statementAbout } from './ocsp-statement.ts';

/** Why an answer tells nothing: a closed set. */
export type OcspRefusal =
  | 'malformed'
  | 'try-later'
  | 'unauthorized'
  | 'not-successful'
  | SignerRefusal
  | 'nonce-mismatch'
  | 'nonce-missing'
  | StatementRefusal;

export type OcspVerdict =
  | {
      readonly outcome: 'answered';
      readonly answer: OcspStatus;
      readonly producedAt: Instant;
      readonly boreNonce: boolean;
    }
  | { readonly outcome: 'refused'; readonly reason: OcspRefusal };

/**
 * `preferred`: sent; an answer without it must be 15 minutes old at most. `required`: no answer without it. `off`: for
 * responders that fail on it; the 15 minutes alone.
 */
export type NoncePolicy = 'preferred' | 'required' | 'off';

/** What was asked, by which an answer is judged. */
export interface OcspQuestion {
  readonly certId: OcspCertId;
  /** Only where one was sent. */
  readonly nonce?: Uint8Array;
  readonly issuerDer: Uint8Array;
  /** Whether an answer without our nonce is refused; it is not unless said. */
  readonly nonceRequired?: boolean;
  /** `required` unless said otherwise. */
  readonly nocheck?: NocheckPolicy;
}

const basicResponseOid = '1.3.6.1.5.5.7.48.1.1';
/** @see RFC 6960 §4.4.8 */
const extendedRevokeOid = '1.3.6.1.5.5.7.48.1.9';

const statuses: { readonly [responseStatus: number]: OcspRefusal } = { 3: 'try-later', 6: 'unauthorized' };

const refused = (reason: OcspRefusal): OcspVerdict => ({ outcome: 'refused', reason });

/**
 * Judges an OCSP answer: who signed it, whether it answers this question, and whether it is of now.
 * @see RFC 6960 §3.2
 */
export function checkOcspResponse(der: Uint8Array, question: OcspQuestion, now: Instant): OcspVerdict {
  try {
    const response = new OCSPResponse({ schema: wholly(der) });
    const status = response.responseStatus.valueBlock.valueDec;
    if (status !== 0) return refused(statuses[status] ?? 'not-successful');
    if (response.responseBytes?.responseType !== basicResponseOid) return refused('malformed');
    const octets = response.responseBytes.response.valueBlock.valueHexView;
    return checkBasicResponse(new BasicOCSPResponse({ schema: wholly(octets) }), question, now);
  } catch {
    // Both parsers throw what they like on input that is not OCSP; none of it is an answer.
    return refused('malformed');
  }
}

/** The one value that fills the octets: what hangs behind it is signed by nobody. */
function wholly(octets: Uint8Array) {
  if (!isModestDer(octets)) throw new TypeError('not DER, or more than any answer has');
  const { offset, result } = fromBER(bufferOf(octets));
  if (offset !== octets.length) throw new TypeError('not one value');
  return result;
}

function checkBasicResponse(basic: BasicOCSPResponse, question: OcspQuestion, now: Instant): OcspVerdict {
  const distrust = signerRefusal(basic, question.issuerDer, question.nocheck ?? 'required', now);
  if (distrust !== undefined) return refused(distrust);
  const { responses, responseExtensions = [], producedAt } = basic.tbsResponseData;
  const nonces = responseExtensions.filter(({ extnID }) => extnID === nonceOid);
  if (hasUnknownCritical(responseExtensions.filter(({ extnID }) => extnID !== nonceOid))) {
    return refused('unknown-critical-extension');
  }
  const doubt = nonceRefusal(nonces, question);
  if (doubt !== undefined) return refused(doubt);
  const boreNonce = nonces.length > 0;
  const statement = statementAbout(question.certId, responses, boreNonce, now);
  if (statement.outcome === 'refused') return statement;
  const saysExtended = responseExtensions.some(({ extnID }) => extnID === extendedRevokeOid);
  const answer: OcspStatus =
    saysExtended && isNeverIssued(statement.status) ? { status: 'unknown' } : statement.status;
  return { outcome: 'answered', answer, producedAt: producedAt.getTime(), boreNonce };
}

/**
 * How a responder refuses what its authority never issued (or has not told it of yet): on hold since 1970. A card that
 * was registered must not end for good by it.
 * @see RFC 6960 §2.2
 */
const isNeverIssued = (said: OcspStatus): boolean =>
  said.status === 'revoked' && said.reason === 'certificateHold' && said.revocationTime === 0;

/** Another nonce than ours is the answer to another question, or a replay. @see RFC 9654 §2.1 */
function nonceRefusal(nonces: readonly Extension[], question: OcspQuestion): OcspRefusal | undefined {
  const { nonce, nonceRequired = false } = question;
  if (nonces.length === 0) return nonceRequired ? 'nonce-missing' : undefined;
  const isOurs = ({ extnValue }: Extension): boolean =>
    nonce !== undefined && isNonce(extnValue.valueBlock.valueHexView, nonce);
  return nonces.every(isOurs) ? undefined : 'nonce-mismatch';
}

/** The extension's value is an OCTET STRING of the nonce; some responders leave the inner header out. */
const isNonce = (value: Uint8Array, nonce: Uint8Array): boolean =>
  Buffer.compare(value, Buffer.concat([Buffer.from([0x04, nonce.length]), nonce])) === 0 ||
  Buffer.compare(value, nonce) === 0;
