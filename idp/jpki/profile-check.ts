import type { KeyObject } from 'node:crypto';
import type { CertificateRefusal } from '../ports/jpki.ts';
import type { CardProfile } from './card-profile.ts';
import type { ParsedCertificate } from './certificate.ts';
import { namedBitsOf } from './der-values.ts';
import {
  type Extension,
  extensionOid,
  readCertificatePolicies,
  readExtendedKeyUsage,
  readIsAuthority,
} from './extensions.ts';

const keyCertSign = 5;

/**
 * Holds a certificate against a card profile.
 * @returns why it does not fit, or `undefined` when it fits.
 * @throws {InvalidInput} `ERR_DER` when an extension cannot be read.
 */
export function profileRefusal(
  { extensions, notBefore, notAfter }: ParsedCertificate,
  publicKey: KeyObject,
  profile: CardProfile,
): CertificateRefusal | undefined {
  const keyUsage = extensions.get(extensionOid.keyUsage);
  const bits = keyUsage === undefined ? new Set<number>() : namedBitsOf(keyUsage.value);
  const basicConstraints = extensions.get(extensionOid.basicConstraints);
  if (bits.has(keyCertSign) || (basicConstraints && readIsAuthority(basicConstraints)))
    return 'ca-certificate';
  // Policy before key usage: a signature certificate differs in both, and the policy is what names it.
  if (!assertsPolicy(extensions.get(extensionOid.certificatePolicies), profile)) return 'certificate-policy';
  if (!keyUsage?.critical || !sameBits(bits, profile.keyUsage)) return 'key-usage';
  if (!hasPurposes(extensions.get(extensionOid.extKeyUsage), profile)) return 'extended-key-usage';
  for (const [oid, { critical }] of extensions) {
    if (critical && !profile.criticalExtensions.includes(oid)) return 'unknown-critical-extension';
  }
  if (!keyFits(publicKey, profile)) return 'key-not-in-profile';
  return notAfter - notBefore > profile.maxValiditySeconds * 1000 ? 'validity-too-long' : undefined;
}

const sameBits = (bits: ReadonlySet<number>, wanted: readonly number[]): boolean =>
  bits.size === wanted.length && wanted.every((bit) => bits.has(bit));

const assertsPolicy = (extension: Extension | undefined, profile: CardProfile): boolean =>
  extension?.critical === true &&
  readCertificatePolicies(extension).some((policy) => profile.certificatePolicies.includes(policy));

function hasPurposes(extension: Extension | undefined, profile: CardProfile): boolean {
  const purposes = extension === undefined ? [] : readExtendedKeyUsage(extension);
  return profile.extendedKeyUsage.every((purpose) => purposes.includes(purpose));
}

function keyFits(publicKey: KeyObject, { key }: CardProfile): boolean {
  const details = publicKey.asymmetricKeyDetails;
  if (publicKey.asymmetricKeyType !== key.type || details === undefined) return false;
  return key.type === 'rsa'
    ? key.modulusLengths.includes(details.modulusLength ?? 0) && details.publicExponent === key.publicExponent
    : key.namedCurves.includes(details.namedCurve ?? '');
}
