import type { FilterLimits } from './codec/filter.ts';

/** How much one client may ask of the façade before it is cut off. */
export interface LdapLimits extends FilterLimits {
  readonly maxMessageBytesBeforeBind: number;
  readonly maxMessageBytes: number;
  /** Operations of one connection that wait for their answer; beyond them its bytes stay unread. */
  readonly maxPendingOperations: number;
  /** Messages of one connection handled before others get their turn. */
  readonly maxMessagesPerTurn: number;
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  /** Until a bind succeeds, TLS handshake included. */
  readonly bindTimeoutSeconds: number;
  /** Without a whole message, once bound. */
  readonly idleTimeoutSeconds: number;
  /** How long a message may take from its first byte to its last, and an answer until it is taken. */
  readonly stallTimeoutSeconds: number;
  /** How long one search may go on; clients may ask for less. */
  readonly searchTimeoutSeconds: number;
  /** How often the times above are looked at. */
  readonly sweepIntervalMs: number;
}

export const defaultLimits: LdapLimits = {
  maxFilterDepth: 32,
  maxFilterNodes: 256,
  maxMessageBytesBeforeBind: 256 * 1024,
  maxMessageBytes: 1024 * 1024,
  maxPendingOperations: 64,
  maxMessagesPerTurn: 256,
  maxConnections: 4096,
  maxConnectionsPerAddress: 512,
  bindTimeoutSeconds: 30,
  idleTimeoutSeconds: 900,
  stallTimeoutSeconds: 30,
  searchTimeoutSeconds: 60,
  sweepIntervalMs: 1_000,
};
