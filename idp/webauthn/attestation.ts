import { X509Certificate } from 'node:crypto';
import { decodeAttestationObject } from '@simplewebauthn/server/helpers';

/**
 * Whether one of the makers vouches for the authenticator: the statement carries certificates, and they lead to one that
 * an administrator trusts. That the statement is signed by the first of them has been verified before.
 * @param makers PEM.
 * @see WebAuthn Level 3 §7.1, step 24
 */
export function isVouchedFor(attestationObject: Uint8Array, makers: readonly string[]): boolean {
  if (makers.length === 0) return false;
  const chain = decodeAttestationObject(new Uint8Array(attestationObject)).get('attStmt').get('x5c');
  if (chain === undefined || chain.length === 0) return false;
  const certificates = chain.map((der) => new X509Certificate(der));
  const leadsOn = certificates.every((certificate, index) => {
    const issuer = certificates[index + 1];
    return issuer === undefined || isIssuedBy(certificate, issuer);
  });
  const last = certificates.at(-1);
  return (
    leadsOn &&
    last !== undefined &&
    makers
      .map((pem) => new X509Certificate(pem))
      .some((maker) => maker.raw.equals(last.raw) || isIssuedBy(last, maker))
  );
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}
