import type { KeyObject } from 'node:crypto';
import {
  authorityInformationAccess,
  authorityKeyIdentifier,
  basicConstraints,
  type CertificateTemplate,
  certificatePolicies,
  crlDistributionPoint,
  extendedKeyUsage,
  keyIdentifier,
  keyUsage,
  ocspNoCheck,
  subjectKeyIdentifier,
} from './certificate-template.ts';
import { integer } from './der-writer.ts';
import { encodeName, type NameParts } from './names.ts';

/** The policy of user-authentication certificates. */
export const userAuthenticationPolicy = '1.2.392.200149.8.5.1.3.30';
/** The policy of signature certificates. */
export const digitalSignaturePolicy = '1.2.392.200149.8.5.1.1.20';

const clientAuth = '1.3.6.1.5.5.7.3.2';
const ocspSigning = '1.3.6.1.5.5.7.3.9';

interface Validity {
  readonly notBefore: number;
  readonly notAfter: number;
}

/** The self-signed certificate of one generation of an authority. */
export function authorityTemplate(
  parts: {
    readonly name: NameParts;
    readonly publicKey: KeyObject;
    readonly serialNumber: number;
  } & Validity,
): CertificateTemplate {
  const name = encodeName(parts.name);
  const keyId = keyIdentifier(parts.publicKey);
  return {
    serialNumber: integer(parts.serialNumber),
    issuer: name,
    subject: name,
    notBefore: parts.notBefore,
    notAfter: parts.notAfter,
    subjectPublicKey: parts.publicKey,
    extensions: [
      authorityKeyIdentifier(keyId),
      subjectKeyIdentifier(keyId),
      keyUsage(5, 6),
      basicConstraints(true),
    ],
  };
}

/** What every end-entity certificate of an authority needs to be told. */
export interface EndEntity extends Validity {
  readonly serialNumber: string;
  readonly issuer: NameParts;
  readonly issuerKeyId: Uint8Array;
  readonly commonName: string;
  readonly publicKey: KeyObject;
  readonly distributionPoint: NameParts;
  readonly ocspUrl: string;
  /** The policy of user-authentication certificates on cards unless said otherwise. */
  readonly certificatePolicy?: string;
}

const endEntityTemplate = (entity: EndEntity): Omit<CertificateTemplate, 'extensions'> => ({
  serialNumber: integer(entity.serialNumber),
  issuer: encodeName(entity.issuer),
  subject: encodeName([
    ['C', 'JP'],
    ['CN', entity.commonName],
  ]),
  notBefore: entity.notBefore,
  notAfter: entity.notAfter,
  subjectPublicKey: entity.publicKey,
});

/** The certificate that this product accepts. */
export const userAuthenticationTemplate = (entity: EndEntity): CertificateTemplate => ({
  ...endEntityTemplate(entity),
  extensions: [
    keyUsage(0),
    extendedKeyUsage(clientAuth),
    certificatePolicies(entity.certificatePolicy ?? userAuthenticationPolicy),
    crlDistributionPoint(encodeName(entity.distributionPoint)),
    authorityInformationAccess(entity.ocspUrl),
    authorityKeyIdentifier(entity.issuerKeyId),
    subjectKeyIdentifier(keyIdentifier(entity.publicKey)),
  ],
});

/** The signature certificate of the same card, which must be refused. */
export const digitalSignatureTemplate = (entity: EndEntity): CertificateTemplate => ({
  ...endEntityTemplate(entity),
  extensions: [
    keyUsage(0, 1),
    certificatePolicies(digitalSignaturePolicy),
    crlDistributionPoint(encodeName(entity.distributionPoint)),
    authorityInformationAccess(entity.ocspUrl),
    authorityKeyIdentifier(entity.issuerKeyId),
    subjectKeyIdentifier(keyIdentifier(entity.publicKey)),
  ],
});

/** A delegated OCSP responder. @see RFC 6960 §4.2.2.2 */
export const ocspResponderTemplate = (entity: EndEntity): CertificateTemplate => ({
  ...endEntityTemplate(entity),
  extensions: [
    keyUsage(0),
    extendedKeyUsage(ocspSigning),
    ocspNoCheck,
    authorityKeyIdentifier(entity.issuerKeyId),
    subjectKeyIdentifier(keyIdentifier(entity.publicKey)),
  ],
});
