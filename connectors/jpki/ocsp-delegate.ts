import type { X509Certificate } from 'node:crypto';
import { BitString } from 'asn1js';
import { type Certificate, ExtKeyUsage } from 'pkijs';
import type { Instant } from '../../idp/domain/instant.ts';
import { isStrongKey, signatureAlgorithm } from './signature-algorithms.ts';

/** Why somebody else than the issuer may not answer. */
export type DelegateRefusal = 'responder-not-authorized' | 'algorithm-not-allowed' | 'responder-not-checked';

/**
 * Whether a delegated responder must say that nobody needs to ask whether its own certificate is revoked: we do not ask.
 * @see RFC 6960 §4.2.2.2.1
 */
export type NocheckPolicy = 'required' | 'optional';

/** One certificate, as the two libraries read it: neither tells all. */
export interface Signer {
  readonly x509: X509Certificate;
  readonly certificate: Certificate;
}

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

/**
 * Whether a certificate lets its holder answer in the issuer's place.
 * @see RFC 6960 §4.2.2.2
 */
export function delegateRefusal(
  signer: Signer,
  issuer: Signer,
  nocheck: NocheckPolicy,
  now: Instant,
): DelegateRefusal | undefined {
  if (!isIssuedBy(signer, issuer) || !isMadeForThis(signer) || !isValidAt(signer, now)) {
    return 'responder-not-authorized';
  }
  const { algorithmId } = signer.certificate.signatureAlgorithm;
  if (signatureAlgorithm(algorithmId) === undefined || !isStrongKey(signer.x509.publicKey)) {
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

const extensionOf = ({ certificate }: Signer, extnID: string) =>
  certificate.extensions?.find((extension) => extension.extnID === extnID);
