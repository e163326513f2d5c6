import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { workerData } from 'node:worker_threads';

// A thread that fails as soon as somebody lays a file down for it: as one with a bug would, in the middle of its work.
const { dataDir, journal } = workerData as { dataDir: string; journal: { name: string } };
const signal = join(dataDir, `fall-${journal.name}`);
setInterval(() => {
  if (!existsSync(signal)) return;
  rmSync(signal);
  throw new Error('fallen');
}, 5).unref();
await import('../../../idp/ldap-threads/worker.ts');
