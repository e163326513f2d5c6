import type { RevocationScope } from '../domain/card.ts';
import type { CertificateId, IssuerKeyId, SerialNumber } from '../domain/certificate-id.ts';
import type { Instant } from '../domain/instant.ts';
import type { RevocationReason, RevokedEntry } from '../domain/revocation.ts';

/** A user-authentication certificate whose profile, path and dates held at the moment asked about. */
export interface VerifiedCertificate extends CertificateId {
  readonly notBefore: Instant;
  /** The last second of validity. */
  readonly notAfter: Instant;
  readonly revocationScope?: RevocationScope;
  /** The name of the card profile that it fits. */
  readonly profile: string;
  /** From the authority information access; followed only to configured hosts. */
  readonly ocspUrl?: string;
  readonly der: Uint8Array;
  /** The issuing CA, for OCSP. */
  readonly issuerDer: Uint8Array;
  /** Verifies the card's signature over a whole message that the caller built itself. Never over a digest. */
  verifies(message: Uint8Array, signature: Uint8Array): boolean;
}

/** Why a certificate is not accepted: a closed set. */
export type CertificateRefusal =
  | 'malformed'
  | 'trailing-bytes'
  | 'serial-number-invalid'
  | 'no-anchor'
  | 'test-authority'
  | 'issuer-unknown'
  | 'signature-invalid'
  | 'algorithm-not-in-profile'
  | 'key-not-in-profile'
  | 'key-usage'
  | 'extended-key-usage'
  | 'certificate-policy'
  | 'unknown-critical-extension'
  | 'ca-certificate'
  | 'not-yet-valid'
  | 'expired'
  | 'issuer-expired'
  | 'validity-too-long';

export type CertificateVerdict =
  | { readonly outcome: 'verified'; readonly certificate: VerifiedCertificate }
  | { readonly outcome: 'refused'; readonly reason: CertificateRefusal };

/** Checks certificates against the card profile and the pinned anchors; no network. */
export interface CertificateVerifier {
  verify(der: Uint8Array, now: Instant): CertificateVerdict;
}

/** @see RFC 6960 §2.2 */
export type OcspStatus =
  | { readonly status: 'good'; readonly thisUpdate: Instant }
  | { readonly status: 'revoked'; readonly revocationTime: Instant; readonly reason?: RevocationReason }
  | { readonly status: 'unknown' };

/** What the responder said, and the signed bytes in which it said so. */
export type OcspAnswer = OcspStatus & { readonly evidence: OcspEvidence };

/** A verified response, whole: kept sealed with a registration, so that years later it can be shown what was answered. */
export interface OcspEvidence {
  /** `host` or `host:port` that was asked. */
  readonly responder: string;
  readonly producedAt: Instant;
  /** Whether it bore our nonce: it was made for this question. @see RFC 9654 */
  readonly boreNonce: boolean;
  /** The OCSPResponse in DER, and its SHA-256 in hex. */
  readonly response: Uint8Array;
  readonly sha256: string;
}

/**
 * Asks the responder now, never a cache.
 * @throws {Fault} `ERR_OCSP_UNAVAILABLE` when there is no trustworthy answer.
 */
export interface OcspClient {
  status(certificate: VerifiedCertificate, now: Instant): Promise<OcspAnswer>;
}

/** Brings the lists of one distribution point. @throws {Fault} `ERR_CRL_SOURCE_UNAVAILABLE`. */
export interface CrlSource {
  /** For status and audit: scheme and host. */
  readonly name: string;
  /**
   * One list for each CA generation that publishes under this name, DER or PEM; at least one.
   * @param onOctets told now and then how much came so far, and of how much, where that is known.
   */
  fetch(
    distributionPoint: string,
    onOctets?: (octets: number, total?: number) => void,
  ): Promise<readonly Uint8Array[]>;
}

/** Why a list is not applied: a closed set. */
export type CrlRefusal =
  | 'malformed'
  | 'trailing-bytes'
  | 'issuer-unknown'
  | 'signature-invalid'
  | 'algorithm-not-in-profile'
  | 'not-yet-valid'
  | 'expired'
  | 'crl-number-missing'
  | 'crl-number-went-back'
  /** The number of the list applied last, on another list. @see RFC 5280 §5.2.3 */
  | 'crl-number-reused'
  | 'delta-list'
  | 'indirect-list'
  | 'unknown-critical-extension'
  /** About some reasons, CA or attribute certificates only: it would pass for a complete one. @see RFC 5280 §5.2.5 */
  | 'partial-list'
  | 'distribution-point-mismatch';

/** What one pass over a list found; nothing in it counts before `outcome: 'read'`. */
export type CrlVerdict =
  | {
      readonly outcome: 'read';
      readonly issuerKeyId: IssuerKeyId;
      readonly distributionPoint?: string;
      /** Decimal. */
      readonly crlNumber: string;
      readonly thisUpdate: Instant;
      readonly nextUpdate: Instant;
      readonly entryCount: number;
      /** The entries among `interest`, with removeFromCRL and certificateHold as they stand. */
      readonly hits: readonly RevokedEntry[];
    }
  | { readonly outcome: 'refused'; readonly reason: CrlRefusal };

/** Reads a list in one pass over its bytes; memory does not grow with it. */
export interface CrlReader {
  /** @param interest a `SerialNumberTable` where there are many: anything else is made one first. */
  read(list: Uint8Array, interest: Iterable<SerialNumber>, now: Instant): CrlVerdict;
  /** What a list claims to speak about, before anything is verified: chooses whose serials to hold against it. */
  claimedScope(
    list: Uint8Array,
  ): { readonly issuerKeyId: IssuerKeyId; readonly distributionPoint?: string } | undefined;
}
