import { join } from 'node:path';
import type { AuditTrail } from '../ports/audit-trail.ts';
import type { CardIndex } from '../ports/card-index.ts';
import type { Clock } from '../ports/clock.ts';
import type { Erasure } from '../ports/erasure.ts';
import type { OidcState } from '../ports/oidc-state.ts';
import type { PeopleAtHand } from '../ports/people-search.ts';
import type { SystemRecord } from '../ports/system-record.ts';
import type { TapRequests } from '../ports/tap-requests.ts';
import type { Taps } from '../ports/taps.ts';
import { AuditCheckpoints } from './audit-checkpoints.ts';
import { auditCheckpointFileName, oidcStateFileName, recordFileName, tapsFileName } from './file-names.ts';
import type { Keys } from './keys/key-directory.ts';
import type { AuditJournals } from './sqlite/audit-journals.ts';
import { SqliteAuditTrail } from './sqlite/audit-trail.ts';
import { SqliteCardIndex } from './sqlite/card-index.ts';
import { SqliteErasure } from './sqlite/erasure.ts';
import { takeDataDirectory } from './sqlite/lock.ts';
import { openSqliteOidcState } from './sqlite/oidc-state.ts';
import { PersonLookUp } from './sqlite/person-look-up.ts';
import { openSqliteRecord } from './sqlite/record.ts';
import { openSqliteTaps } from './sqlite/taps.ts';
import { WriteTurn } from './sqlite/write-turn.ts';

/** Everything that the embedded profile keeps, in one directory that belongs to this process until `close`. */
export interface EmbeddedStorage {
  readonly record: SystemRecord;
  readonly cardIndex: CardIndex;
  readonly oidcState: OidcState;
  readonly taps: Taps;
  readonly tapRequests: TapRequests;
  readonly peopleAtHand: PeopleAtHand;
  readonly audit: AuditTrail;
  readonly erasure: Erasure;
  /** What other threads of this process need to look cards up and to write sign-ins down. */
  readonly shareable: { readonly changes: SharedArrayBuffer; readonly journals: AuditJournals };
  close(): Promise<void>;
}

/**
 * Opens the stores of the embedded profile, bringing their schemas up to date.
 * @throws {Fault} `ERR_ALREADY_RUNNING` when another process uses the directory.
 * @throws {Fault} `ERR_RECORD_UNAVAILABLE`, `ERR_AUDIT_UNAVAILABLE`, … when a store cannot be opened.
 */
export async function openEmbeddedStorage(options: {
  readonly dataDir: string;
  readonly keys: Pick<Keys, 'auditCheckpointKey' | 'indexKey'>;
  readonly clock: Clock;
}): Promise<EmbeddedStorage> {
  const { dataDir, keys, clock } = options;
  const opened: { close(): Promise<void> | void }[] = [];
  const keep = <T extends { close(): Promise<void> | void }>(store: T): T => {
    opened.unshift(store);
    return store;
  };
  const close = async () => {
    for (const store of opened.splice(0)) await store.close();
  };
  keep({ close: takeDataDirectory(dataDir) });
  try {
    const recordPath = join(dataDir, recordFileName);
    const turn = new WriteTurn();
    const tapsPath = join(dataDir, tapsFileName);
    const oidcPath = join(dataDir, oidcStateFileName);
    const files = [{ path: recordPath, turn }, { path: tapsPath }, { path: oidcPath, isSealed: true }];
    // Kept first, and so closed after every connection.
    const erasure = keep(new SqliteErasure(files));
    const taps = keep(await openSqliteTaps(tapsPath));
    const oidcState = keep(await openSqliteOidcState({ path: oidcPath, indexKey: keys.indexKey, clock }));
    let audit: SqliteAuditTrail | undefined;
    const record = keep(
      await openSqliteRecord(recordPath, turn, clock, {
        before: () => audit?.noteComingChange(),
        after: () => audit?.noteChange(),
      }),
    );
    const checkpointPath = join(dataDir, auditCheckpointFileName);
    const checkpoints = new AuditCheckpoints(checkpointPath, keys.auditCheckpointKey, clock);
    audit = keep(await SqliteAuditTrail.open(recordPath, dataDir, turn, checkpoints));
    // Closed before the trail whose connection it looks up through.
    const cardIndex = keep(new SqliteCardIndex(recordPath, turn, audit.connection));
    const shareable = { changes: turn.changes.memory, journals: audit.journals };
    const peopleAtHand = new PersonLookUp(audit.connection);
    const tapRequests = taps.requests;
    return {
      ...{ record, cardIndex, peopleAtHand, taps, tapRequests, audit, erasure, oidcState },
      ...{ shareable, close },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
