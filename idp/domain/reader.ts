import type { Instant } from './instant.ts';
import type { ClientId } from './login-policy.ts';

export type ReaderId = string & { readonly __brand: 'ReaderId' };

/** `workstation`: beside one browser. `station`: shared screen. `device`: a door, printer or punch clock. */
export type ReaderKind = 'workstation' | 'station' | 'device';

/** What the bridge reads of a My Number Card without PIN. */
export type ReaderEvidence = 'serial' | 'certificate';

/** The public half of a reader's ES256 key (RFC 7517). */
export interface ReaderPublicKey {
  readonly kty: 'EC';
  readonly crv: 'P-256';
  readonly x: string;
  readonly y: string;
}

/** A place where a card can be presented, with the bridge that serves it. */
export interface Reader {
  readonly readerId: ReaderId;
  readonly name: string;
  readonly kind: ReaderKind;
  readonly state: 'awaiting-enrolment' | 'active' | 'disabled';
  readonly evidence: ReaderEvidence;
  /** PIN windows reach over the readers of one group; its own name when none was given. */
  readonly group: string;
  /** The clients that its taps may serve. */
  readonly clientIds: readonly ClientId[];
  readonly publicKey?: ReaderPublicKey;
  /** Taps read before this moment count for nothing. */
  readonly tapsVoidBefore?: Instant;
}

/** What a decision needs of a reader. */
export type ReaderFacts = Pick<
  Reader,
  'readerId' | 'kind' | 'state' | 'group' | 'clientIds' | 'tapsVoidBefore'
>;
