import { contentsOf, type DerElement, DerReader, notDer, readHeader, tag } from './der-reader.ts';
import { booleanOf, objectIdentifierOf } from './der-values.ts';
import { type DistinguishedName, readName } from './distinguished-name.ts';

/** One extension of a certificate, a list or a list's entry; `value` is the DER inside the OCTET STRING. */
export interface Extension {
  readonly critical: boolean;
  readonly value: DerElement;
}

/** By object identifier. */
export type Extensions = ReadonlyMap<string, Extension>;

/** Object identifiers of the extensions that are read here. */
export const extensionOid = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  basicConstraints: '2.5.29.19',
  cRLNumber: '2.5.29.20',
  reasonCode: '2.5.29.21',
  invalidityDate: '2.5.29.24',
  deltaCRLIndicator: '2.5.29.27',
  issuingDistributionPoint: '2.5.29.28',
  certificateIssuer: '2.5.29.29',
  cRLDistributionPoints: '2.5.29.31',
  certificatePolicies: '2.5.29.32',
  authorityKeyIdentifier: '2.5.29.35',
  extKeyUsage: '2.5.29.37',
  authorityInfoAccess: '1.3.6.1.5.5.7.1.1',
} as const;

/**
 * Reads Extensions; each may appear once.
 * @throws {InvalidInput} `ERR_DER`
 * @see RFC 5280 §4.2
 */
export function readExtensions(element: DerElement): Extensions {
  const extensions = new Map<string, Extension>();
  const list = DerReader.inside(element);
  if (list.atEnd) throw notDer('empty Extensions');
  while (!list.atEnd) {
    const extension = list.enter(tag.sequence);
    const oid = objectIdentifierOf(extension.read(tag.objectIdentifier));
    const critical = readCritical(extension);
    const octets = contentsOf(extension.read(tag.octetString));
    extension.finish();
    if (extensions.has(oid)) throw notDer('the same extension twice');
    extensions.set(oid, { critical, value: wholeElement(octets) });
  }
  return extensions;
}

function readCritical(extension: DerReader): boolean {
  const element = extension.optional(tag.boolean);
  if (element === undefined) return false;
  // DER leaves a DEFAULT value out: FALSE may not be written.
  if (!booleanOf(element)) throw notDer('critical FALSE written out');
  return true;
}

/** The one element that fills the octets. @throws {InvalidInput} `ERR_DER` */
export function wholeElement(octets: Uint8Array): DerElement {
  const element = readHeader(octets, 0, octets.length);
  if (element.end !== octets.length) throw notDer('something is left over');
  return element;
}

const sequenceOf = (extension: Extension): DerReader => {
  if (extension.value.tag !== tag.sequence) throw notDer('extension');
  return DerReader.inside(extension.value);
};

/** subjectKeyIdentifier in hex. @see RFC 5280 §4.2.1.2 */
export function readSubjectKeyIdentifier(extension: Extension): string {
  if (extension.value.tag !== tag.octetString) throw notDer('subjectKeyIdentifier');
  return Buffer.from(contentsOf(extension.value)).toString('hex');
}

/** keyIdentifier of authorityKeyIdentifier in hex; `undefined` when it names the issuer another way. @see RFC 5280 §4.2.1.1 */
export function readAuthorityKeyIdentifier(extension: Extension): string | undefined {
  const keyIdentifier = sequenceOf(extension).optional(tag.contextPrimitive(0));
  return keyIdentifier && Buffer.from(contentsOf(keyIdentifier)).toString('hex');
}

/** Purposes in dotted form. @see RFC 5280 §4.2.1.12 */
export function readExtendedKeyUsage(extension: Extension): readonly string[] {
  const purposes: string[] = [];
  const list = sequenceOf(extension);
  while (!list.atEnd) purposes.push(objectIdentifierOf(list.read(tag.objectIdentifier)));
  return purposes;
}

/** Policies in dotted form; qualifiers are not looked at. @see RFC 5280 §4.2.1.4 */
export function readCertificatePolicies(extension: Extension): readonly string[] {
  const policies: string[] = [];
  const list = sequenceOf(extension);
  while (!list.atEnd) {
    policies.push(objectIdentifierOf(list.enter(tag.sequence).read(tag.objectIdentifier)));
  }
  return policies;
}

/** Whether basicConstraints says that this is an authority. @see RFC 5280 §4.2.1.9 */
export function readIsAuthority(extension: Extension): boolean {
  const element = sequenceOf(extension).optional(tag.boolean);
  return element !== undefined && booleanOf(element);
}

/**
 * The directoryName of a DistributionPointName, which is the only form that JPKI uses.
 * @returns `undefined` when there is none, or more than one (then none is *the* list).
 * @see RFC 5280 §4.2.1.13
 */
export function readDistributionPointName(element: DerElement): DistinguishedName | undefined {
  const point = DerReader.inside(element);
  const fullName = point.optional(tag.context(0));
  if (fullName === undefined) return undefined;
  point.finish();
  const names: DistinguishedName[] = [];
  const generalNames = DerReader.inside(fullName);
  while (!generalNames.atEnd) {
    const generalName = generalNames.readAny();
    if (generalName.tag !== tag.context(4)) continue;
    names.push(readName(DerReader.onlyInside(generalName, tag.sequence)));
  }
  return names.length === 1 ? names[0] : undefined;
}

/** The one directoryName of cRLDistributionPoints. */
export function readCrlDistributionPoint(extension: Extension): DistinguishedName | undefined {
  const points = sequenceOf(extension);
  const point = points.enter(tag.sequence);
  const name = point.optional(tag.context(0));
  // reasons or cRLIssuer would mean partial or indirect lists, which JPKI does not issue.
  return points.atEnd && point.atEnd && name !== undefined ? readDistributionPointName(name) : undefined;
}

const idAdOcsp = '1.3.6.1.5.5.7.48.1';

/** The first address of an OCSP responder. @see RFC 5280 §4.2.2.1 */
export function readOcspUrl(extension: Extension): string | undefined {
  const descriptions = sequenceOf(extension);
  while (!descriptions.atEnd) {
    const description = descriptions.enter(tag.sequence);
    const method = objectIdentifierOf(description.read(tag.objectIdentifier));
    const location = description.readAny();
    description.finish();
    if (method === idAdOcsp && location.tag === tag.contextPrimitive(6)) {
      return Buffer.from(contentsOf(location)).toString('latin1');
    }
  }
  return undefined;
}
