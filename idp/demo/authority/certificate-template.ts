import { createHash, type KeyObject } from 'node:crypto';
import {
  boolean,
  context,
  contextPrimitive,
  integer,
  namedBits,
  objectIdentifier,
  octetString,
  sequence,
  time,
} from './der-writer.ts';
import { type SignatureAlgorithm, signatureAlgorithmOf, signed } from './signer.ts';

/** One X.509 extension; `value` is the DER inside the OCTET STRING. */
export interface Extension {
  readonly oid: string;
  readonly critical: boolean;
  readonly value: Uint8Array;
}

/** All that a certificate says, each part replaceable so that a test can write exactly one thing wrong. */
export interface CertificateTemplate {
  /** The whole INTEGER element. */
  readonly serialNumber: Uint8Array;
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly subjectPublicKey: KeyObject;
  readonly extensions: readonly Extension[];
  /** Version 3 unless a test wants something else. */
  readonly version?: number;
}

const encodeExtension = (extension: Extension): Uint8Array =>
  sequence(
    objectIdentifier(extension.oid),
    ...(extension.critical ? [boolean(true)] : []),
    octetString(extension.value),
  );

/** Extensions ::= SEQUENCE OF Extension. @see RFC 5280 §4.1 */
export const encodeExtensions = (extensions: readonly Extension[]): Uint8Array =>
  sequence(...extensions.map(encodeExtension));

/** TBSCertificate. @see RFC 5280 §4.1.2 */
export function encodeTbsCertificate(
  template: CertificateTemplate,
  algorithm: SignatureAlgorithm,
): Uint8Array {
  return sequence(
    context(0, integer((template.version ?? 3) - 1)),
    template.serialNumber,
    algorithm.algorithmIdentifier,
    template.issuer,
    sequence(time(template.notBefore), time(template.notAfter)),
    template.subject,
    template.subjectPublicKey.export({ type: 'spki', format: 'der' }),
    context(3, encodeExtensions(template.extensions)),
  );
}

/** Signs a template as it is; nothing is checked. */
export function signCertificate(
  template: CertificateTemplate,
  issuerKey: KeyObject,
  algorithm: SignatureAlgorithm = signatureAlgorithmOf(issuerKey),
): Uint8Array {
  return signed(encodeTbsCertificate(template, algorithm), issuerKey, algorithm);
}

/** The contents of subjectPublicKey: what key identifiers and OCSP's issuerKeyHash are taken over. */
export function subjectPublicKeyBits(publicKey: KeyObject): Uint8Array {
  // SEQUENCE { AlgorithmIdentifier, BIT STRING }; before the key stand the BIT STRING's header and its unused bits.
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const algorithm = elementAt(spki, elementAt(spki, 0).contentStart);
  return spki.subarray(elementAt(spki, algorithm.end).contentStart + 1);
}

/** Where an element of OpenSSL's own making begins and ends. */
function elementAt(der: Uint8Array, start: number): { readonly contentStart: number; readonly end: number } {
  const first = der[start + 1] ?? 0;
  const contentStart = start + 2 + (first < 0x80 ? 0 : first & 0x7f);
  const octets = first < 0x80 ? [first] : [...der.subarray(start + 2, contentStart)];
  return { contentStart, end: contentStart + octets.reduce((length, octet) => length * 256 + octet, 0) };
}

/** SHA-1 over the key bits, the usual key identifier. @see RFC 5280 §4.2.1.2 (1) */
export const keyIdentifier = (publicKey: KeyObject): Uint8Array =>
  createHash('sha1').update(subjectPublicKeyBits(publicKey)).digest();

export const subjectKeyIdentifier = (keyId: Uint8Array): Extension => ({
  oid: '2.5.29.14',
  critical: false,
  value: octetString(keyId),
});

export const authorityKeyIdentifier = (keyId: Uint8Array): Extension => ({
  oid: '2.5.29.35',
  critical: false,
  value: sequence(contextPrimitive(0, keyId)),
});

/** @param bits 0 digitalSignature, 1 nonRepudiation, 5 keyCertSign, 6 cRLSign. @see RFC 5280 §4.2.1.3 */
export const keyUsage = (...bits: readonly number[]): Extension => ({
  oid: '2.5.29.15',
  critical: true,
  value: namedBits(...bits),
});

export const extendedKeyUsage = (...purposes: readonly string[]): Extension => ({
  oid: '2.5.29.37',
  critical: false,
  value: sequence(...purposes.map(objectIdentifier)),
});

export const certificatePolicies = (...policies: readonly string[]): Extension => ({
  oid: '2.5.29.32',
  critical: true,
  value: sequence(...policies.map((policy) => sequence(objectIdentifier(policy)))),
});

export const basicConstraints = (authority: boolean): Extension => ({
  oid: '2.5.29.19',
  critical: true,
  value: authority ? sequence(boolean(true)) : sequence(),
});

/** One distribution point with one directoryName, as JPKI writes it. @see RFC 5280 §4.2.1.13 */
export const crlDistributionPoint = (name: Uint8Array): Extension => ({
  oid: '2.5.29.31',
  critical: false,
  value: sequence(sequence(context(0, context(0, context(4, name))))),
});

/** The address of the OCSP responder. @see RFC 5280 §4.2.2.1 */
export const authorityInformationAccess = (ocspUrl: string): Extension => ({
  oid: '1.3.6.1.5.5.7.1.1',
  critical: false,
  value: sequence(
    sequence(objectIdentifier('1.3.6.1.5.5.7.48.1'), contextPrimitive(6, Buffer.from(ocspUrl, 'latin1'))),
  ),
});

/** Told of a responder certificate: do not ask whether it is revoked. @see RFC 6960 §4.2.2.2.1 */
export const ocspNoCheck: Extension = {
  oid: '1.3.6.1.5.5.7.48.1.5',
  critical: false,
  value: Buffer.from([0x05, 0x00]),
};
