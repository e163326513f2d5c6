import { once } from 'node:events';
import { createServer } from 'node:net';
import { Fault } from './domain/fault.ts';

/** Says which port is taken, and leaves every other error as it is. */
export function portTaken(error: unknown): unknown {
  const { code, port } = error as { code?: string; port?: number };
  if (code !== 'EADDRINUSE') return error;
  return new Fault(
    'ERR_ALREADY_RUNNING',
    `Port ${port} is taken: end what listens there, or choose another port.`,
    error,
  );
}

/**
 * Whoever shares a port among threads shares it with another server of the same user too, unnoticed by both: so each port is
 * tried for itself alone first.
 * @throws the listening error when one is taken
 */
export async function requireFreePorts(host: string, ports: readonly number[]): Promise<void> {
  for (const port of ports) {
    if (port === 0) continue;
    const server = createServer();
    server.listen({ host, port, exclusive: true });
    await once(server, 'listening');
    server.close();
    await once(server, 'close');
  }
}
