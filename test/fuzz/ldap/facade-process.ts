import { midoriCity } from '../../connectors/ldap/support/in-memory-flows.ts';
import { makeTlsIdentity, runServer } from '../../connectors/ldap/support/running-server.ts';

/** A façade in a process of its own: says its ports in one line, then how it is, on request, until its input ends. */
const identity = makeTlsIdentity();
const server = await runServer(midoriCity(), {
  tlsIdentity: () => identity,
  limits: { bindTimeoutSeconds: 20, stallTimeoutSeconds: 3, sweepIntervalMs: 250 },
});
const tell = (words: object) => process.stdout.write(`${JSON.stringify(words)}\n`);
tell({ ldapPort: server.ldapPort, ldapsPort: server.ldapsPort });
process.stdin.on('data', () => {
  // What the attackers left behind, not what waits for the collector.
  globalThis.gc?.();
  const handles = process.getActiveResourcesInfo().filter((name) => /TCP|TLS/.test(name)).length;
  tell({
    rssMiB: process.memoryUsage().rss / 2 ** 20,
    heapMiB: process.memoryUsage().heapUsed / 2 ** 20,
    handles,
  });
});
process.stdin.on('end', () => process.exit(0));
