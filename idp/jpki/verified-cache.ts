import type { Instant } from '../domain/instant.ts';
import type { VerifiedCertificate } from '../ports/jpki.ts';
import type { Anchor } from './anchors.ts';

/** A certificate of which only the dates can still change the answer. */
export interface CheckedCertificate {
  readonly certificate: VerifiedCertificate;
  readonly issuer: Anchor;
}

const mostEntries = 10_000;
const keptSeconds = 3600;

/** Remembers certificates that were found good, by SHA-256, the least recently kept going first. */
export interface VerifiedCache {
  /** Only what one of these anchors still vouches for: what an anchor vouched for goes with it. */
  find(digest: string, anchors: readonly Anchor[], now: Instant): CheckedCertificate | undefined;
  keep(digest: string, checked: CheckedCertificate, now: Instant): void;
}

/** In memory: at most 10,000 certificates, an hour each. */
export function createVerifiedCache(): VerifiedCache {
  const entries = new Map<string, { readonly checked: CheckedCertificate; readonly until: Instant }>();
  return {
    find(digest, anchors, now) {
      const entry = entries.get(digest);
      if (entry === undefined) return undefined;
      if (now < entry.until && anchors.includes(entry.checked.issuer)) return entry.checked;
      entries.delete(digest);
      return undefined;
    },
    keep(digest, checked, now) {
      // A Map keeps the order of insertion, so its first key is the oldest.
      const oldest = entries.size >= mostEntries ? entries.keys().next().value : undefined;
      if (oldest !== undefined) entries.delete(oldest);
      entries.set(digest, { checked, until: now + keptSeconds * 1000 });
    },
  };
}
