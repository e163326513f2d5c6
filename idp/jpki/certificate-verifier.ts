import { createHash, X509Certificate } from 'node:crypto';
import type { RevocationScope } from '../domain/card.ts';
import { type CardProfile, defaultCardProfiles } from '../domain/card-profile.ts';
import { InvalidInput } from '../domain/fault.ts';
import type { Instant } from '../domain/instant.ts';
import type {
  CertificateRefusal,
  CertificateVerdict,
  CertificateVerifier,
  VerifiedCertificate,
} from '../ports/jpki.ts';
import { type Anchor, type AnchorSource, anchorsOf, organizationOf, usableAnchors } from './anchors.ts';
import { type ParsedCertificate, parseCertificate } from './certificate.ts';
import { formatName } from './distinguished-name.ts';
import { extensionOid, readCrlDistributionPoint, readOcspUrl } from './extensions.ts';
import { claimedIssuer, dateRefusal, isSignedBy } from './path.ts';
import { profileOf } from './profile-check.ts';
import { verifyPossession } from './proof-of-possession.ts';
import { type CheckedCertificate, createVerifiedCache } from './verified-cache.ts';

export interface CertificateVerifierOptions {
  /** Asked at every certificate: an anchor that was taken away vouches for nothing from then on. */
  readonly anchors: AnchorSource;
  /** The generations of cards that are accepted. */
  readonly profiles?: readonly CardProfile[];
  /** Never in production: anybody can get a test card. */
  readonly allowTestAuthorities?: boolean;
}

type Checked =
  | { readonly outcome: 'checked'; readonly checked: CheckedCertificate }
  | { readonly outcome: 'refused'; readonly reason: CertificateRefusal };

const refused = (reason: CertificateRefusal) => ({ outcome: 'refused', reason }) as const;

/**
 * Checks certificates against card profiles and pinned anchors, without the network. What was found good is kept for a
 * while under the certificate's own digest, and its dates are looked at again every time.
 */
export function createCertificateVerifier(options: CertificateVerifierOptions): CertificateVerifier {
  const cache = createVerifiedCache();
  return {
    verify(der: Uint8Array, now: Instant): CertificateVerdict {
      const digest = createHash('sha256').update(der).digest('base64');
      const anchors = anchorsOf(options.anchors);
      const known = cache.find(digest, anchors, now);
      const result: Checked = known ? { outcome: 'checked', checked: known } : check(der, anchors, options);
      if (result.outcome === 'refused') return result;
      const { certificate, issuer } = result.checked;
      const reason = dateRefusal(certificate, issuer, now);
      if (reason !== undefined) return refused(reason);
      if (known === undefined) cache.keep(digest, result.checked, now);
      return { outcome: 'verified', certificate };
    },
  };
}

function check(der: Uint8Array, anchors: readonly Anchor[], options: CertificateVerifierOptions): Checked {
  const parsed = parseCertificate(der);
  if (parsed.outcome === 'refused') return parsed;
  try {
    return checkParsed(parsed.certificate, anchors, options);
  } catch (error) {
    if (error instanceof InvalidInput) return refused('malformed');
    throw error;
  }
}

function checkParsed(
  parsed: ParsedCertificate,
  anchors: readonly Anchor[],
  options: CertificateVerifierOptions,
): Checked {
  const { profiles = defaultCardProfiles, allowTestAuthorities = false } = options;
  const candidates = profiles.filter(({ signatureAlgorithms }) =>
    signatureAlgorithms.some(({ oid }) => oid === parsed.signatureAlgorithm),
  );
  const x509 = secondOpinion(parsed);
  if (x509 === undefined) return refused('malformed');
  if (candidates.length === 0) return refused('algorithm-not-in-profile');
  const organization = organizationOf(parsed.issuer);
  const isTest = candidates.some(({ testOrganizations }) => testOrganizations.includes(organization));
  if (isTest && !allowTestAuthorities) return refused('test-authority');
  const fit = profileOf(parsed, x509.publicKey, candidates);
  if (fit.outcome === 'refused') return fit;
  if (anchors.length === 0) return refused('no-anchor');
  const usable = usableAnchors(anchors, allowTestAuthorities);
  const issuer = claimedIssuer(usable, parsed.issuer, parsed.extensions);
  if (issuer === undefined) return refused('issuer-unknown');
  if (!isSignedBy(x509, issuer)) return refused('signature-invalid');
  return {
    outcome: 'checked',
    checked: { issuer, certificate: verified(parsed, x509, issuer, fit.profile) },
  };
}

/** OpenSSL must read the same certificate: two parsers that disagree are how forged ones get through. */
function secondOpinion({ der, serialNumber }: ParsedCertificate): X509Certificate | undefined {
  try {
    const x509 = new X509Certificate(der);
    const sameSerialNumber = x509.serialNumber.toLowerCase().replace(/^(00)+/, '') === serialNumber;
    return sameSerialNumber && x509.raw.equals(der) && x509.publicKey !== undefined ? x509 : undefined;
  } catch {
    return undefined;
  }
}

function verified(
  parsed: ParsedCertificate,
  x509: X509Certificate,
  issuer: Anchor,
  profile: CardProfile,
): VerifiedCertificate {
  const { publicKey } = x509;
  const access = parsed.extensions.get(extensionOid.authorityInfoAccess);
  const ocspUrl = access && readOcspUrl(access);
  const revocationScope = scopeOf(parsed, issuer);
  return {
    profile: profile.name,
    issuerKeyId: issuer.issuerKeyId,
    serialNumber: parsed.serialNumber,
    notBefore: parsed.notBefore,
    notAfter: parsed.notAfter,
    // A copy of ours: the caller's bytes may change while this is remembered.
    der: x509.raw,
    issuerDer: issuer.der,
    ...(revocationScope === undefined ? {} : { revocationScope }),
    ...(ocspUrl === undefined ? {} : { ocspUrl }),
    verifies: (message, signature) => verifyPossession(publicKey, message, signature, profile),
  };
}

function scopeOf({ extensions }: ParsedCertificate, issuer: Anchor): RevocationScope | undefined {
  const extension = extensions.get(extensionOid.cRLDistributionPoints);
  const name = extension && readCrlDistributionPoint(extension);
  return name && { issuerKeyId: issuer.issuerKeyId, distributionPoint: formatName(name) };
}
