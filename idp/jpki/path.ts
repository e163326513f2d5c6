import type { X509Certificate } from 'node:crypto';
import type { Instant } from '../domain/instant.ts';
import type { CertificateRefusal } from '../ports/jpki.ts';
import type { Anchor } from './anchors.ts';
import type { ParsedCertificate } from './certificate.ts';
import { type DistinguishedName, sameName } from './distinguished-name.ts';
import { extensionOid, readAuthorityKeyIdentifier } from './extensions.ts';

/**
 * The anchor that a certificate or a list says issued it. JPKI's generations share one name, so the authority key
 * identifier chooses among them; whether the claim is true, only the signature tells.
 * @see RFC 5280 §6.1 (a)
 */
export function claimedIssuer(
  anchors: readonly Anchor[],
  issuer: DistinguishedName,
  extensions: ParsedCertificate['extensions'],
): Anchor | undefined {
  const extension = extensions.get(extensionOid.authorityKeyIdentifier);
  const keyId = extension && readAuthorityKeyIdentifier(extension);
  return anchors.find((anchor) => anchor.issuerKeyId === keyId && sameName(anchor.subject, issuer));
}

/** Whether the anchor's key made the certificate's signature. */
export function isSignedBy(certificate: X509Certificate, anchor: Anchor): boolean {
  try {
    return certificate.verify(anchor.publicKey);
  } catch {
    // OpenSSL throws where the algorithm does not suit the key: no signature of this key.
    return false;
  }
}

/**
 * Whether certificate and issuer are both valid now; the last second counts as valid.
 * @see RFC 5280 §6.1.3 (a)(2)
 */
export function dateRefusal(
  certificate: Pick<ParsedCertificate, 'notBefore' | 'notAfter'>,
  anchor: Anchor,
  now: Instant,
): CertificateRefusal | undefined {
  const second = Math.floor(now / 1000) * 1000;
  if (second < certificate.notBefore || second < anchor.notBefore) return 'not-yet-valid';
  if (second > certificate.notAfter) return 'expired';
  return second > anchor.notAfter ? 'issuer-expired' : undefined;
}
