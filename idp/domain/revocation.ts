import type { RevocationScope } from './card.ts';
import type { SerialNumber } from './certificate-id.ts';
import type { Instant } from './instant.ts';

/** @see RFC 5280 §5.3.1 */
export type RevocationReason = (typeof revocationReasons)[number];

export const revocationReasons = [
  'unspecified',
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
  'removeFromCRL',
  'privilegeWithdrawn',
  'aACompromise',
] as const;

/** One certificate of interest that a list names. */
export interface RevokedEntry {
  readonly serialNumber: SerialNumber;
  readonly revocationDate: Instant;
  readonly reason: RevocationReason;
}

/** The distribution point of lists that name none: they speak for every card of their issuer key, where configured. */
export const everyDistributionPoint = '';

/** Why a list's additions were applied, but nothing counts as fresh by it before an operator says so. */
export type ListDoubt =
  /** It lost more than a fifth of the entries of the last list that nobody doubts. */
  | 'shrunk'
  /** It names no distribution point, and configuration does not say that such lists count. */
  | 'distribution-point-missing';

/** The newest list applied for a scope: what freshness and the next list's number are measured against. */
export interface AppliedList extends RevocationScope {
  /** Decimal; it never goes back. @see RFC 5280 §5.2.3 */
  readonly crlNumber: string;
  /** Of the whole list, in hex: one number names one list. */
  readonly sha256: string;
  readonly thisUpdate: Instant;
  readonly nextUpdate: Instant;
  readonly entryCount: number;
  readonly appliedAt: Instant;
  readonly doubt?: ListDoubt;
  /** The newest list of this scope that nobody doubts; absent while there is none. */
  readonly trusted?: TrustedList;
}

/** What counts as known: freshness is the age of `thisUpdate`. */
export interface TrustedList {
  readonly thisUpdate: Instant;
  readonly nextUpdate: Instant;
  /** What a shrink is measured against. */
  readonly entryCount: number;
}

/** One fetch or import of lists, as `crl status` shows it afterwards. */
export interface CrlRun {
  readonly runId: string;
  readonly trigger: 'schedule' | 'operator' | 'import';
  readonly startedAt: Instant;
  readonly endedAt: Instant;
  readonly lists: readonly CrlRunList[];
}

/** What became of one list of a run. */
export interface CrlRunList {
  readonly distributionPoint: string;
  readonly issuerKeyId?: string;
  /** Where it came from: scheme and host, or a file's name. */
  readonly from?: string;
  /** `unchanged`: the very list that was applied last. */
  readonly outcome: 'applied' | 'unchanged' | 'refused' | 'unavailable';
  /** Why it was refused or could not be had, or what is doubted. */
  readonly reason?: string;
  readonly crlNumber?: string;
  readonly entryCount?: number;
  /** Cards and waiting registrations that it named for the first time. */
  readonly revoked?: number;
  readonly seconds: number;
}
