import { createHash } from 'node:crypto';

/** File systems take names of 255 octets. */
const longestName = 200;

/**
 * Under which file name the list of a distribution point lies in a directory or behind an HTTP address: the DN itself,
 * readable, with what could be a path percent-encoded; or its digest where it is too long.
 */
export function crlFileName(distributionPoint: string): string {
  const name = distributionPoint.replace(/[^A-Za-z0-9=, _-]/gu, (character) =>
    [...Buffer.from(character)]
      .map((octet) => `%${octet.toString(16).padStart(2, '0').toUpperCase()}`)
      .join(''),
  );
  if (name.length <= longestName) return `${name}.crl`;
  return `${createHash('sha256').update(distributionPoint).digest('hex')}.crl`;
}
