import { InvalidInput } from '../../idp/domain/fault.ts';
import type { CrlSource } from '../../idp/ports/jpki.ts';
import { createFileCrlSource } from './crl-source-file.ts';
import { createHttpCrlSource } from './crl-source-http.ts';
import { createLdapCrlSource } from './crl-source-ldap.ts';

export interface CrlSourceOptions {
  /** The whole exchange. */
  readonly timeoutSeconds?: number;
  /** A list that is longer is not taken. */
  readonly maxOctets?: number;
  /** For `ldaps:` and `https:`: PEM certificates to trust instead of the system's. */
  readonly ca?: string;
  /** For `http:` and `https:`: `http://[user:password@]host:port` on the way; empty: none. */
  readonly httpProxy?: string;
  /** For `ldap:` and `ldaps:`: anonymous unless given. */
  readonly credentials?: { readonly bindDN: string; readonly password: string };
}

/** What every kind of source gets, with the defaults filled in. */
export interface CrlLimits {
  readonly timeoutSeconds: number;
  readonly maxOctets: number;
}

/** Five million entries have about 195 MB. */
const defaultLimits: CrlLimits = { timeoutSeconds: 120, maxOctets: 256 * 1024 * 1024 };

/**
 * Opens the source that an address names: `file:`, `ldap:`, `ldaps:`, `http:` or `https:`.
 * @throws {InvalidInput} `ERR_CRL_SOURCE` when the address is none of these.
 */
export function createCrlSource(address: string, options: CrlSourceOptions = {}): CrlSource {
  const url = URL.parse(address);
  const limits = { ...defaultLimits, ...options };
  switch (url?.protocol) {
    case 'file:':
      return createFileCrlSource(url, limits);
    case 'http:':
    case 'https:':
      return createHttpCrlSource(url, limits);
    case 'ldap:':
    case 'ldaps:':
      return createLdapCrlSource(url, limits);
    default:
      throw new InvalidInput(
        'ERR_CRL_SOURCE',
        'A CRL source is an address that starts with file:, ldap://, ldaps://, http:// or https://.',
      );
  }
}
