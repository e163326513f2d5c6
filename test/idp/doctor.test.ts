import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../idp/config.ts';
import { examine } from '../../idp/doctor.ts';

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
});
