import type { CrlRefusal } from '../../ports/jpki.ts';
import { contentsOf, type DerElement, DerReader, notDer, tag } from '../der-reader.ts';
import { booleanOf, integerOctetsOf } from '../der-values.ts';
import { type DistinguishedName, formatName } from '../distinguished-name.ts';
import {
  type Extension,
  type Extensions,
  extensionOid,
  readDistributionPointName,
  readExtensions,
} from '../extensions.ts';

/** What the extensions of a list say about it. */
export interface CrlScope {
  readonly extensions: Extensions;
  /** Decimal; `undefined` when the list has none. */
  readonly crlNumber: string | undefined;
  readonly distributionPoint: string | undefined;
  /** Why the list is not one that can be read here, if so. */
  readonly refusal: CrlRefusal | undefined;
}

const understood: readonly string[] = [extensionOid.issuingDistributionPoint];

/**
 * Reads crlExtensions.
 * @throws {InvalidInput} `ERR_DER`
 * @see RFC 5280 §5.2
 */
export function readCrlExtensions(element: DerElement): CrlScope {
  const extensions = readExtensions(DerReader.onlyInside(element, tag.sequence));
  const number = extensions.get(extensionOid.cRLNumber);
  const point = extensions.get(extensionOid.issuingDistributionPoint);
  const scope = point && readIssuingDistributionPoint(point);
  const unknown = [...extensions].some(([oid, { critical }]) => critical && !understood.includes(oid));
  const isDelta = extensions.has(extensionOid.deltaCRLIndicator);
  return {
    extensions,
    crlNumber: number && readCrlNumber(number),
    distributionPoint: scope?.name && formatName(scope.name),
    refusal: isDelta
      ? 'delta-list'
      : (scope?.refusal ?? (unknown ? 'unknown-critical-extension' : undefined)),
  };
}

const longestNumber = 20;

/** @see RFC 5280 §5.2.3 */
function readCrlNumber({ value }: Extension): string {
  const octets = value.tag === tag.integer ? integerOctetsOf(value) : new Uint8Array();
  if (octets.length === 0 || octets.length > longestNumber || (octets[0] ?? 0) >= 0x80) {
    throw notDer('cRLNumber');
  }
  return BigInt(`0x${Buffer.from(octets).toString('hex')}`).toString();
}

interface IssuingDistributionPoint {
  readonly name: DistinguishedName | undefined;
  readonly refusal: CrlRefusal | undefined;
}

/** @see RFC 5280 §5.2.5 */
function readIssuingDistributionPoint({ value }: Extension): IssuingDistributionPoint {
  if (value.tag !== tag.sequence) throw notDer('issuingDistributionPoint');
  const reader = DerReader.inside(value);
  const point = reader.optional(tag.context(0));
  readFlag(reader, 1);
  const onlyAuthorityCerts = readFlag(reader, 2);
  const onlySomeReasons = reader.optional(tag.contextPrimitive(3)) !== undefined;
  const indirect = readFlag(reader, 4);
  const onlyAttributeCerts = readFlag(reader, 5);
  reader.finish();
  const name = point && readDistributionPointName(point);
  const refusals: readonly (CrlRefusal | false)[] = [
    indirect && 'indirect-list',
    (onlyAuthorityCerts || onlyAttributeCerts || onlySomeReasons) && 'partial-list',
    point !== undefined && name === undefined && 'distribution-point-mismatch',
  ];
  return { name, refusal: refusals.find((refusal) => refusal !== false) };
}

/** BOOLEAN DEFAULT FALSE under an implicit tag: DER leaves FALSE out. */
function readFlag(reader: DerReader, number: number): boolean {
  const element = reader.optional(tag.contextPrimitive(number));
  if (element === undefined) return false;
  if (contentsOf(element).length !== 1 || !booleanOf(element)) throw notDer('flag FALSE written out');
  return true;
}
