import { spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestHolder, type TestHolder, testPin } from '../reader-bridge/software-cards.ts';
import { requirePrograms } from '../support/programs.ts';
import { pem } from '../support/test-pki.ts';
import { startVirtualReader, type VirtualCard, type VirtualReader } from '../support/virtual-card.ts';

const missing = requirePrograms('pcscd', 'vpcd', 'opensc-tool', 'pkcs15-tool', 'pkcs11-tool', 'openssl');

/** OpenSC knows this card from the real one, and knows nothing of us: what it can do, our software card does. */
describe.skipIf(missing !== undefined)('OpenSC, as a judge of the software card', () => {
  let holder: TestHolder;
  let reader: VirtualReader;
  let card: VirtualCard;
  const directory = mkdtempSync(join(tmpdir(), 'kazasu-opensc-'));
  const file = (name: string) => join(directory, name);

  beforeAll(async () => {
    holder = await createTestHolder();
    reader = await startVirtualReader();
    card = await reader.card({
      kind: 'jpki',
      pin: testPin,
      certificatePem: pem('CERTIFICATE', holder.certificate),
      caCertificatePem: pem('CERTIFICATE', holder.caCertificate),
      privateKeyPem: String(holder.privateKey.export({ type: 'pkcs8', format: 'pem' })),
    });
    await card.insert();
  });

  afterAll(async () => {
    await reader?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  function run(program: string, ...args: readonly string[]) {
    const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', timeout: 30_000 });
    return { status, output: stdout + stderr };
  }

  test('opensc-tool names it a JPKI card', () => {
    const { status, output } = run('opensc-tool', '--wait', '--name');
    expect(output).toContain('jpki');
    expect(status).toBe(0);
  });

  test('pkcs15-tool finds the authentication key, its PIN and the tries left', () => {
    const { status, output } = run('pkcs15-tool', '--dump');
    expect(status).toBe(0);
    expect(output).toContain('User Authentication Key');
    expect(output).toContain('User Authentication PIN');
    expect(output).toMatch(/Tries left\s*: 3/);
    expect(output).toContain('User Authentication Certificate CA');
  });

  test('pkcs15-tool reads the same certificate, without a PIN', () => {
    expect(run('pkcs15-tool', '--read-certificate', '1', '--output', file('read.pem')).status).toBe(0);
    const certificate = new X509Certificate(readFileSync(file('read.pem')));
    expect(certificate.raw).toEqual(Buffer.from(holder.certificate));
  });

  test('pkcs11-tool signs after the PIN, and OpenSSL verifies it with the certificate’s key', () => {
    writeFileSync(file('message'), 'a message of any length\n');
    const { publicKey } = new X509Certificate(holder.certificate);
    writeFileSync(file('key.pem'), publicKey.export({ type: 'spki', format: 'pem' }));
    const signed = run(
      'pkcs11-tool',
      ...['--login', '--pin', testPin, '--sign', '--id', '01', '--mechanism', 'SHA256-RSA-PKCS'],
      ...['--input-file', file('message'), '--output-file', file('signature')],
    );
    expect(signed.output).toContain('SHA256-RSA-PKCS');
    expect(signed.status).toBe(0);
    const verified = run(
      'openssl',
      ...['dgst', '-sha256', '-verify', file('key.pem'), '-signature', file('signature'), file('message')],
    );
    expect(verified.output).toContain('Verified OK');
  });

  test('pkcs11-tool is refused with a wrong PIN, which costs one try', () => {
    const { status } = run('pkcs11-tool', '--login', '--pin', '0000', '--list-objects');
    expect(status).not.toBe(0);
    expect(run('pkcs15-tool', '--dump').output).toMatch(/Tries left\s*: 2/);
  });
});
