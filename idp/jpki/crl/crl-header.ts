import type { Instant } from '../../domain/instant.ts';
import { type DerElement, DerReader, notDer, rawOf, readHeader, tag } from '../der-reader.ts';
import { objectIdentifierOf, smallIntegerOf, timeOf } from '../der-values.ts';
import { type DistinguishedName, readName } from '../distinguished-name.ts';

/** What stands before the entries, and where things lie: all positions count from the start of the list. */
export interface CrlHeader {
  /** The signed part: tbsCertList with its header. */
  readonly tbsStart: number;
  readonly tbsEnd: number;
  /** Where the CertificateList ends; anything after it does not belong to it. */
  readonly listEnd: number;
  readonly entriesStart: number;
  readonly entriesEnd: number;
  /** The whole AlgorithmIdentifier, a copy. */
  readonly algorithmIdentifier: Uint8Array;
  /** In dotted form. */
  readonly signatureAlgorithm: string;
  readonly issuer: DistinguishedName;
  readonly thisUpdate: Instant;
  readonly nextUpdate: Instant;
}

/** Names and dates of a list fit in here many times over. */
export const longestHeader = 16 * 1024;

/**
 * Reads a list up to its first entry.
 * @param bytes the first octets of the list, at least `longestHeader` of them unless the list is shorter
 * @throws {InvalidInput} `ERR_DER`
 * @see RFC 5280 §5.1
 */
export function readCrlHeader(bytes: Uint8Array): CrlHeader {
  const list = expectTag(readHeader(bytes, 0, Number.MAX_SAFE_INTEGER), tag.sequence);
  const tbs = expectTag(readHeader(bytes, list.contentStart, list.end), tag.sequence);
  const reader = new DerReader(bytes, tbs.contentStart, tbs.end);
  // Version 2: lists without extensions have no number and no key identifier.
  if (smallIntegerOf(reader.read(tag.integer)) !== 1) throw notDer('not a version 2 list');
  const algorithm = reader.read(tag.sequence);
  const issuer = readName(reader.read(tag.sequence));
  const thisUpdate = timeOf(reader.readAny());
  const nextUpdate = timeOf(reader.readAny());
  const entries = reader.peek() === tag.sequence ? reader.read(tag.sequence) : undefined;
  return {
    tbsStart: tbs.start,
    tbsEnd: tbs.end,
    listEnd: list.end,
    entriesStart: entries?.contentStart ?? reader.position,
    entriesEnd: entries?.end ?? reader.position,
    algorithmIdentifier: rawOf(algorithm).slice(),
    signatureAlgorithm: objectIdentifierOf(DerReader.inside(algorithm).read(tag.objectIdentifier)),
    issuer,
    thisUpdate,
    nextUpdate,
  };
}

function expectTag(element: DerElement, expected: number): DerElement {
  if (element.tag !== expected) throw notDer('not a list');
  return element;
}
