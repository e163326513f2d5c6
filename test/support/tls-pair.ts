import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Paths of a self-signed certificate for 127.0.0.1 and its key, made by openssl in a directory of their own. */
export interface TlsPair {
  readonly certificate: string;
  readonly key: string;
  remove(): void;
}

/** Makes a pair that lives until `remove`. */
export function makeTlsPair(): TlsPair {
  const directory = mkdtempSync(join(tmpdir(), 'kazasu-tls-'));
  const [certificate, key] = [join(directory, 'cert.pem'), join(directory, 'key.pem')];
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'],
      ...['-nodes', '-days', '2', '-subj', '/CN=127.0.0.1'],
      ...['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', certificate],
    ],
    { stdio: 'ignore' },
  );
  return { certificate, key, remove: () => rmSync(directory, { recursive: true, force: true }) };
}
