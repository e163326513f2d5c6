import { createHash, X509Certificate } from 'node:crypto';
import type { OctetString } from 'asn1js';
import { type BasicOCSPResponse, Certificate, RelativeDistinguishedNames } from 'pkijs';
import type { Instant } from '../../idp/domain/instant.ts';
import { type DelegateRefusal, delegateRefusal, type NocheckPolicy, type Signer } from './ocsp-delegate.ts';
import { bufferOf } from './ocsp-request.ts';
import { signatureAlgorithm, verifies } from './signature-algorithms.ts';

/** Why nobody who signed an answer may be believed. */
export type SignerRefusal =
  | 'algorithm-not-allowed'
  | 'signature-invalid'
  | DelegateRefusal
  | 'responder-id-mismatch';

const mostCertificates = 4;

/**
 * Whether an answer is signed by the issuer itself, or by a delegate whose certificate the issuer's key made for this,
 * and names who signed.
 * @see RFC 6960 §4.2.2.2
 */
export function signerRefusal(
  basic: BasicOCSPResponse,
  issuerDer: Uint8Array,
  nocheck: NocheckPolicy,
  now: Instant,
): SignerRefusal | undefined {
  const algorithm = signatureAlgorithm(basic.signatureAlgorithm.algorithmId);
  if (algorithm === undefined) return 'algorithm-not-allowed';
  const { tbsView, responderID } = basic.tbsResponseData;
  const signature = basic.signature.valueBlock.valueHexView;
  const issuer = readSigner(issuerDer);
  const signer = [issuer, ...delegatesIn(basic)].find(({ x509 }) =>
    verifies(algorithm, tbsView, x509.publicKey, signature),
  );
  if (signer === undefined) return 'signature-invalid';
  const refusal = signer === issuer ? undefined : delegateRefusal(signer, issuer, nocheck, now);
  return refusal ?? (isNamedBy(responderID, signer) ? undefined : 'responder-id-mismatch');
}

const readSigner = (der: Uint8Array): Signer => ({
  x509: new X509Certificate(der),
  certificate: Certificate.fromBER(bufferOf(der)),
});

const delegatesIn = ({ certs = [] }: BasicOCSPResponse): readonly Signer[] =>
  certs
    .slice(0, mostCertificates)
    .map((certificate) => readSigner(new Uint8Array(certificate.toSchema().toBER())));

/** ResponderID: the subject's name, or SHA-1 over the key bits. @see RFC 6960 §4.2.1 */
function isNamedBy(responderID: RelativeDistinguishedNames | OctetString, { certificate }: Signer): boolean {
  if (responderID instanceof RelativeDistinguishedNames) return responderID.isEqual(certificate.subject);
  const keyBits = certificate.subjectPublicKeyInfo.subjectPublicKey.valueBlock.valueHexView;
  return createHash('sha1').update(keyBits).digest().equals(responderID.valueBlock.valueHexView);
}
