import { join } from 'node:path';
import type { AuditTrail } from '../ports/audit-trail.ts';
import type { CardIndex } from '../ports/card-index.ts';
import type { PeopleAtHand } from '../ports/people-search.ts';
import { AuditJournal } from './audit-journal.ts';
import { recordFileName } from './file-names.ts';
import { AuditIntake, type IntakeParts } from './sqlite/audit-intake.ts';
import { CardLookUp, cardIndexCode } from './sqlite/card-look-up.ts';
import { closeAll, openForReading } from './sqlite/connection.ts';
import { PersonLookUp } from './sqlite/person-look-up.ts';
import { RecordChanges } from './sqlite/record-changes.ts';

/** What a thread beside the one that writes the record has of the stores. */
export interface ThreadStorage {
  /** Sees every change that is done; never an older one. */
  readonly cardIndex: Pick<CardIndex, 'find'>;
  readonly peopleAtHand: PeopleAtHand;
  readonly audit: Pick<AuditTrail, 'note' | 'settle'>;
  /** Resolves when the record holds every event noted before the call. @throws {Fault} */
  moved(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens them in a data directory that another thread of this process has for itself.
 * @throws {Fault} `ERR_CARD_INDEX_UNAVAILABLE`
 */
export function openThreadStorage(options: {
  readonly dataDir: string;
  /** Of the thread that writes the record. */
  readonly changes: SharedArrayBuffer;
  readonly journal: { readonly name: string; readonly movedGeneration: number };
  /** Hands events over to that thread. */
  readonly move: IntakeParts['move'];
}): ThreadStorage {
  const { dataDir, changes, journal, move } = options;
  const reading = openForReading(join(dataDir, recordFileName), cardIndexCode);
  const lookUp = new CardLookUp(reading, new RecordChanges(changes));
  const intake = new AuditIntake({
    journal: new AuditJournal(dataDir, journal.name, journal.movedGeneration),
    move,
  });
  return {
    peopleAtHand: new PersonLookUp(reading),
    cardIndex: { find: (cardKey) => lookUp.find(cardKey) },
    audit: { note: (event) => intake.note(event), settle: () => intake.settle() },
    moved: () => intake.moved(),
    async close() {
      await intake.close();
      closeAll(reading);
    },
  };
}
