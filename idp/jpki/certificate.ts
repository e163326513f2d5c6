import type { SerialNumber } from '../domain/certificate-id.ts';
import { parseSerialNumber } from '../domain/certificate-id.ts';
import { InvalidInput } from '../domain/fault.ts';
import type { Instant } from '../domain/instant.ts';
import type { CertificateRefusal } from '../ports/jpki.ts';
import { type DerElement, DerReader, notDer, rawOf, readHeader, tag } from './der-reader.ts';
import { bitStringOf, integerOctetsOf, objectIdentifierOf, smallIntegerOf, timeOf } from './der-values.ts';
import { type DistinguishedName, readName } from './distinguished-name.ts';
import { type Extensions, readExtensions } from './extensions.ts';

/** A certificate taken apart; nothing in it is believed yet. @see RFC 5280 §4.1 */
export interface ParsedCertificate {
  readonly der: Uint8Array;
  readonly serialNumber: SerialNumber;
  readonly issuer: DistinguishedName;
  readonly subject: DistinguishedName;
  readonly notBefore: Instant;
  /** The last second of validity. */
  readonly notAfter: Instant;
  readonly signatureAlgorithm: string;
  readonly extensions: Extensions;
}

export type CertificateParse =
  | { readonly outcome: 'parsed'; readonly certificate: ParsedCertificate }
  | {
      readonly outcome: 'refused';
      readonly reason: Extract<
        CertificateRefusal,
        'malformed' | 'trailing-bytes' | 'serial-number-invalid' | 'algorithm-not-in-profile'
      >;
    };

/** JPKI's have about 1,600 octets; more than this is not one. */
const longestCertificate = 8 * 1024;
const longestSerialNumber = 20;

/**
 * Takes a certificate apart, strictly: one DER element that fills the input, version 3, nothing in another encoding
 * than DER's only one. What node:crypto accepts besides (PEM, bytes after the end) is refused here.
 * @see RFC 5280 §4.1
 */
export function parseCertificate(der: Uint8Array): CertificateParse {
  try {
    if (der.length > longestCertificate) return refused('malformed');
    const whole = readHeader(der, 0, der.length);
    if (whole.tag !== tag.sequence) return refused('malformed');
    if (whole.end !== der.length) return refused('trailing-bytes');
    return readCertificate(whole);
  } catch (error) {
    if (error instanceof InvalidInput) return refused('malformed');
    throw error;
  }
}

type Refusal = Extract<CertificateParse, { outcome: 'refused' }>['reason'];
const refused = (reason: Refusal): CertificateParse => ({ outcome: 'refused', reason });

function readCertificate(whole: DerElement): CertificateParse {
  const parts = DerReader.inside(whole);
  const tbs = parts.enter(tag.sequence);
  const outerAlgorithm = parts.read(tag.sequence);
  bitStringOf(parts.read(tag.bitString));
  parts.finish();

  const version = DerReader.onlyInside(tbs.read(tag.context(0)), tag.integer);
  if (smallIntegerOf(version) !== 2) throw notDer('not version 3');
  const serialNumber = readSerialNumber(tbs.read(tag.integer));
  const algorithm = tbs.read(tag.sequence);
  const issuer = readName(tbs.read(tag.sequence));
  const validity = tbs.enter(tag.sequence);
  const [notBefore, notAfter] = [timeOf(validity.readAny()), timeOf(validity.readAny())];
  validity.finish();
  const subject = readName(tbs.read(tag.sequence));
  tbs.read(tag.sequence); // subjectPublicKeyInfo: node:crypto reads it
  const extensions = readOnlyExtensions(tbs);

  if (serialNumber === undefined) return refused('serial-number-invalid');
  if (!sameBytes(algorithm, outerAlgorithm)) return refused('algorithm-not-in-profile');
  const signatureAlgorithm = objectIdentifierOf(DerReader.inside(algorithm).read(tag.objectIdentifier));
  return {
    outcome: 'parsed',
    certificate: {
      der: whole.bytes,
      serialNumber,
      issuer,
      subject,
      notBefore,
      notAfter,
      signatureAlgorithm,
      extensions,
    },
  };
}

/** Unique identifiers, which RFC 5280 forbids to issue, are not read, so that their presence is an error. */
function readOnlyExtensions(tbs: DerReader): Extensions {
  const explicit = tbs.enter(tag.context(3));
  const extensions = readExtensions(explicit.read(tag.sequence));
  explicit.finish();
  tbs.finish();
  return extensions;
}

/** @returns `undefined` when it is zero, negative or longer than 20 octets. @see RFC 5280 §4.1.2.2 */
function readSerialNumber(element: DerElement): SerialNumber | undefined {
  const octets = integerOctetsOf(element);
  const negative = (octets[0] ?? 0) >= 0x80;
  const zero = octets.length === 1 && octets[0] === 0;
  if (negative || zero || octets.length > longestSerialNumber) return undefined;
  return parseSerialNumber(Buffer.from(octets).toString('hex'));
}

const sameBytes = (one: DerElement, other: DerElement): boolean =>
  Buffer.compare(rawOf(one), rawOf(other)) === 0;
