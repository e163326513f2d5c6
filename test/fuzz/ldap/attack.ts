import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What somebody does to a façade who wishes it ill; goes on until the signal ends it. */
export interface Attack {
  readonly name: string;
  /** @returns how often it was done; fewer than `atLeast` would have shown nothing. */
  readonly run: (ports: Ports, signal: AbortSignal) => Promise<number>;
  readonly atLeast: number;
}

export interface Ports {
  readonly ldapPort: number;
  readonly ldapsPort: number;
}

/** Nobody in this process minds what becomes of the sockets. */
export function open(port: number, address = '127.0.0.1'): Socket {
  const socket = connect({ port, host: '127.0.0.1', localAddress: address, noDelay: true });
  return socket.on('error', () => undefined).resume();
}

/** Keeps so many connections: whatever the server closes is opened again. */
export async function keeping(
  count: number,
  signal: AbortSignal,
  start: (index: number) => Socket,
): Promise<number> {
  const sockets = new Set<Socket>();
  let made = 0;
  while (!signal.aborted) {
    while (sockets.size < count) {
      const socket = start(made++);
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    }
    await sleep(50);
  }
  for (const socket of sockets) socket.destroy();
  return made;
}
