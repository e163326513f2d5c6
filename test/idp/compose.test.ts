import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSystem } from '../../idp/compose.ts';
import { type Config, readConfig } from '../../idp/config.ts';
import { createTestPki, pem } from '../support/test-pki.ts';

const log = () => {};
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kazasu-compose-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function config(more: { readonly [name: string]: string } = {}): Config {
  return readConfig({ KAZASU_DATA_DIR: join(directory, 'data'), ...more }, '/nonexistent');
}

describe('a data directory', () => {
  it('is for its owner only', async () => {
    await (await openSystem(config(), { log })).close();
    expect(statSync(join(directory, 'data')).mode & 0o077).toBe(0);
  });

  it('of a demonstration is one for ever', async () => {
    await (await openSystem(config(), { log, demo: true })).close();
    await (await openSystem(config(), { log, demo: true })).close();
    await expect(openSystem(config(), { log })).rejects.toMatchObject({ code: 'ERR_DEMO_DATA' });
  });

  it('in real use never becomes a demonstration', async () => {
    const system = await openSystem(config(), { log });
    await system.context.record.change((tables) =>
      tables.organizations.add({ organizationId: 'o1' as never, name: '見本市' }),
    );
    await system.close();
    await expect(openSystem(config(), { log, demo: true })).rejects.toMatchObject({ code: 'ERR_DEMO_DATA' });
  });

  it('belongs to one process at a time', async () => {
    const system = await openSystem(config(), { log });
    await expect(openSystem(config(), { log })).rejects.toMatchObject({ code: 'ERR_ALREADY_RUNNING' });
    await system.close();
    await (await openSystem(config(), { log })).close();
  });

  it('that cannot be made is named', async () => {
    writeFileSync(join(directory, 'data'), 'a file');
    await expect(openSystem(config(), { log })).rejects.toMatchObject({ code: 'ERR_DATA_DIR' });
  });
});

describe('anchors', () => {
  it('of a test authority are refused unless told otherwise', async () => {
    const anchors = join(directory, 'anchors');
    mkdirSync(anchors);
    writeFileSync(join(anchors, 'test.pem'), pem('CERTIFICATE', (await createTestPki()).newer.certificate));
    const named = { KAZASU_JPKI_ANCHORS: anchors };
    await expect(openSystem(config(named), { log })).rejects.toMatchObject({ code: 'ERR_TEST_ANCHOR' });
    const allowed = config({ ...named, KAZASU_JPKI_ALLOW_TEST_CA: 'true' });
    await (await openSystem(allowed, { log })).close();
  });

  it('that are no certificates are named by their file', async () => {
    const anchors = join(directory, 'anchors');
    mkdirSync(anchors);
    writeFileSync(join(anchors, 'broken.cer'), 'no certificate');
    await expect(openSystem(config({ KAZASU_JPKI_ANCHORS: anchors }), { log })).rejects.toThrow('broken.cer');
  });
});

describe('card profiles', () => {
  const file = () => join(directory, 'profiles.json');
  const named = () => config({ KAZASU_JPKI_PROFILES: file() });

  it('of a file are the ones that are accepted', async () => {
    const pki = await createTestPki();
    const { certificate } = pki.newer.issueUserCertificate({
      publicKey: pki.holder.publicKey,
      notBefore: pki.now,
    });
    const verdictOf = async (settings: Config) => {
      const system = await openSystem(settings, { log });
      try {
        return system.context.certificates.verify(certificate, pki.now);
      } finally {
        await system.close();
      }
    };
    const other = { name: 'other', extends: 'my-number-card-2016', certificatePolicies: ['1.2.3'] };
    const allowed = { KAZASU_JPKI_ALLOW_TEST_CA: 'true' };
    writeFileSync(file(), JSON.stringify([other]));
    expect(await verdictOf(config({ ...allowed, KAZASU_JPKI_PROFILES: file() }))).toMatchObject({
      reason: 'certificate-policy',
    });
    // Without the file: the present card, whose issuer nobody pinned here.
    expect(await verdictOf(config(allowed))).toMatchObject({ reason: 'no-anchor' });
  });

  it('that are not right are named before anything starts', async () => {
    writeFileSync(file(), JSON.stringify([{ name: 'phone', extends: 'smartphone' }]));
    await expect(openSystem(named(), { log })).rejects.toMatchObject({
      code: 'ERR_CARD_PROFILE',
      message: expect.stringContaining('certificatePolicies: is missing'),
    });
  });
});
