import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../idp/config.ts';
import { examine } from '../../idp/doctor.ts';
import { createTestPki } from '../support/test-pki.ts';

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
