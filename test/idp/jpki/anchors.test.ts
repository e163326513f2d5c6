import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { signCertificate, subjectKeyIdentifier } from '../../../idp/demo/authority/certificate-template.ts';
import { authorityTemplate } from '../../../idp/demo/authority/jpki-certificates.ts';
import { openAnchorStore } from '../../../idp/jpki/anchor-store.ts';
import { loadAnchors } from '../../../idp/jpki/anchors.ts';
import { createAnchorFiles } from '../../../idp/storage/anchor-files.ts';
import { createTestPki, pem, type TestPki } from '../../support/test-pki.ts';

let pki: TestPki;
let directory: string;

beforeAll(async () => {
  pki = await createTestPki();
});
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kazasu-anchors-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const put = (name: string, content: Uint8Array | string): void =>
  writeFileSync(join(directory, name), content);

describe('a directory of anchors', () => {
  it('may hold DER and PEM, and other files that are left alone', () => {
    put('authca02.cer', pki.older.certificate);
    put('authca03.pem', pem('CERTIFICATE', pki.newer.certificate));
    put('README.txt', 'compare with J-LIS');
    const anchors = loadAnchors(directory);
    expect(anchors.map(({ issuerKeyId }) => issuerKeyId)).toEqual([
      pki.older.issuerKeyId,
      pki.newer.issuerKeyId,
    ]);
    expect(anchors.every(({ isTest }) => isTest)).toBe(true);
    expect(anchors[0]?.fingerprint).toMatch(/^[0-9A-F]{64}$/);
  });

  it('may hold links to files, as orchestrators mount them', () => {
    put('..data', pki.older.certificate);
    symlinkSync('..data', join(directory, 'authca02.cer'));
    expect(loadAnchors(directory)).toMatchObject([{ issuerKeyId: pki.older.issuerKeyId }]);
  });

  it('names the link that leads nowhere', () => {
    symlinkSync('gone', join(directory, 'authca02.cer'));
    expect(() => loadAnchors(directory)).toThrow('authca02.cer');
  });

  it('may hold the same certificate twice', () => {
    put('a.cer', pki.older.certificate);
    put('b.pem', pem('CERTIFICATE', pki.older.certificate));
    expect(loadAnchors(directory)).toHaveLength(1);
  });

  it.each([
    ['a text', () => 'not a certificate'],
    ['half a certificate', () => pki.older.certificate.subarray(0, 500)],
    [
      "a holder's certificate",
      () =>
        pki.older.issueUserCertificate({ publicKey: pki.holder.publicKey, notBefore: pki.now }).certificate,
    ],
    ['a certificate with bytes after it', () => Buffer.concat([pki.older.certificate, Buffer.alloc(3)])],
  ])('names the file that is %s', (_, content) => {
    put('wrong.cer', content());
    expect(() => loadAnchors(directory)).toThrow(
      expect.objectContaining({ code: 'ERR_ANCHOR', message: expect.stringContaining('wrong.cer') }),
    );
  });

  it('is refused when two keys claim one key identifier', () => {
    const { publicKey, privateKey } = pki.newer.keyPair;
    const template = authorityTemplate({
      name: pki.newer.name,
      publicKey,
      serialNumber: 9,
      notBefore: pki.now,
      notAfter: pki.now + 1000,
    });
    const extensions = template.extensions.map((one) =>
      one.oid === '2.5.29.14' ? subjectKeyIdentifier(pki.older.keyId) : one,
    );
    put('a.cer', pki.older.certificate);
    put('b.cer', signCertificate({ ...template, extensions }, privateKey));
    expect(() => loadAnchors(directory)).toThrow(expect.objectContaining({ code: 'ERR_ANCHOR' }));
  });

  it('is refused when it cannot be read', () => {
    expect(() => loadAnchors(join(directory, 'missing'))).toThrow(
      expect.objectContaining({ code: 'ERR_ANCHOR' }),
    );
  });
});

it('an anchor that is removed while another is being written stays removed', async () => {
  put('a.pem', pem('CERTIFICATE', pki.older.certificate));
  const writing = Promise.withResolvers<void>();
  const files = { ...createAnchorFiles(directory), put: () => writing.promise };
  const store = openAnchorStore({ directory, files, allowTestAuthorities: true });
  const [older] = store.list();
  const added = store.add(store.read(pki.newer.certificate));
  if (older !== undefined) await store.remove(older);
  writing.resolve();
  await added;
  expect(store.list().map(({ issuerKeyId }) => issuerKeyId)).toEqual([pki.newer.issuerKeyId]);
});
