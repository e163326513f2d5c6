import type { AuditEvent, ChainedAuditEvent } from '../domain/audit-event.ts';

/** Reads and checks the chain. */
export type AuditVerdict =
  | { readonly outcome: 'intact'; readonly events: number; readonly lastHash: string }
  | { readonly outcome: 'broken'; readonly atSequence: number; readonly reason: string };

/** Where an answer's event goes: written when it is done, or before the answer leaves. */
export interface WritesEvents {
  append(event: AuditEvent): void | Promise<void>;
}

/**
 * The trail of what happened. Events that belong to a change are appended in the change's own transaction (`Tables.audit`);
 * sign-in events come through here: written before the answer (a killed process loses none), fsynced within 100 ms.
 * @throws {Fault} `ERR_AUDIT_UNAVAILABLE`; an answer that cannot be audited is not given.
 */
export interface AuditTrail extends WritesEvents {
  /** Resolves when the event is written; many of one moment are written together. */
  append(event: AuditEvent): Promise<void>;
  /** Takes an event whose answer does not leave before `settle`. */
  note(event: AuditEvent): void;
  /** Everything noted is written when this returns. @throws {Fault} `ERR_AUDIT_UNAVAILABLE`: the answers are not given */
  settle(): void;
  read(filter?: {
    readonly afterSequence?: number;
    readonly limit?: number;
  }): AsyncIterable<ChainedAuditEvent>;
  verify(): Promise<AuditVerdict>;
}
