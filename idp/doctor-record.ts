import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from './clock.ts';
import { type CrlStatus, readCrlStatus } from './commands/crl-status.ts';
import type { Config } from './config.ts';
import { crlPlanOf } from './crl-daily.ts';
import { recordFileName } from './storage/file-names.ts';
import { createSecrets } from './storage/keys/secrets.ts';
import { takeDataDirectory } from './storage/sqlite/lock.ts';
import { openSqliteRecord } from './storage/sqlite/record.ts';
import { WriteTurn } from './storage/sqlite/write-turn.ts';

/**
 * How lists stand by a record that no server has open; `undefined`: there is none yet, and none is made.
 * @throws {Fault} `ERR_ALREADY_RUNNING` when another process uses it, `ERR_RECORD_UNAVAILABLE`.
 */
export async function statusOfRecord(config: Config): Promise<CrlStatus | undefined> {
  const path = join(config.dataDir, recordFileName);
  if (!existsSync(path)) return undefined;
  const giveBack = takeDataDirectory(config.dataDir);
  try {
    const record = await openSqliteRecord(path, new WriteTurn(), systemClock);
    try {
      return await readCrlStatus({
        ...{ record, clock: systemClock },
        crlPlan: crlPlanOf(config, createSecrets().hash(config.issuer)),
        crlWithoutDistributionPointCounts: config.crlWithoutDistributionPoint,
      });
    } finally {
      await record.close();
    }
  } finally {
    giveBack();
  }
}
