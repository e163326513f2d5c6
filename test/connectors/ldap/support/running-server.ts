import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LdapServerOptions } from '../../../../connectors/ldap/server.ts';
import { type LdapServer, startLdapServer } from '../../../../connectors/ldap/server.ts';
import type { TlsIdentity } from '../../../../connectors/ldap/tls-identity.ts';
import { baseDn, type InMemoryDirectory } from './in-memory-flows.ts';

/** A clock that tests set by hand. */
export class HandClock {
  at = Date.parse('2026-11-22T09:00:00Z');

  now(): number {
    return this.at;
  }

  advanceSeconds(seconds: number): void {
    this.at += seconds * 1_000;
  }
}

export interface RunningServer extends LdapServer {
  readonly ldapPort: number;
  readonly ldapsPort: number | undefined;
  readonly events: { readonly event: string; readonly details: unknown }[];
}

/** Starts the façade on free ports of loopback. */
export async function runServer(
  directory: InMemoryDirectory,
  more: Partial<LdapServerOptions> = {},
): Promise<RunningServer> {
  const events: RunningServer['events'] = [];
  const server = await startLdapServer({
    flows: directory,
    clock: { now: () => Date.now() },
    log: (event, details) => events.push({ event, details }),
    baseDn,
    host: '127.0.0.1',
    ldapPort: 0,
    ldapsPort: 0,
    ...more,
  });
  return { ...server, ldapPort: server.ldapPort!, events };
}

/** A self-signed certificate for localhost, made by OpenSSL. */
export function makeTlsIdentity(): TlsIdentity {
  const directory = mkdtempSync(join(tmpdir(), 'kazasu-tls-'));
  try {
    const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
    execFileSync('openssl', ['req', '-x509', ...curve, '-keyout', key, '-out', cert, ...subject], {
      stdio: 'ignore',
    });
    return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
  } finally {
    rmSync(directory, { recursive: true });
  }
}
