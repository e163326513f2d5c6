import type { X509Certificate } from 'node:crypto';
import type { CertificateSubject } from '../domain/oidc-settings.ts';

/** The certificate by which a client showed itself on the connection, its key proved by TLS. */
export interface ClientCertificate {
  readonly certificate: X509Certificate;
  /** An authority that the administrator named for clients issued it, and it is in its time. */
  readonly authorized: boolean;
}

/** The words in which `subjectAltName` is printed. */
const altNames = { dns: 'DNS', uri: 'URI', ip: 'IP Address', email: 'email' } as const;

/**
 * Whether a certificate of an authority is that of the client for which this subject was noted.
 * @see RFC 8705 §2.1.2
 */
export function hasSubject(certificate: X509Certificate, { name, value }: CertificateSubject): boolean {
  if (name === 'dn') return sameDn(certificate.subject, value);
  // Odd names are printed quoted, and what is quoted equals nothing that an administrator typed.
  const names = (certificate.subjectAltName ?? '').split(', ');
  const wanted = name === 'dns' ? value.toLowerCase() : value;
  return names.includes(`${altNames[name]}:${wanted}`);
}

/** @param printed one attribute a line, the first of the certificate first. @param typed as RFC 4514 §2.1 has it: the last first. */
function sameDn(printed: string | undefined, typed: string): boolean {
  const own = (printed ?? '').split('\n');
  // A comma within a value is escaped in both.
  const wanted = typed.split(/(?<!\\),/).map((part) => part.trim());
  const folded = (part: string) => part.replace(/^[^=]*/, (attribute) => attribute.trim().toUpperCase());
  return (
    own.length === wanted.length && own.every((part, at) => folded(part) === folded(wanted.at(-1 - at) ?? ''))
  );
}

/**
 * Whether one of these authorities issued it and it is in its time: without intermediate ones, which an administrator
 * names instead.
 */
export function isAuthorized(
  certificate: X509Certificate,
  authorities: readonly X509Certificate[],
  now: Date,
): boolean {
  if (now < certificate.validFromDate || now > certificate.validToDate) return false;
  return authorities.some(
    (authority) =>
      authority.ca &&
      now <= authority.validToDate &&
      certificate.checkIssued(authority) &&
      certificate.verify(authority.publicKey),
  );
}
