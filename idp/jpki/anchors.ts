import { createHash, type KeyObject, X509Certificate } from 'node:crypto';
import { type Dirent, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type IssuerKeyId, parseIssuerKeyId } from '../domain/certificate-id.ts';
import { InvalidInput } from '../domain/fault.ts';
import type { PinnedAnchor } from '../ports/anchors.ts';
import { refuseWeakKey } from './anchor-key.ts';
import { type ParsedCertificate, parseCertificate } from './certificate.ts';
import { namedBitsOf } from './der-values.ts';
import { type DistinguishedName, formatName } from './distinguished-name.ts';
import { extensionOid, readIsAuthority, readSubjectKeyIdentifier } from './extensions.ts';

/** A pinned certification authority: one generation, one key. */
export interface Anchor extends PinnedAnchor {
  readonly subject: DistinguishedName;
  readonly publicKey: KeyObject;
}

/** Fixed ones, or those of the moment in which they are asked for. */
export type AnchorSource = readonly Anchor[] | (() => readonly Anchor[]);

/** The anchors of this moment. */
export const anchorsOf = (source: AnchorSource): readonly Anchor[] =>
  typeof source === 'function' ? source() : source;

const keyCertSign = 5;
const cRLSign = 6;
const anchorFile = /\.(cer|crt|der|pem)$/i;
const testOrganizations: readonly string[] = ['JPKI-TEST'];
const organizations: readonly string[] = ['JPKI', ...testOrganizations];
const userAuthentication = 'JPKI FOR USER AUTHENTICATION';

/** The `O` of a name in upper case (case does not count in names); empty when there is none. */
export const organizationOf = (name: DistinguishedName): string =>
  name
    .flat()
    .find(({ type }) => type === 'O')
    ?.value.toUpperCase() ?? '';

/** Test authorities are no authorities unless they are allowed. */
export const usableAnchors = (anchors: readonly Anchor[], allowTestAuthorities: boolean): readonly Anchor[] =>
  anchors.filter(({ isTest }) => allowTestAuthorities || !isTest);

/**
 * Reads one CA certificate, DER or PEM.
 * @throws {InvalidInput} `ERR_ANCHOR` when it is no certificate, `ERR_ANCHOR_NOT_CA` when it is not that of a certification
 *   authority with a key identifier, `ERR_ANCHOR_WEAK_KEY` when whoever has a computer could sign as that authority.
 */
export function readAnchor(file: Uint8Array): Anchor {
  const der = derOf(file);
  const parsed = parseCertificate(der);
  if (parsed.outcome === 'refused') throw notAnAnchor(`it cannot be read (${parsed.reason})`);
  const { certificate } = parsed;
  const { subject, notBefore, notAfter } = certificate;
  const publicKey = readKey(der);
  const issuerKeyId = readKeyId(certificate);
  refuseWeakKey(publicKey);
  return {
    issuerKeyId,
    subject,
    subjectName: formatName(subject),
    isForUserAuthentication: isForUserAuthentication(subject),
    publicKey,
    notBefore,
    notAfter,
    der,
    fingerprint: createHash('sha256').update(der).digest('hex').toUpperCase(),
    isTest: testOrganizations.includes(organizationOf(subject)),
  };
}

const notAnAnchor = (why: string, cause?: unknown, code: `ERR_${string}` = 'ERR_ANCHOR'): InvalidInput =>
  new InvalidInput(code, `Not a CA certificate: ${why}. Take it from J-LIS again and compare.`, cause);

const notAnAuthority = (why: string): InvalidInput => notAnAnchor(why, undefined, 'ERR_ANCHOR_NOT_CA');

function derOf(file: Uint8Array): Uint8Array {
  if (file[0] === 0x30) return file;
  const blocks = Buffer.from(file).toString('latin1').split('-----BEGIN ').length - 1;
  // Only the first would be read, and the operator would believe that all of them are trusted.
  if (blocks > 1) throw notAnAnchor('the file holds more than one, and one a file is read');
  try {
    return new X509Certificate(file).raw;
  } catch (error) {
    throw notAnAnchor('it is neither DER nor PEM', error);
  }
}

function readKey(der: Uint8Array): KeyObject {
  try {
    return new X509Certificate(der).publicKey;
  } catch (error) {
    throw notAnAnchor('its key cannot be read', error);
  }
}

/** Which authority JPKI has for what, its name says; configured card profiles may rest on another. */
function isForUserAuthentication(name: DistinguishedName): boolean {
  return (
    organizations.includes(organizationOf(name)) &&
    name.flat().some(({ type, value }) => type === 'OU' && value.toUpperCase() === userAuthentication)
  );
}

function readKeyId(certificate: ParsedCertificate): IssuerKeyId {
  try {
    return keyIdOfAuthority(certificate);
  } catch (error) {
    if (error instanceof InvalidInput && error.code !== 'ERR_ANCHOR_NOT_CA') {
      throw notAnAnchor('an extension cannot be read', error);
    }
    throw error;
  }
}

function keyIdOfAuthority({ extensions }: ParsedCertificate): IssuerKeyId {
  const basicConstraints = extensions.get(extensionOid.basicConstraints);
  const keyUsage = extensions.get(extensionOid.keyUsage);
  const subjectKeyId = extensions.get(extensionOid.subjectKeyIdentifier);
  if (basicConstraints === undefined || !readIsAuthority(basicConstraints)) {
    throw notAnAuthority('basicConstraints does not say cA');
  }
  const bits = keyUsage === undefined ? new Set<number>() : namedBitsOf(keyUsage.value);
  if (!bits.has(keyCertSign) || !bits.has(cRLSign))
    throw notAnAuthority('it may not sign certificates and lists');
  if (subjectKeyId === undefined) throw notAnAuthority('it has no subject key identifier');
  return parseIssuerKeyId(readSubjectKeyIdentifier(subjectKeyId));
}

/**
 * Reads a directory of CA certificates (`.cer`, `.crt`, `.der`, `.pem`).
 * @throws {InvalidInput} `ERR_ANCHOR` naming the file that is wrong, or two different keys under one key identifier.
 */
export function loadAnchors(directory: string): readonly Anchor[] {
  const anchors = anchorFilesIn(directory).map(({ name, content }) => {
    try {
      return readAnchor(content);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new InvalidInput('ERR_ANCHOR', `${name}: ${reason}`, error);
    }
  });
  return withoutRepetition(anchors);
}

/** The files of a directory that ought to hold anchors. @throws {InvalidInput} `ERR_ANCHOR` when it cannot be read. */
export function anchorFilesIn(
  directory: string,
): readonly { readonly name: string; readonly content: Uint8Array }[] {
  return (
    listFiles(directory)
      // Links too: that is how orchestrators mount files.
      .filter((entry) => (entry.isFile() || entry.isSymbolicLink()) && anchorFile.test(entry.name))
      .map(({ name }) => ({ name, content: readAnchorFile(directory, name) }))
  );
}

function readAnchorFile(directory: string, name: string): Uint8Array {
  try {
    return readFileSync(join(directory, name));
  } catch (error) {
    throw new InvalidInput('ERR_ANCHOR', `${name}: it cannot be read.`, error);
  }
}

function listFiles(directory: string): readonly Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    throw new InvalidInput(
      'ERR_ANCHOR',
      `The directory of CA certificates cannot be read: ${directory}`,
      error,
    );
  }
}

/** A key identifier must name one key: certificates, lists and card ids are told apart by it. */
export function withoutRepetition(anchors: readonly Anchor[]): readonly Anchor[] {
  const byKeyId = new Map<string, Anchor>();
  for (const anchor of anchors) {
    const known = byKeyId.get(anchor.issuerKeyId);
    if (known !== undefined && known.fingerprint !== anchor.fingerprint) {
      throw new InvalidInput('ERR_ANCHOR', `Two CA certificates claim the key id ${anchor.issuerKeyId}.`);
    }
    byKeyId.set(anchor.issuerKeyId, anchor);
  }
  return [...byKeyId.values()];
}
