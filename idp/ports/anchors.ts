import type { IssuerKeyId } from '../domain/certificate-id.ts';
import type { Instant } from '../domain/instant.ts';

/** A CA certificate that this installation trusts: one generation, one key. */
export interface PinnedAnchor {
  readonly issuerKeyId: IssuerKeyId;
  /** The distinguished name as text; JPKI's generations share one, so it tells none of them apart. */
  readonly subjectName: string;
  /** Its name is that of JPKI's authority for user authentication, the real one or that of test cards. */
  readonly isForUserAuthentication: boolean;
  readonly notBefore: Instant;
  /** The last second of validity. */
  readonly notAfter: Instant;
  /** SHA-256 over the certificate in upper-case hex: what an operator compares with J-LIS. */
  readonly fingerprint: string;
  /** Its organisation is that of test cards. */
  readonly isTest: boolean;
  readonly der: Uint8Array;
}

/** The trusted CA certificates; a change holds at once for certificates, OCSP and lists. */
export interface Anchors {
  /** Those of this moment, expired ones among them; whoever keeps a copy must ask again before using it. */
  list(): readonly PinnedAnchor[];
  /** Whether authorities of test cards may be trusted here. */
  readonly allowsTestAuthorities: boolean;
  /** Reads one CA certificate, DER or PEM, and trusts nothing yet. @throws {InvalidInput} `ERR_ANCHOR`, `ERR_ANCHOR_NOT_CA`, `ERR_ANCHOR_WEAK_KEY` */
  read(file: Uint8Array): PinnedAnchor;
  /**
   * Trusts it from now on; on disk before the promise resolves.
   * @throws {InvalidInput} `ERR_ANCHOR` when it is not what `read` gave, `ERR_ANCHOR_DIRECTORY` when the directory cannot be written.
   */
  add(anchor: PinnedAnchor): Promise<void>;
  /** Trusts it no longer. @throws {InvalidInput} `ERR_ANCHOR_DIRECTORY` when its file cannot be removed: it is trusted still. */
  remove(anchor: PinnedAnchor): Promise<void>;
}

/** The directory in which anchors lie, one file each. @throws {InvalidInput} `ERR_ANCHOR_DIRECTORY` */
export interface AnchorFiles {
  /** Whole or not at all, on disk before the promise resolves. */
  put(name: string, pem: string): Promise<void>;
  /** A file that is gone already is removed. */
  remove(name: string): Promise<void>;
}
