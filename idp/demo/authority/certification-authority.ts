import { createHash, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { keyIdentifier, signCertificate, subjectPublicKeyBits } from './certificate-template.ts';
import { type CrlEntry, type CrlReason, encodeCrlEntries, jpkiCrlExtensions, signCrl } from './crl-issuer.ts';
import {
  authorityTemplate,
  digitalSignatureTemplate,
  type EndEntity,
  ocspResponderTemplate,
  userAuthenticationTemplate,
} from './jpki-certificates.ts';
import {
  encodeName,
  type JpkiOrganization,
  municipalityCrlName,
  type NameParts,
  userAuthenticationIssuer,
} from './names.ts';

export interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/** Makes an RSA-2048 pair; slow (a few tenths of a second), so tests make few and pass them in. */
export const generateRsaKeyPair = (): Promise<KeyPair> =>
  promisify(generateKeyPair)('rsa', { modulusLength: 2048 });

/** Makes a P-384 pair, as the announced next card has it. */
export const generateP384KeyPair = (): Promise<KeyPair> =>
  promisify(generateKeyPair)('ec', { namedCurve: 'P-384' });

export interface AuthorityOptions {
  readonly keyPair: KeyPair;
  readonly notBefore: number;
  /** Ten years after `notBefore` unless said otherwise. */
  readonly notAfter?: number;
  /** `JPKI-TEST` unless a test must try the way of the real one. */
  readonly organization?: JpkiOrganization;
  /** Every generation bears the name of the user-authentication authority unless said otherwise. */
  readonly name?: NameParts;
  /** Serial number of the authority's own certificate. */
  readonly serialNumber?: number;
  /** Serial numbers of the certificates count up from here: four octets in every JPKI sample. */
  readonly firstSerialNumber?: number;
  /** Written into certificates as the OCSP address. */
  readonly ocspUrl?: string;
}

/** Where a holder lives decides which list names the holder's certificate. */
export interface Municipality {
  readonly prefecture: string;
  readonly municipality: string;
}

export interface CertificateOrder extends Partial<Municipality> {
  readonly publicKey: KeyObject;
  readonly notBefore: number;
  /** The end of the fifth birthday, in Japan, unless said otherwise. */
  readonly notAfter?: number;
  readonly birthday?: { readonly month: number; readonly day: number };
  /** The policy of cards unless said otherwise: another kind of token asserts another. */
  readonly certificatePolicy?: string;
}

export interface IssuedCertificate {
  /** DER. */
  readonly certificate: Uint8Array;
  /** Octets in hex. */
  readonly serialNumber: string;
  readonly notBefore: number;
  readonly notAfter: number;
}

export interface CrlOrder extends Partial<Municipality> {
  readonly thisUpdate: number;
  readonly nextUpdate: number;
  readonly crlNumber: number | bigint;
  /** What the list names; the authority's own revocations of that municipality unless given. */
  readonly entries?: readonly CrlEntry[];
}

export type CertificateStatus =
  | { readonly status: 'good' }
  | { readonly status: 'unknown' }
  | { readonly status: 'revoked'; readonly revocationDate: number; readonly reason?: CrlReason };

const msPerYear = 365.25 * 24 * 3_600_000;
const defaultMunicipality: Municipality = { prefecture: 'Demo-ken', municipality: 'Demo-shi' };

/** 14:59:59Z (the last second of the day in Japan) on the fifth birthday after issue. */
export function fifthBirthday(issuedAt: number, month: number, day: number): number {
  const issued = new Date(issuedAt);
  const thisYear = Date.UTC(issued.getUTCFullYear(), month - 1, day, 14, 59, 59);
  const first = issued.getUTCFullYear() + (thisYear > issuedAt ? 0 : 1);
  return Date.UTC(first + 4, month - 1, day, 14, 59, 59);
}

/**
 * One generation of a software certification authority in the JPKI profile, for the demo and the tests.
 * Its organisation is JPKI-TEST, which a production installation refuses.
 */
export class CertificationAuthority {
  readonly name: NameParts;
  readonly organization: JpkiOrganization;
  readonly keyPair: KeyPair;
  /** SHA-1 key identifier. */
  readonly keyId: Uint8Array;
  /** The self-signed certificate, DER. */
  readonly certificate: Uint8Array;
  readonly ocspUrl: string;
  #nextSerialNumber: number;
  /** Serial number → the municipality whose list would name it. */
  readonly #issued = new Map<string, string>();
  readonly #revoked = new Map<string, CrlEntry>();

  constructor(options: AuthorityOptions) {
    this.organization = options.organization ?? 'JPKI-TEST';
    this.name = options.name ?? userAuthenticationIssuer(this.organization);
    this.keyPair = options.keyPair;
    this.keyId = keyIdentifier(options.keyPair.publicKey);
    this.ocspUrl = options.ocspUrl ?? 'http://127.0.0.1:1/ocsp';
    this.#nextSerialNumber = options.firstSerialNumber ?? 0x0a00_0001;
    this.certificate = signCertificate(
      authorityTemplate({
        name: this.name,
        publicKey: options.keyPair.publicKey,
        serialNumber: options.serialNumber ?? 0x0133_0001,
        notBefore: options.notBefore,
        notAfter: options.notAfter ?? options.notBefore + 10 * msPerYear,
      }),
      options.keyPair.privateKey,
    );
  }

  /** issuerKeyHash of an OCSP CertID. @see RFC 6960 §4.1.1 */
  keyHash(digest: string): Buffer {
    return createHash(digest).update(subjectPublicKeyBits(this.keyPair.publicKey)).digest();
  }

  /** The subject key identifier in hex: what certificate ids name this generation by. */
  get issuerKeyId(): string {
    return Buffer.from(this.keyId).toString('hex');
  }

  /** The serial number in hex and the profile's fields for the next certificate; nothing is issued yet. */
  nextEntity(order: CertificateOrder): EndEntity {
    const serialNumber = (this.#nextSerialNumber++).toString(16).padStart(8, '0');
    const { month, day } = order.birthday ?? { month: 4, day: 1 };
    const place = placeOf(order);
    return {
      serialNumber,
      issuer: this.name,
      issuerKeyId: this.keyId,
      commonName: `TEST${serialNumber}`.padEnd(23, '0').slice(0, 23),
      publicKey: order.publicKey,
      notBefore: order.notBefore,
      notAfter: order.notAfter ?? fifthBirthday(order.notBefore, month, day),
      distributionPoint: municipalityCrlName(this.organization, place.prefecture, place.municipality),
      ocspUrl: this.ocspUrl,
      ...(order.certificatePolicy === undefined ? {} : { certificatePolicy: order.certificatePolicy }),
    };
  }

  /** Issues the certificate that a My Number Card holds for user authentication. */
  issueUserCertificate(order: CertificateOrder): IssuedCertificate {
    const entity = this.nextEntity(order);
    this.#issued.set(entity.serialNumber, placeKey(placeOf(order)));
    return this.#issue(entity, signCertificate(userAuthenticationTemplate(entity), this.keyPair.privateKey));
  }

  /** Issues a signature certificate, which everything here must refuse. */
  issueSignatureCertificate(order: CertificateOrder): IssuedCertificate {
    const entity = this.nextEntity(order);
    return this.#issue(entity, signCertificate(digitalSignatureTemplate(entity), this.keyPair.privateKey));
  }

  /** Issues the certificate of a delegated OCSP responder. */
  issueOcspResponderCertificate(order: CertificateOrder): IssuedCertificate {
    const entity = this.nextEntity(order);
    return this.#issue(entity, signCertificate(ocspResponderTemplate(entity), this.keyPair.privateKey));
  }

  /** Revokes a certificate: OCSP says so at once, the next list names it. */
  revoke(serialNumber: string, revocationDate: number, reason?: CrlReason): void {
    this.#revoked.set(serialNumber, {
      serialNumber,
      revocationDate,
      ...(reason === undefined ? {} : { reason }),
    });
  }

  /** What OCSP would say. */
  statusOf(serialNumber: string): CertificateStatus {
    const revoked = this.#revoked.get(serialNumber);
    if (revoked !== undefined) return { status: 'revoked', ...revoked };
    return { status: this.#issued.has(serialNumber) ? 'good' : 'unknown' };
  }

  /** Signs the list of one municipality. */
  issueCrl(order: CrlOrder): Uint8Array {
    const place = placeOf(order);
    const entries =
      order.entries ??
      [...this.#revoked.values()].filter((entry) => this.#issued.get(entry.serialNumber) === placeKey(place));
    const { prefecture, municipality } = place;
    const distributionPoint = encodeName(municipalityCrlName(this.organization, prefecture, municipality));
    return signCrl(
      {
        issuer: encodeName(this.name),
        thisUpdate: order.thisUpdate,
        nextUpdate: order.nextUpdate,
        revokedCertificates: encodeCrlEntries(entries),
        crlExtensions: jpkiCrlExtensions(this.keyId, order.crlNumber, distributionPoint),
      },
      this.keyPair.privateKey,
    );
  }

  #issue(entity: EndEntity, certificate: Uint8Array): IssuedCertificate {
    const { serialNumber, notBefore, notAfter } = entity;
    return { certificate, serialNumber, notBefore, notAfter };
  }
}

const placeOf = (order: Partial<Municipality>): Municipality => ({
  prefecture: order.prefecture ?? defaultMunicipality.prefecture,
  municipality: order.municipality ?? defaultMunicipality.municipality,
});

const placeKey = (place: Municipality): string => `${place.prefecture}/${place.municipality}`;
