import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openEmbeddedStorage } from '../../../idp/storage/embedded.ts';
import { type Keys, openKeyDirectory } from '../../../idp/storage/keys/key-directory.ts';
import { takeDataDirectory } from '../../../idp/storage/sqlite/lock.ts';
import { HandSetClock } from '../../support/clock.ts';
import { start, temporaryDirectory } from './support/storage-world.ts';

let directory: ReturnType<typeof temporaryDirectory>;
let keys: Keys;
const open = () => openEmbeddedStorage({ dataDir: directory.path, keys, clock: new HandSetClock(start) });

beforeEach(async () => {
  directory = temporaryDirectory();
  keys = await openKeyDirectory(directory.path);
});
afterEach(() => directory.remove());

describe('the data directory', () => {
  it('belongs to one opener at a time', async () => {
    const storage = await open();
    await expect(open()).rejects.toMatchObject({ code: 'ERR_ALREADY_RUNNING' });
    await storage.close();
    await (await open()).close();
  });

  it('is free again as soon as its owner is killed, without anything to clean up', async () => {
    const script = `
      import { takeDataDirectory } from ${JSON.stringify(new URL('../../../idp/storage/sqlite/lock.ts', import.meta.url).href)};
      takeDataDirectory(${JSON.stringify(directory.path)});
      globalThis.gc?.();
      console.log('taken');
      setInterval(() => {}, 1_000);`;
    const owner = spawn(process.execPath, ['--expose-gc', '--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(owner.stdout, 'data');
    expect(() => takeDataDirectory(directory.path)).toThrow(
      expect.objectContaining({ code: 'ERR_ALREADY_RUNNING' }),
    );
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    takeDataDirectory(directory.path)();
  });

  it('can be read by its owner only', async () => {
    const dataDir = join(directory.path, 'new');
    const fresh = await openEmbeddedStorage({ dataDir, keys, clock: new HandSetClock(start) });
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    for (const file of ['record.sqlite', 'record.sqlite-wal', 'taps.sqlite', 'audit-checkpoint.jwt']) {
      expect(statSync(join(dataDir, file)).mode & 0o077, file).toBe(0);
    }
    await fresh.close();
  });

  it('with a record that is no database is refused, and given back', async () => {
    writeFileSync(
      join(directory.path, 'record.sqlite'),
      'this is no database, whatever its name says'.repeat(99),
    );
    await expect(open()).rejects.toMatchObject({ code: 'ERR_RECORD_UNAVAILABLE' });
    takeDataDirectory(directory.path)();
  });

  it('whose checkpoint cannot be read is refused, and given back', async () => {
    mkdirSync(join(directory.path, 'audit-checkpoint.jwt'));
    await expect(open()).rejects.toMatchObject({ code: 'ERR_AUDIT_UNAVAILABLE' });
    takeDataDirectory(directory.path)();
  });
});
