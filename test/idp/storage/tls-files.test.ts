import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { selfSignedTlsFiles } from '../../../idp/storage/tls-files.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kazasu-tls-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const made = async (...also: readonly string[]) => {
  const files = await selfSignedTlsFiles(folder, 'idp.example.jp', Date.now(), also);
  return new X509Certificate(readFileSync(files.cert));
};

describe('a self-signed certificate', () => {
  it('is for its host and no other', async () => {
    const certificate = await made();
    expect(certificate.subjectAltName).toBe('DNS:idp.example.jp');
    expect(certificate.checkIssued(certificate)).toBe(true);
  });

  it('is for the other names and addresses of the host, too', async () => {
    const certificate = await made('ldap.example.jp', '127.0.0.1');
    expect(certificate.checkHost('ldap.example.jp')).toBe('ldap.example.jp');
    expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(certificate.checkIP('127.0.0.2')).toBeUndefined();
  });

  it('is kept while it lasts', async () => {
    const first = await made();
    expect((await made('ldap.example.jp')).fingerprint256).toBe(first.fingerprint256);
  });
});
