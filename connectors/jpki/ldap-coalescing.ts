import { connect, isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';

/** Told with every piece how much of the message under way is here, and how long it will be. */
export type OnOctets = (octets: number, total?: number) => void;

/** A few messages end a search beside the one that has the list; they are not worth telling of. */
const shortest = 64 * 1024;

/**
 * Gives out a connection's octets in whole LDAP messages instead of pieces: `ldapts` appends every piece to what it has
 * and starts over, so that a list of 39 MB in 64 KiB pieces costs eight seconds of copying.
 * @param maxOctets a message that announces more ends the connection before it is held in memory, and so do more octets
 * in messages of any size: `ldapts` keeps every entry that a directory sends until the search is over
 */
export function coalesceMessages<S extends Socket>(socket: S, maxOctets: number, onOctets?: OnOctets): S {
  const emit = socket.emit.bind(socket) as (event: string | symbol, ...values: unknown[]) => boolean;
  let pieces: Buffer[] = [];
  let held = 0;
  let wanted = 0;
  let received = 0;
  const take = (piece: Buffer): boolean => {
    received += piece.length;
    if (received > maxOctets + shortest) {
      socket.destroy(new Error(`more than ${maxOctets} octets were sent`));
      pieces = [];
      return true;
    }
    pieces.push(piece);
    held += piece.length;
    if (wanted > shortest) onOctets?.(Math.min(held, wanted), wanted);
    if (held < wanted) return true;
    const bytes = Buffer.concat(pieces);
    const { complete, next } = completeMessages(bytes);
    pieces = complete === bytes.length ? [] : [bytes.subarray(complete)];
    held = bytes.length - complete;
    wanted = next;
    if (next > maxOctets) socket.destroy(new Error(`a message of ${next} octets was announced`));
    return complete === 0 || emit('data', bytes.subarray(0, complete));
  };
  socket.emit = (event: string | symbol, ...values: unknown[]): boolean =>
    event === 'data' ? take(values[0] as Buffer) : emit(event, ...values);
  return socket;
}

interface Progress {
  /** Octets of whole messages. */
  readonly complete: number;
  /** How many octets there must be before the next message can be whole. */
  readonly next: number;
}

/** LDAPMessage is a SEQUENCE with a definite length. @see RFC 4511 §5.1 */
function completeMessages(bytes: Buffer): Progress {
  let complete = 0;
  for (;;) {
    const length = messageLength(bytes.subarray(complete, complete + 6));
    if (length === undefined) return { complete, next: 0 };
    if (complete + length > bytes.length) return { complete, next: length };
    complete += length;
  }
}

/** Header and contents; `undefined` while the header is not whole. */
function messageLength(header: Buffer): number | undefined {
  const first = header[1];
  if (first === undefined) return undefined;
  if (first < 0x80) return 2 + first;
  const octets = first & 0x7f;
  // A length of more than four octets, or none, is nothing that is waited for.
  if (octets === 0 || octets > 4) return Number.MAX_SAFE_INTEGER;
  return header.length < 2 + octets ? undefined : 2 + octets + header.readUIntBE(2, octets);
}

/**
 * For `ldapts`' option `createConnection`: it passes port and host, never the other forms that `connect` takes.
 */
export const coalescingConnection = (maxOctets: number, onOctets?: OnOctets): typeof connect =>
  ((port: number, host: string) =>
    coalesceMessages(connect({ port, host }), maxOctets, onOctets)) as typeof connect;

/** For `ldapts`' option `createSecureConnection`, likewise. */
export const coalescingSecureConnection = (maxOctets: number, onOctets?: OnOctets): typeof connectTls =>
  ((port: number, host: string, options?: ConnectionOptions) => {
    // An address is no server name. @see RFC 6066 §3
    const servername = isIP(host) === 0 ? { servername: host } : {};
    return coalesceMessages(connectTls({ ...options, ...servername, port, host }), maxOctets, onOctets);
  }) as typeof connectTls;
