import { createHash, type KeyObject, verify, X509Certificate } from 'node:crypto';
import { BitString, type OctetString } from 'asn1js';
import { type BasicOCSPResponse, Certificate, ExtKeyUsage, RelativeDistinguishedNames } from 'pkijs';
import type { Instant } from '../../idp/domain/instant.ts';
import { bufferOf } from './ocsp-request.ts';

/** Why nobody who signed an answer may be believed. */
export type SignerRefusal =
  | 'algorithm-not-allowed'
  | 'signature-invalid'
  | 'responder-not-authorized'
  | 'responder-not-checked'
  | 'responder-id-mismatch';

/**
 * Whether a delegated responder must say that nobody needs to ask whether its own certificate is revoked: we do not ask.
 * @see RFC 6960 §4.2.2.2.1
 */
export type NocheckPolicy = 'required' | 'optional';

/** Digest and kind of key by the object identifier; what is not here is too weak or unheard of. */
const signatureAlgorithms: { readonly [oid: string]: SignatureAlgorithm } = {
  '1.2.840.113549.1.1.11': { digest: 'sha256', keyType: 'rsa' },
  '1.2.840.113549.1.1.12': { digest: 'sha384', keyType: 'rsa' },
  '1.2.840.113549.1.1.13': { digest: 'sha512', keyType: 'rsa' },
  '1.2.840.10045.4.3.2': { digest: 'sha256', keyType: 'ec' },
  '1.2.840.10045.4.3.3': { digest: 'sha384', keyType: 'ec' },
  '1.2.840.10045.4.3.4': { digest: 'sha512', keyType: 'ec' },
};
const curves = ['prime256v1', 'secp384r1', 'secp521r1'];
const shortestRsaBits = 2048;
const mostCertificates = 4;

const oid = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  basicConstraints: '2.5.29.19',
  certificatePolicies: '2.5.29.32',
  authorityKeyIdentifier: '2.5.29.35',
  extKeyUsage: '2.5.29.37',
  ocspNocheck: '1.3.6.1.5.5.7.48.1.5',
} as const;
/** What a responder's certificate may say in a critical extension. */
const understood: readonly string[] = Object.values(oid);
const ocspSigning = '1.3.6.1.5.5.7.3.9';

interface SignatureAlgorithm {
  readonly digest: string;
  readonly keyType: 'rsa' | 'ec';
}

/** One certificate, as the two libraries read it: neither tells all. */
interface Signer {
  readonly x509: X509Certificate;
  readonly certificate: Certificate;
}

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
  const algorithm = signatureAlgorithms[basic.signatureAlgorithm.algorithmId];
  if (algorithm === undefined) return 'algorithm-not-allowed';
  const issuer = readSigner(issuerDer);
  const signers = [issuer, ...delegatesIn(basic)];
  const signature = basic.signature.valueBlock.valueHexView;
  const signer = signers.find(({ x509 }) =>
    verifies(algorithm, basic.tbsResponseData.tbsView, x509.publicKey, signature),
  );
  if (signer === undefined) return 'signature-invalid';
  const refusal = signer === issuer ? undefined : delegateRefusal(signer, issuer, nocheck, now);
  return (
    refusal ?? (isNamedBy(basic.tbsResponseData.responderID, signer) ? undefined : 'responder-id-mismatch')
  );
}

const readSigner = (der: Uint8Array): Signer => ({
  x509: new X509Certificate(der),
  certificate: Certificate.fromBER(bufferOf(der)),
});

const delegatesIn = ({ certs = [] }: BasicOCSPResponse): readonly Signer[] =>
  certs
    .slice(0, mostCertificates)
    .map((certificate) => readSigner(new Uint8Array(certificate.toSchema().toBER())));

function verifies(
  { digest, keyType }: SignatureAlgorithm,
  data: Uint8Array,
  key: KeyObject,
  signature: Uint8Array,
): boolean {
  try {
    return key.asymmetricKeyType === keyType && verify(digest, data, key, signature);
  } catch {
    return false;
  }
}

function delegateRefusal(
  signer: Signer,
  issuer: Signer,
  nocheck: NocheckPolicy,
  now: Instant,
): SignerRefusal | undefined {
  if (!isIssuedBy(signer, issuer) || !isMadeForThis(signer) || !isValidAt(signer, now)) {
    return 'responder-not-authorized';
  }
  const { algorithmId } = signer.certificate.signatureAlgorithm;
  if (signatureAlgorithms[algorithmId] === undefined || !isStrong(signer.x509.publicKey)) {
    return 'algorithm-not-allowed';
  }
  const isExempt = extensionOf(signer, oid.ocspNocheck) !== undefined;
  return isExempt || nocheck === 'optional' ? undefined : 'responder-not-checked';
}

/** By the very key: the generations of JPKI's authority share one name. */
function isIssuedBy({ x509 }: Signer, issuer: Signer): boolean {
  try {
    return x509.checkIssued(issuer.x509) && x509.verify(issuer.x509.publicKey);
  } catch {
    // OpenSSL throws where the algorithm does not suit the key: no signature of this key.
    return false;
  }
}

function isMadeForThis(signer: Signer): boolean {
  const purposes = extensionOf(signer, oid.extKeyUsage)?.parsedValue;
  const usage = extensionOf(signer, oid.keyUsage);
  const extensions = signer.certificate.extensions ?? [];
  return (
    purposes instanceof ExtKeyUsage &&
    purposes.keyPurposes.includes(ocspSigning) &&
    (usage === undefined || hasDigitalSignature(usage.parsedValue)) &&
    extensions.every(({ critical, extnID }) => !critical || understood.includes(extnID))
  );
}

/** Bit 0, which is the highest of the first octet. @see RFC 5280 §4.2.1.3 */
const hasDigitalSignature = (usage: unknown): boolean =>
  usage instanceof BitString && ((usage.valueBlock.valueHexView[0] ?? 0) & 0x80) !== 0;

/** The last second counts as valid. */
const isValidAt = ({ x509 }: Signer, now: Instant): boolean =>
  x509.validFromDate.getTime() <= now && now < x509.validToDate.getTime() + 1000;

function isStrong({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): boolean {
  if (asymmetricKeyType === 'rsa') return (asymmetricKeyDetails?.modulusLength ?? 0) >= shortestRsaBits;
  return curves.includes(asymmetricKeyDetails?.namedCurve ?? '');
}

const extensionOf = ({ certificate }: Signer, extnID: string) =>
  certificate.extensions?.find((extension) => extension.extnID === extnID);

/** ResponderID: the subject's name, or SHA-1 over the key bits. @see RFC 6960 §4.2.1 */
function isNamedBy(responderID: RelativeDistinguishedNames | OctetString, { certificate }: Signer): boolean {
  if (responderID instanceof RelativeDistinguishedNames) return responderID.isEqual(certificate.subject);
  const keyBits = certificate.subjectPublicKeyInfo.subjectPublicKey.valueBlock.valueHexView;
  return createHash('sha1').update(keyBits).digest().equals(responderID.valueBlock.valueHexView);
}
