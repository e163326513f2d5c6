import { readFile } from 'node:fs/promises';

/** The two ends of a connection to us, as the client sees them. */
export interface LoopbackConnection {
  readonly clientPort: number;
  readonly serverPort: number;
}

const loopback4 = '0100007F';
const tables = ['/proc/net/tcp', '/proc/net/tcp6'];

/**
 * The operating-system user whose socket the client's end of a loopback connection is.
 * @returns the uid, or `undefined` when the kernel lists no such socket (it is closed already).
 * @see proc(5), `/proc/net/tcp`
 */
export async function ownerOfClient(connection: LoopbackConnection): Promise<number | undefined> {
  for (const table of tables) {
    // Without IPv6 the second table does not exist.
    const owner = ownerIn(await readFile(table, 'latin1').catch(() => ''), connection);
    if (owner !== undefined) return owner;
  }
  return undefined;
}

/** Finds the client's end in a table of the kernel: columns `local_address`, `rem_address`, `st`, …, `uid`. */
export function ownerIn(table: string, { clientPort, serverPort }: LoopbackConnection): number | undefined {
  for (const line of table.split('\n').slice(1)) {
    const [, local = '', remote = '', , , , , uid = ''] = line.trim().split(/\s+/);
    if (isEnd(local, clientPort) && isEnd(remote, serverPort) && /^\d+$/.test(uid)) return Number(uid);
  }
  return undefined;
}

function isEnd(address: string, port: number): boolean {
  const [host = '', hexPort = ''] = address.split(':');
  return host.endsWith(loopback4) && Number.parseInt(hexPort, 16) === port;
}
