import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { consentText, currentConsent } from '../../../idp/domain/consent.ts';
import { createSecrets } from '../../../idp/storage/keys/secrets.ts';
import { openForWriting } from '../../../idp/storage/sqlite/connection.ts';
import { migrateToLatest } from '../../../idp/storage/sqlite/migrate.ts';
import { openSqliteRecord, recordMigrations } from '../../../idp/storage/sqlite/record.ts';
import { WriteTurn } from '../../../idp/storage/sqlite/write-turn.ts';
import { clock, temporaryDirectory } from './support/storage-world.ts';

it('registrations from before wordings were kept have theirs', async () => {
  const directory = temporaryDirectory();
  try {
    const path = join(directory.path, 'record.sqlite');
    const sha256 = createSecrets().hash(consentText(currentConsent));
    await makeEarlier(path, sha256);
    const record = await openSqliteRecord(path, new WriteTurn(), clock);
    expect(await record.consents.find(sha256)).toEqual({ ...currentConsent, sha256, firstUsedAt: 1_000 });
    await record.close();
  } finally {
    directory.remove();
  }
});

async function makeEarlier(path: string, sha256: string): Promise<void> {
  const earlier = openForWriting(path, 'FULL', 'ERR_RECORD_UNAVAILABLE');
  const { '004-notices': _, ...before } = recordMigrations;
  const upTo3 = Object.fromEntries(Object.entries(before).filter(([name]) => name < '004'));
  await migrateToLatest(earlier, upTo3, 'ERR_RECORD_UNAVAILABLE');
  fill(earlier, sha256);
  earlier.close();
}

function fill(earlier: DatabaseSync, sha256: string): void {
  earlier.exec(`INSERT INTO organizations (organization_id, name) VALUES ('o', 'Himeji');
    INSERT INTO people (person_id, uid, organization_id, state, display_name, groups, roles)
      VALUES ('p', 'sato', 'o', 'active', 'Sato', '[]', '[]')`);
  for (const begunAt of [2_000, 1_000]) {
    earlier
      .prepare(
        `INSERT INTO registrations (registration_id, person_id, organization_id, reader_id, inviter, state, nonce,
           begun_at, consent_sha256, invitation_hash)
         VALUES (?1, 'p', 'o', 'r', 'os:0', 'rejected', ?1, ?2, ?3, 'h')`,
      )
      .run(`registration-${begunAt}`, begunAt, sha256);
  }
}
