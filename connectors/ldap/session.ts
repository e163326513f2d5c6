import type { Socket } from 'node:net';
import type { Control } from './codec/controls.ts';
import type { BoundDevice, BoundPerson, WayOfPerson } from './directory-service.ts';
import type { Entry } from './entry.ts';
import { PageStore } from './search/page-store.ts';
import type { Selection } from './search/selection.ts';
import { clientCertificateSha256 } from './tls-identity.ts';

/** Who speaks on a connection. @see RFC 4513 §4 */
export type Identity =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'device'; readonly device: BoundDevice }
  /** A person: by a card number that a door controller bound to, or by a bind as the person. The device's profile rules. */
  | (BoundPerson & { readonly kind: 'person'; readonly by: WayOfPerson });

export const anonymous: Identity = { kind: 'anonymous' };

/** What a connection is, as far as operations may know. */
export interface Session {
  identity: Identity;
  /** The device account that bound last: whose people bind on this connection, also after its own bind has ended. */
  lastDevice: BoundDevice | undefined;
  readonly remoteAddress: string;
  readonly channel: 'tls' | 'plain';
  /** SHA-256 in hex of the certificate whose key the client proved in the handshake. */
  clientCertificateSha256(): string | undefined;
  /** Cookies of paged searches: worth something on this connection only. */
  readonly pages: PageStore;
}

/** A connection begins anonymous. */
export function openSession(socket: Socket, channel: Session['channel']): Session {
  return {
    identity: anonymous,
    lastDevice: undefined,
    remoteAddress: socket.remoteAddress ?? '',
    channel,
    clientCertificateSha256: () => clientCertificateSha256(socket),
    pages: new PageStore(),
  };
}

/** One operation on its way to its answer. */
export interface Exchange {
  readonly messageId: number;
  readonly session: Session;
  readonly controls: readonly Control[];
  /** The client asked to forget it: nothing more is sent. */
  readonly abandoned: boolean;
  /** Aborted with it: also when the connection is gone. */
  readonly signal: AbortSignal;
  /** Controls and extended values that go out with the result. */
  responseControls: readonly Control[];
  responseName: string | undefined;
  responseValue: string | undefined;
  /** How many entries were sent. */
  readonly entries: number;
  sendEntry(entry: Entry, selection: Selection, typesOnly: boolean): void;
  /** Resolves when the client took what was sent so far; `undefined` when there is nothing to wait for. */
  taken(): Promise<void> | undefined;
}
