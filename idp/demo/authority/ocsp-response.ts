import { type KeyObject, sign } from 'node:crypto';
import { type Extension, encodeExtensions } from './certificate-template.ts';
import type { CertificateStatus } from './certification-authority.ts';
import { crlReasons } from './crl-issuer.ts';
import {
  bitString,
  context,
  contextPrimitive,
  enumerated,
  generalizedTime,
  objectIdentifier,
  octetString,
  sequence,
} from './der-writer.ts';
import { signatureAlgorithmOf, signed } from './signer.ts';

/** OCSPResponseStatus of the answers that carry no statement. @see RFC 6960 §4.2.1 */
export const ocspRefusals = { malformedRequest: 1, internalError: 2, tryLater: 3, unauthorized: 6 } as const;

/** What is said about one certificate. */
export interface SingleResponse {
  /** CertID as the request had it. */
  readonly certId: Uint8Array;
  readonly status: CertificateStatus;
  readonly thisUpdate: number;
  readonly nextUpdate?: number;
  readonly extensions?: readonly Extension[];
}

/** All that an answer says, each part replaceable so that a test can write exactly one thing wrong. */
export interface OcspResponseTemplate {
  /** SHA-1 over the responder's key bits. */
  readonly responderKeyId: Uint8Array;
  /** The responder's name, to stand instead of its key. */
  readonly responderName?: Uint8Array;
  readonly producedAt: number;
  readonly responses: readonly SingleResponse[];
  readonly extensions: readonly Extension[];
  /** Certificate of a delegated responder. */
  readonly certificate?: Uint8Array;
}

const nonceOid = '1.3.6.1.5.5.7.48.1.2';

/** @see RFC 9654 §2.1 */
export const ocspNonce = (nonce: Uint8Array): Extension => ({
  oid: nonceOid,
  critical: false,
  value: octetString(nonce),
});

function encodeStatus(status: CertificateStatus): Uint8Array {
  if (status.status === 'good') return contextPrimitive(0, new Uint8Array());
  if (status.status === 'unknown') return contextPrimitive(2, new Uint8Array());
  const reason = status.reason === undefined ? [] : [context(0, enumerated(crlReasons[status.reason]))];
  return context(1, generalizedTime(status.revocationDate), ...reason);
}

const encodeSingleResponse = (response: SingleResponse): Uint8Array =>
  sequence(
    response.certId,
    encodeStatus(response.status),
    generalizedTime(response.thisUpdate),
    ...(response.nextUpdate === undefined ? [] : [context(0, generalizedTime(response.nextUpdate))]),
    ...(response.extensions === undefined ? [] : [context(1, encodeExtensions(response.extensions))]),
  );

/** A successful answer, signed. @see RFC 6960 §4.2.1 */
export function signOcspResponse(template: OcspResponseTemplate, privateKey: KeyObject): Uint8Array {
  const { responderName, responderKeyId } = template;
  const responseData = sequence(
    responderName === undefined ? context(2, octetString(responderKeyId)) : context(1, responderName),
    generalizedTime(template.producedAt),
    sequence(...template.responses.map(encodeSingleResponse)),
    ...(template.extensions.length === 0 ? [] : [context(1, encodeExtensions(template.extensions))]),
  );
  const basicResponse =
    template.certificate === undefined
      ? signed(responseData, privateKey)
      : signedWithCertificate(responseData, privateKey, template.certificate);
  return sequence(
    enumerated(0),
    context(0, sequence(objectIdentifier('1.3.6.1.5.5.7.48.1.1'), octetString(basicResponse))),
  );
}

function signedWithCertificate(
  responseData: Uint8Array,
  key: KeyObject,
  certificate: Uint8Array,
): Uint8Array {
  const algorithm = signatureAlgorithmOf(key);
  return sequence(
    responseData,
    algorithm.algorithmIdentifier,
    bitString(sign(algorithm.digest, responseData, key)),
    context(0, sequence(certificate)),
  );
}

/** An answer without a statement. */
export const ocspRefusal = (status: number): Uint8Array => sequence(enumerated(status));
