import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { type SecureContext, TLSSocket } from 'node:tls';
import { resultCode } from './codec/result-code.ts';
import { Connection } from './connection.ts';
import { createFacade, type Facade, type FacadeOptions } from './facade.ts';
import { readThroughSharedBuffer } from './shared-read-buffer.ts';
import { secureContexts, type TlsIdentity } from './tls-identity.ts';

export interface LdapServerOptions extends Omit<FacadeOptions, 'offersStartTls'> {
  readonly host: string;
  /** 0 picks a free one; `undefined` leaves that door shut. */
  readonly ldapPort: number | undefined;
  readonly ldapsPort: number | undefined;
  /** Others listen on the same ports: the system shares new connections out among them. Not on every system. */
  readonly sharesPorts?: boolean;
  /** Asked for every new connection; without it there is neither LDAPS nor StartTLS. */
  readonly tlsIdentity?: () => TlsIdentity;
}

export interface LdapServer {
  readonly ldapPort: number | undefined;
  readonly ldapsPort: number | undefined;
  /** Tells everyone, hangs up, and resolves when the last connection is gone. */
  close(): Promise<void>;
}

/** Asked for and not demanded; whose it is, the administrator says (SASL EXTERNAL), not an issuer. */
const asksForCertificate = { requestCert: true, rejectUnauthorized: false };

/** What a client may take to read the goodbye of a server that stops. */
const goodbyeMs = 500;

/**
 * Starts the directory on LDAP, LDAPS, or both.
 * @throws the listening error when a port is taken
 */
export async function startLdapServer(options: LdapServerOptions): Promise<LdapServer> {
  const contexts = options.tlsIdentity && secureContexts(options.tlsIdentity);
  const facade = createFacade({ ...options, offersStartTls: contexts !== undefined });
  const doors = new Doors(facade, contexts);
  const ldap = await listen(options, options.ldapPort, (socket) => doors.enter(socket, 'plain'));
  const ldaps =
    contexts && (await listen(options, options.ldapsPort, (socket) => doors.enter(socket, 'tls')));
  const sweep = setInterval(() => doors.sweep(), facade.limits.sweepIntervalMs).unref();
  return {
    ldapPort: portOf(ldap),
    ldapsPort: portOf(ldaps),
    close: async () => {
      clearInterval(sweep);
      const closed = [ldap, ldaps].map(closeServer);
      doors.shut();
      await Promise.all(closed);
    },
  };
}

/** Who is inside: counts connections, wraps them in TLS, and looks after them. */
class Doors {
  readonly #facade: Facade;
  readonly #contexts: (() => SecureContext) | undefined;
  readonly #connections = new Map<Socket, Connection>();
  readonly #perAddress = new Map<string, number>();

  constructor(facade: Facade, contexts: (() => SecureContext) | undefined) {
    this.#facade = facade;
    this.#contexts = contexts;
  }

  enter(accepted: Socket, channel: 'plain' | 'tls'): void {
    const socket = readThroughSharedBuffer(accepted);
    socket.on('error', () => socket.destroy());
    const address = socket.remoteAddress ?? '';
    const count = (this.#perAddress.get(address) ?? 0) + 1;
    const { maxConnections, maxConnectionsPerAddress } = this.#facade.limits;
    if (this.#connections.size >= maxConnections || count > maxConnectionsPerAddress) {
      this.#facade.log('ldap-connection-refused', { address, connections: this.#connections.size });
      socket.destroy();
      return;
    }
    this.#perAddress.set(address, count);
    socket.on('close', () => this.#leave(socket, address));
    socket.setNoDelay(true);
    if (channel === 'tls') this.#secure(socket);
    else this.#connections.set(socket, new Connection(this.#facade, socket, 'plain', this.#secure));
  }

  sweep(): void {
    const now = this.#facade.clock.now();
    for (const connection of this.#connections.values()) connection.sweep(now);
  }

  shut(): void {
    for (const connection of this.#connections.values()) {
      connection.disconnect(resultCode.unavailable, 'The server stops.');
    }
    const sockets = [...this.#connections.keys()];
    setTimeout(() => {
      for (const socket of sockets) socket.destroy();
    }, goodbyeMs).unref();
  }

  /** The connection starts anew inside TLS, anonymous: what was said in clear binds nobody (RFC 4513 §3.1.5). */
  readonly #secure = (socket: Socket): void => {
    const secureContext = this.#contexts?.();
    if (secureContext === undefined) {
      socket.destroy();
      return;
    }
    const secured = new TLSSocket(socket, { isServer: true, secureContext, ...asksForCertificate });
    secured.on('error', () => socket.destroy());
    secured.on('close', () => socket.destroy());
    this.#connections.set(socket, new Connection(this.#facade, secured, 'tls', this.#secure));
  };

  #leave(socket: Socket, address: string): void {
    this.#connections.delete(socket);
    const count = (this.#perAddress.get(address) ?? 1) - 1;
    if (count > 0) this.#perAddress.set(address, count);
    else this.#perAddress.delete(address);
  }
}

async function listen(
  { host, sharesPorts = false }: Pick<LdapServerOptions, 'host' | 'sharesPorts'>,
  port: number | undefined,
  onConnection: (socket: Socket) => void,
): Promise<Server | undefined> {
  if (port === undefined) return undefined;
  const server = createServer({ pauseOnConnect: true }, onConnection);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen({ host, port, backlog: 1024, reusePort: sharesPorts }, resolve);
  await promise;
  server.off('error', reject);
  return server;
}

function portOf(server: Server | undefined): number | undefined {
  return (server?.address() as AddressInfo | null | undefined)?.port;
}

function closeServer(server: Server | undefined): Promise<void> {
  if (server === undefined) return Promise.resolve();
  return new Promise((resolve) => server.close(() => resolve()));
}
