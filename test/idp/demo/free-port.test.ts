import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { choosePorts } from '../../../idp/demo/demo-config.ts';
import { wishedOrFreePort } from '../../../idp/demo/free-port.ts';

async function withTakenPort<T>(work: (port: number) => Promise<T>): Promise<T> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await work((server.address() as AddressInfo).port);
  } finally {
    server.close();
  }
}

describe('the demonstration’s ports', () => {
  it('are the wished ones where nobody listens', async () => {
    const free = await wishedOrFreePort(0);
    expect(await wishedOrFreePort(free)).toBe(free);
  });

  it('are others where somebody does, and that is said', async () => {
    await withTakenPort(async (taken) => {
      const lines: string[] = [];
      const wishes = { http: taken, ldap: 0, ldaps: 0, bridge: 0, kiosk: 0 };
      const ports = await choosePorts(wishes, (line) => lines.push(line));
      expect(ports.http).not.toBe(taken);
      expect(lines).toEqual([expect.stringContaining(`Port ${taken} (http) is in use`)]);
      expect(new Set(Object.values(ports)).size).toBe(5);
    });
  });
});
