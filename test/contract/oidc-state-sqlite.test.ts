import { createSecretKey, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSqliteOidcState } from '../../idp/storage/sqlite/oidc-state.ts';
import { temporaryDirectory } from '../idp/storage/support/storage-world.ts';
import { oidcStateContract } from './oidc-state.ts';

oidcStateContract('SQLite', async () => {
  const directory = temporaryDirectory();
  const path = join(directory.path, 'oidc-state.sqlite');
  const indexKey = createSecretKey(randomBytes(32));
  return {
    open: (clock) => openSqliteOidcState({ path, indexKey, clock }),
    dump: async () =>
      readdirSync(directory.path)
        .map((file) => readFileSync(join(directory.path, file), 'latin1'))
        .join(''),
    breakStore: (state) => state.close(),
    close: async () => directory.remove(),
  };
});
