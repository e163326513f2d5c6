import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLdapFlows } from '../../../connectors/ldap/kazasu-flows.ts';
import type { LdapServer } from '../../../connectors/ldap/server.ts';
import { openSystem, type System } from '../../../idp/compose.ts';
import { readConfig } from '../../../idp/config.ts';
import { startLdapThreads } from '../../../idp/ldap-threads/ldap-threads.ts';
import { selfSignedTlsFiles } from '../../../idp/storage/tls-files.ts';
import { RawClient } from '../../connectors/ldap/support/raw-client.ts';

let directory: string;
let system: System;
let server: LdapServer;
let ended: number;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'kazasu-failing-'));
  system = await openSystem(readConfig({ KAZASU_DATA_DIR: join(directory, 'data') }, '/nonexistent'), {
    log: () => {},
  });
  ended = 0;
  const { config, context, keys, shareable } = system;
  if (shareable === undefined) throw new Error('nothing to share');
  server = await startLdapThreads({
    ...{ dataDir: config.dataDir, keys, context, ...shareable, threads: 1, names: 'falling' },
    program: new URL('./falling-worker.ts', import.meta.url),
    tlsFiles: await selfSignedTlsFiles(config.dataDir, 'localhost', Date.now()),
    flows: createLdapFlows(context),
    server: { host: '127.0.0.1', ldapPort: 0, ldapsPort: 0, baseDn: 'dc=example,dc=jp' },
    log: (event) => {
      if (event === 'ldap-thread-ended') ended += 1;
    },
  });
});

afterEach(async () => {
  await server.close();
  await system.close();
  rmSync(directory, { recursive: true, force: true });
});

/** As the system counts them. */
const threadsOfThisName = () =>
  readdirSync('/proc/self/task')
    .map((task) => readFileSync(`/proc/self/task/${task}/comm`, 'utf8').trim())
    .filter((name) => name === 'falling-1').length;

async function listening(port: number): Promise<Server> {
  const taken = createServer().listen(port, '127.0.0.1');
  await new Promise((resolve) => taken.once('listening', resolve));
  return taken;
}

describe('a thread whose port is taken before another one replaces it', () => {
  it('is replaced once the port is free, and those that could not listen are gone', async () => {
    const port = server.ldapPort ?? 0;
    const client = await RawClient.open(port);
    writeFileSync(join(system.config.dataDir, 'fall-falling-1'), '');
    await client.closed;
    const taken = await listening(port);
    await expect.poll(() => ended, { timeout: 15_000 }).toBeGreaterThan(1);
    await new Promise((resolve) => taken.close(resolve));
    const answers = () =>
      RawClient.open(port).then(
        (next) => next.close() === undefined,
        () => false,
      );
    await expect.poll(answers, { timeout: 8_000 }).toBe(true);
    await expect.poll(threadsOfThisName).toBe(1);
  }, 40_000);
});
