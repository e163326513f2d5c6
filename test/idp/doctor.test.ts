import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../idp/config.ts';
import { examine, type Finding } from '../../idp/doctor.ts';
import { createTestPki } from '../support/test-pki.ts';

const modules = ['doctor', 'config'].map((name) => new URL(`../../idp/${name}.ts`, import.meta.url).href);

describe('the doctor', () => {
  it('says that another program uses a port, and how to choose another one', async () => {
    await using stranger = createServer();
    await new Promise<void>((listening) => stranger.listen(0, '127.0.0.1', listening));
    const address = stranger.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const dataDir = join(tmpdir(), 'kazasu-nobody-is-here');
    const config = readConfig({ KAZASU_LDAPS_PORT: String(port), KAZASU_DATA_DIR: dataDir }, '/nonexistent');
    expect((await examine(config)).find(({ what }) => what === 'ldaps port')).toMatchObject({
      state: 'problem',
      found: expect.stringContaining(String(port)),
      next: expect.stringContaining('KAZASU_LDAPS_PORT'),
    });
  });

  it('reads the card profiles, and says what is wrong with them', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'kazasu-doctor-'));
    try {
      const file = join(directory, 'profiles.json');
      writeFileSync(file, 'not JSON');
      const settings = { KAZASU_DATA_DIR: join(directory, 'none'), KAZASU_JPKI_PROFILES: file };
      const found = (await examine(readConfig(settings, '/nonexistent'))).find(
        ({ what }) => what === 'card profiles',
      );
      expect(found).toMatchObject({ state: 'problem', next: expect.stringContaining(file) });
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('says in one line that it may not look, to somebody who may not', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'kazasu-doctor-'));
    // Modes bind everybody but root, who becomes nobody: after loading, because nobody may not read a clone of root's.
    const asNobody = `
      const [{ examine }, { readConfig }] = await Promise.all(${JSON.stringify(modules)}.map((url) => import(url)));
      if (process.getuid() === 0) process.setgid(65534), process.setuid(65534);
      const config = readConfig({ KAZASU_DATA_DIR: process.argv[1] }, '/nonexistent');
      console.log(JSON.stringify(await examine(config)));`;
    if (process.getuid?.() !== 0) chmodSync(dataDir, 0);
    try {
      const child = spawnSync(
        process.execPath,
        ['--input-type=module', '-e', asNobody, join(dataDir, 'data')],
        { encoding: 'utf8' },
      );
      const findings: readonly Finding[] = JSON.parse(child.stdout);
      expect(findings.map(({ what }) => what)).toEqual([
        ...['runtime', 'data directory', 'card profiles', 'card reader'],
      ]);
      expect(findings[1]).toMatchObject({ state: 'problem', next: 'Run this as its owner or as root.' });
    } finally {
      chmodSync(dataDir, 0o700);
      rmSync(dataDir, { recursive: true });
    }
  });

  it.each([
    ['note', 'kazasu anchors add FILE', 0o700, [] as const],
    ['ok', 'J-LIS', 0o700, ['newer'] as const],
    ['problem', 'chmod go-w', 0o777, ['newer'] as const],
  ])('says of anchors: %s, and what to do', async (state, next, mode, held) => {
    const dataDir = mkdtempSync(join(tmpdir(), 'kazasu-doctor-'));
    try {
      const directory = join(dataDir, 'anchors');
      mkdirSync(directory);
      const pki = await createTestPki();
      for (const name of held) writeFileSync(join(directory, `${name}.cer`), pki[name].certificate);
      chmodSync(directory, mode);
      const config = readConfig({ KAZASU_DATA_DIR: dataDir }, '/nonexistent');
      const found = (await examine(config)).find(({ what }) => what === 'anchors');
      expect(found).toMatchObject({ state, next: expect.stringContaining(next) });
    } finally {
      rmSync(dataDir, { recursive: true });
    }
  });
});
