import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { foldText } from '../../domain/fold-text.ts';
import type { Person } from '../../domain/person.ts';
import type { PeopleAtHand } from '../../ports/people-search.ts';
import { orFault } from './faults.ts';
import { toPerson } from './tables/person-rows.ts';

const code = 'ERR_RECORD_UNAVAILABLE';

const byUidSql = `SELECT people.*, organizations.name AS organization
  FROM people INDEXED BY people_by_uid_key
    CROSS JOIN organizations ON organizations.organization_id = people.organization_id
  WHERE uid_key = ? ORDER BY uid LIMIT ?`;

/** More than one only where names were imported that differ in case or width alone. */
const most = 16;

/** People by name over a connection of its own: a statement that is prepared once, where the record's own way of asking makes one anew. */
export class PersonLookUp implements PeopleAtHand {
  readonly #byUid: StatementSync;

  /** @param connection to the record */
  constructor(connection: DatabaseSync) {
    this.#byUid = connection.prepare(byUidSql);
  }

  byUid(uid: string): readonly Person[] {
    return orFault(code, () => this.#byUid.all(foldText(uid), most)).map((row) =>
      toPerson(row as unknown as Parameters<typeof toPerson>[0]),
    );
  }
}
