import type { IssuerKeyId } from '../domain/certificate-id.ts';
import type { Instant } from '../domain/instant.ts';

/** What a list says of itself; nobody has checked it. */
export interface ListClaims {
  readonly issuerKeyId: IssuerKeyId;
  readonly distributionPoint?: string;
  /** Decimal. */
  readonly crlNumber: string;
  readonly thisUpdate: Instant;
  readonly nextUpdate: Instant;
}

export interface CarriedFile {
  readonly name: string;
  readonly octets: Uint8Array;
}

/**
 * A directory in which lists are carried from the network side that reaches the issuer's directory to the one that does not.
 * @throws {InvalidInput} `ERR_CRL_DIRECTORY` when it cannot be read or written.
 */
export interface CarriedLists {
  /** The files under the name of a distribution point, one for each generation. */
  of(distributionPoint: string): Promise<readonly CarriedFile[]>;
  /**
   * Puts a list there whole or not at all, on disk before the promise resolves.
   * @param issuerKeyId where lists of several generations lie under the name; absent: it is the only one.
   * @returns the file's name.
   */
  put(distributionPoint: string, issuerKeyId: IssuerKeyId | undefined, list: Uint8Array): Promise<string>;
  remove(name: string): Promise<void>;
}
