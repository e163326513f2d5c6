import { type KeyObject, verify, X509Certificate } from 'node:crypto';
import type { GeneralizedTime } from 'asn1js';
import { BasicOCSPResponse, OCSPResponse, type SingleResponse } from 'pkijs';
import type { Instant } from '../../idp/domain/instant.ts';
import type { OcspStatus } from '../../idp/ports/jpki.ts';
import { bufferOf, nonceOid, type OcspCertId } from './ocsp-request.ts';

/** Why an answer tells nothing: a closed set. */
export type OcspRefusal =
  | 'malformed'
  | 'try-later'
  | 'unauthorized'
  | 'not-successful'
  | 'algorithm-not-allowed'
  | 'signature-invalid'
  | 'responder-not-authorized'
  | 'nonce-mismatch'
  | 'other-certificate'
  | 'not-yet-valid'
  | 'stale';

export type OcspVerdict =
  | {
      readonly outcome: 'answered';
      readonly answer: OcspStatus;
      readonly producedAt: Instant;
      readonly boreNonce: boolean;
    }
  | { readonly outcome: 'refused'; readonly reason: OcspRefusal };

/** What was asked, by which an answer is judged. */
export interface OcspQuestion {
  readonly certId: OcspCertId;
  readonly nonce: Uint8Array;
  readonly issuerDer: Uint8Array;
}

const basicResponseOid = '1.3.6.1.5.5.7.48.1.1';
const ocspSigning = '1.3.6.1.5.5.7.3.9';
const clockSkewSeconds = 300;
/** JPKI refreshes its data every 15 minutes; without a nonce an older answer may be a replay. */
const freshWithoutNonceSeconds = 900;
const mostCertificates = 4;

const signatureDigests: { readonly [oid: string]: string } = {
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
};

const statuses: { readonly [responseStatus: number]: OcspRefusal } = { 3: 'try-later', 6: 'unauthorized' };

const refused = (reason: OcspRefusal): OcspVerdict => ({ outcome: 'refused', reason });

/**
 * Judges an OCSP answer: who signed it, whether it answers this question, and whether it is of now.
 * @see RFC 6960 §3.2
 */
export function checkOcspResponse(der: Uint8Array, question: OcspQuestion, now: Instant): OcspVerdict {
  try {
    const response = OCSPResponse.fromBER(bufferOf(der));
    const status = response.responseStatus.valueBlock.valueDec;
    if (status !== 0) return refused(statuses[status] ?? 'not-successful');
    if (response.responseBytes?.responseType !== basicResponseOid) return refused('malformed');
    const octets = response.responseBytes.response.valueBlock.valueHexView;
    return checkBasicResponse(BasicOCSPResponse.fromBER(bufferOf(octets)), question, now);
  } catch {
    // Both parsers throw what they like on input that is not OCSP; none of it is an answer.
    return refused('malformed');
  }
}

function checkBasicResponse(basic: BasicOCSPResponse, question: OcspQuestion, now: Instant): OcspVerdict {
  const distrust = signerRefusal(basic, question.issuerDer, now);
  if (distrust !== undefined) return refused(distrust);
  const nonce = basic.tbsResponseData.responseExtensions?.find(({ extnID }) => extnID === nonceOid);
  if (nonce !== undefined && !isNonce(nonce.extnValue.valueBlock.valueHexView, question.nonce)) {
    return refused('nonce-mismatch');
  }
  const single = basic.tbsResponseData.responses.find((one) => speaksOf(one, question.certId));
  if (single === undefined) return refused('other-certificate');
  const reason = windowRefusal(single, nonce !== undefined, now);
  if (reason !== undefined) return refused(reason);
  const answer = statusOf(single);
  const producedAt = basic.tbsResponseData.producedAt.getTime();
  return answer
    ? { outcome: 'answered', answer, producedAt, boreNonce: nonce !== undefined }
    : refused('malformed');
}

/** The issuer itself, or a delegate whose certificate the issuer made for this. @see RFC 6960 §4.2.2.2 */
function signerRefusal(
  basic: BasicOCSPResponse,
  issuerDer: Uint8Array,
  now: Instant,
): OcspRefusal | undefined {
  const digest = signatureDigests[basic.signatureAlgorithm.algorithmId];
  if (digest === undefined) return 'algorithm-not-allowed';
  const issuer = new X509Certificate(issuerDer);
  const isSignedBy = (key: KeyObject): boolean => {
    const signature = basic.signature.valueBlock.valueHexView;
    return verifies(digest, basic.tbsResponseData.tbsView, key, signature);
  };
  if (isSignedBy(issuer.publicKey)) return undefined;
  const delegates = (basic.certs ?? [])
    .slice(0, mostCertificates)
    .map((certificate) => new X509Certificate(new Uint8Array(certificate.toSchema().toBER())));
  const signer = delegates.find((delegate) => isSignedBy(delegate.publicKey));
  if (signer === undefined) return 'signature-invalid';
  return isDelegate(signer, issuer, now) ? undefined : 'responder-not-authorized';
}

function verifies(digest: string, data: Uint8Array, key: KeyObject, signature: Uint8Array): boolean {
  try {
    return verify(digest, data, key, signature);
  } catch {
    return false;
  }
}

const isDelegate = (signer: X509Certificate, issuer: X509Certificate, now: Instant): boolean =>
  signer.checkIssued(issuer) &&
  signer.verify(issuer.publicKey) &&
  // node:crypto calls the extended key usage so.
  (signer.keyUsage ?? []).includes(ocspSigning) &&
  signer.validFromDate.getTime() <= now &&
  now < signer.validToDate.getTime() + 1000;

/** The extension's value is an OCTET STRING of the nonce; some responders leave the inner header out. */
const isNonce = (value: Uint8Array, nonce: Uint8Array): boolean =>
  Buffer.compare(value, Buffer.concat([Buffer.from([0x04, nonce.length]), nonce])) === 0 ||
  Buffer.compare(value, nonce) === 0;

function speaksOf({ certID }: SingleResponse, wanted: OcspCertId): boolean {
  const pairs: readonly (readonly [Uint8Array, Uint8Array])[] = [
    [certID.issuerNameHash.valueBlock.valueHexView, wanted.issuerNameHash],
    [certID.issuerKeyHash.valueBlock.valueHexView, wanted.issuerKeyHash],
    [certID.serialNumber.valueBlock.valueHexView, wanted.serialNumber],
  ];
  return (
    certID.hashAlgorithm.algorithmId === wanted.digestOid &&
    pairs.every(([one, other]) => Buffer.compare(one, other) === 0)
  );
}

/** @see RFC 6960 §4.2.2.1 */
function windowRefusal(single: SingleResponse, hasNonce: boolean, now: Instant): OcspRefusal | undefined {
  const thisUpdate = single.thisUpdate.getTime();
  if (thisUpdate > now + clockSkewSeconds * 1000) return 'not-yet-valid';
  if (single.nextUpdate !== undefined && single.nextUpdate.getTime() < now) return 'stale';
  // Without nextUpdate newer data is always there: an answer is as good as its age.
  const mustBeYoung = !hasNonce || single.nextUpdate === undefined;
  return mustBeYoung && thisUpdate < now - freshWithoutNonceSeconds * 1000 ? 'stale' : undefined;
}

/** CertStatus is a CHOICE by tag. @see RFC 6960 §4.2.1 */
function statusOf(single: SingleResponse): OcspStatus | undefined {
  const { tagClass, tagNumber } = single.certStatus.idBlock;
  if (tagClass !== 3) return undefined;
  if (tagNumber === 0) return { status: 'good', thisUpdate: single.thisUpdate.getTime() };
  if (tagNumber === 2) return { status: 'unknown' };
  if (tagNumber !== 1) return undefined;
  const revocationTime: GeneralizedTime = single.certStatus.valueBlock.value[0];
  return { status: 'revoked', revocationTime: revocationTime.toDate().getTime() };
}
