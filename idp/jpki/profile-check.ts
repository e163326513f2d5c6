import type { KeyObject } from 'node:crypto';
import type { CardProfile, KeyUsageBit } from '../domain/card-profile.ts';
import type { CertificateRefusal } from '../ports/jpki.ts';
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

/** @see RFC 5280 §4.2.1.3 */
const bitOf: { readonly [name in KeyUsageBit]: number } = {
  digitalSignature: 0,
  keyEncipherment: 2,
  dataEncipherment: 3,
  keyAgreement: 4,
};

/** What a certificate is held against, in this order: the later it fails, the better the profile fits. */
const checks = [
  'ca-certificate',
  'certificate-policy',
  'key-usage',
  'extended-key-usage',
  'unknown-critical-extension',
  'key-not-in-profile',
  'validity-too-long',
] as const satisfies readonly CertificateRefusal[];
type Misfit = (typeof checks)[number];

export type ProfileFit =
  | { readonly outcome: 'fits'; readonly profile: CardProfile }
  | { readonly outcome: 'refused'; readonly reason: CertificateRefusal };

/**
 * Finds the profile that a certificate fits: generations may share an algorithm, and their policies tell them apart.
 * @param candidates those of the certificate's signature algorithm.
 * @returns otherwise why it does not fit the one that it fits best.
 * @throws {InvalidInput} `ERR_DER` when an extension cannot be read.
 */
export function profileOf(
  certificate: ParsedCertificate,
  publicKey: KeyObject,
  candidates: readonly CardProfile[],
): ProfileFit {
  let best: Misfit | undefined;
  for (const profile of candidates) {
    const misfit = misfitOf(certificate, publicKey, profile);
    if (misfit === undefined) return { outcome: 'fits', profile };
    if (best === undefined || checks.indexOf(misfit) > checks.indexOf(best)) best = misfit;
  }
  return { outcome: 'refused', reason: best ?? 'algorithm-not-in-profile' };
}

function misfitOf(
  { extensions, notBefore, notAfter }: ParsedCertificate,
  publicKey: KeyObject,
  profile: CardProfile,
): Misfit | undefined {
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

const sameBits = (bits: ReadonlySet<number>, wanted: readonly KeyUsageBit[]): boolean =>
  bits.size === wanted.length && wanted.every((name) => bits.has(bitOf[name]));

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
    ? key.modulusLengths.includes(details.modulusLength ?? 0) &&
        details.publicExponent === BigInt(key.publicExponent)
    : key.namedCurves.includes(details.namedCurve ?? '');
}
