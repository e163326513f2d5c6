import { connect, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import { BerReader } from '../../../../connectors/ldap/codec/ber-reader.ts';
import {
  type Control,
  decodeControls,
  decodePagedResults,
  pagedResultsOid,
} from '../../../../connectors/ldap/codec/controls.ts';

/** One message from the server, as far as tests look into it. */
export interface Reply {
  readonly messageId: number;
  readonly tag: number;
  /** Results only. */
  readonly code: number | undefined;
  readonly matchedDN: string | undefined;
  readonly text: string | undefined;
  /** Extended responses only. */
  readonly name: string | undefined;
  readonly value: string | undefined;
  /** Entries only. */
  readonly dn: string | undefined;
  readonly attributes: Readonly<Record<string, readonly string[]>>;
  readonly cookie: string | undefined;
  readonly controls: readonly Control[];
}

/** A client that sends any bytes and reads answers one by one. */
export class RawClient {
  readonly socket: Socket | TLSSocket;
  readonly replies: Reply[] = [];
  readonly closed: Promise<void>;
  isClosed = false;
  #rest = Buffer.alloc(0);
  #wake = Promise.withResolvers<void>();

  constructor(socket: Socket | TLSSocket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) =>
      socket.on('close', () => {
        this.isClosed = true;
        this.#wake.resolve();
        resolve();
      }),
    );
  }

  static async open(port: number): Promise<RawClient> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return new RawClient(socket);
  }

  static async openTls(port: number, options: ConnectionOptions = {}): Promise<RawClient> {
    const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options });
    await new Promise<void>((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
    return new RawClient(socket);
  }

  send(...messages: readonly Uint8Array[]): void {
    if (!this.socket.destroyed) this.socket.write(Buffer.concat(messages));
  }

  /** The next reply, or `undefined` when the server hung up. */
  async next(timeoutMs = 5_000): Promise<Reply | undefined> {
    const deadline = AbortSignal.timeout(timeoutMs);
    while (this.replies.length === 0) {
      if (this.isClosed) return undefined;
      this.#wake = Promise.withResolvers<void>();
      const timedOut = new Promise<never>((_, reject) => {
        deadline.addEventListener('abort', () => reject(new Error('no reply in time')), { once: true });
      });
      await Promise.race([this.#wake.promise, timedOut]);
    }
    return this.replies.shift();
  }

  /** Sends one request and collects everything up to its result. */
  async ask(request: Uint8Array): Promise<readonly Reply[]> {
    this.send(request);
    const collected: Reply[] = [];
    for (;;) {
      const reply = await this.next();
      if (reply === undefined) return collected;
      collected.push(reply);
      if (reply.tag !== 0x64) return collected;
    }
  }

  /** The same connection inside TLS, after an extended request for it was answered. */
  async startTls(options: ConnectionOptions = {}): Promise<RawClient> {
    this.socket.removeAllListeners('data');
    const secured = connectTls({ socket: this.socket, rejectUnauthorized: false, ...options });
    await new Promise<void>((resolve, reject) =>
      secured.once('secureConnect', resolve).once('error', reject),
    );
    return new RawClient(secured);
  }

  close(): void {
    this.socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    for (;;) {
      const total = messageLength(this.#rest);
      if (total === undefined || total > this.#rest.length) break;
      this.replies.push(readReply(this.#rest.subarray(0, total)));
      this.#rest = this.#rest.subarray(total);
    }
    this.#wake.resolve();
  }
}

function messageLength(bytes: Buffer): number | undefined {
  const first = bytes[1];
  if (first === undefined) return undefined;
  if (first < 0x80) return 2 + first;
  const count = first & 0x7f;
  return bytes.length < 2 + count ? undefined : 2 + count + bytes.readUIntBE(2, count);
}

export function readReply(bytes: Buffer): Reply {
  const reader = new BerReader(bytes, 0, bytes.length);
  reader.enter(0x30);
  const messageId = reader.integer(0x02);
  const tag = reader.peekTag();
  const outer = reader.enter(tag);
  const empty = { dn: undefined, code: undefined, matchedDN: undefined, text: undefined, name: undefined };
  if (tag === 0x64) {
    const dn = reader.text(0x04);
    return {
      ...empty,
      messageId,
      tag,
      dn,
      value: undefined,
      attributes: readAttributes(reader),
      cookie: undefined,
      controls: [],
    };
  }
  const code = reader.integer(0x0a);
  const matchedDN = reader.text(0x04);
  const text = reader.text(0x04);
  const name = reader.peekTag() === 0x8a ? reader.text(0x8a) : undefined;
  const value = reader.peekTag() === 0x8b ? reader.text(0x8b) : undefined;
  reader.leave(outer);
  const controls = reader.peekTag() === 0xa0 ? decodeControls(reader) : [];
  const cookie = readCookie(controls);
  return { ...empty, messageId, tag, code, matchedDN, text, name, value, attributes: {}, cookie, controls };
}

function readAttributes(reader: BerReader): Record<string, readonly string[]> {
  const attributes: Record<string, readonly string[]> = {};
  reader.enter(0x30);
  while (!reader.atEnd) {
    const outer = reader.enter(0x30);
    const type = reader.text(0x04);
    reader.enter(0x31);
    const values: string[] = [];
    while (!reader.atEnd) values.push(reader.text(0x04));
    reader.leave(outer);
    attributes[type] = values;
  }
  return attributes;
}

function readCookie(controls: readonly Control[]): string | undefined {
  const paged = controls.find(({ type }) => type === pagedResultsOid);
  return paged && decodePagedResults(paged.value).cookie;
}
