import type { RevocationScope } from './card.ts';
import type { SerialNumber } from './certificate-id.ts';
import type { Instant } from './instant.ts';

/** @see RFC 5280 §5.3.1 */
export type RevocationReason =
  | 'unspecified'
  | 'keyCompromise'
  | 'cACompromise'
  | 'affiliationChanged'
  | 'superseded'
  | 'cessationOfOperation'
  | 'certificateHold'
  | 'removeFromCRL'
  | 'privilegeWithdrawn'
  | 'aACompromise';

/** One certificate of interest that a list names. */
export interface RevokedEntry {
  readonly serialNumber: SerialNumber;
  readonly revocationDate: Instant;
  readonly reason: RevocationReason;
}

/** The newest list applied for a scope: what freshness and the next list's number are measured against. */
export interface AppliedList extends RevocationScope {
  /** Decimal; it never goes back. @see RFC 5280 §5.2.3 */
  readonly crlNumber: string;
  readonly thisUpdate: Instant;
  readonly nextUpdate: Instant;
  readonly entryCount: number;
  readonly appliedAt: Instant;
}
