import { type Kysely, sql } from 'kysely';
import { foldText } from '../../../domain/fold-text.ts';
import { msPerSecond } from '../../../domain/instant.ts';
import type { PersonId } from '../../../domain/person.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Tables } from '../../../ports/system-record.ts';
import type { PersonRow, RecordSchema } from '../schema.ts';
import { noteCardsOfPeople } from './index-notes.ts';
import { putGroupsOf } from './person-groups.ts';
import { type GivenColumns, toPerson, toPersonRow } from './person-rows.ts';

const keyOf = {
  uid: 'uid_key',
  mail: 'mail_key',
  displayName: 'display_name_key',
  employeeNumber: 'employee_number_key',
} as const;

export function personTable(db: Kysely<RecordSchema>, clock: Clock): Tables['people'] {
  /** Whole seconds: directories show no more, and the index keeps no more. */
  const now = () => Math.floor(clock.now() / msPerSecond) * msPerSecond;
  const all = db
    .selectFrom('people')
    .innerJoin('organizations', 'organizations.organization_id', 'people.organization_id')
    .selectAll('people')
    .select('organizations.name as organization');
  const noteCardsOf = (id: PersonId) =>
    noteCardsOfPeople(db, db.selectFrom('people').select('person_id').where('person_id', '=', id));
  return {
    async find(idOrUid) {
      // The id first: nobody may take another's place by a uid that spells the other's id.
      const row =
        (await all.where('person_id', '=', idOrUid).executeTakeFirst()) ??
        (await all.where('uid', '=', idOrUid).executeTakeFirst());
      return row && toPerson(row);
    },
    async list() {
      return (await all.orderBy('uid').execute()).map(toPerson);
    },
    async findBy(attribute, value, limit) {
      const rows = await all.where(`people.${keyOf[attribute]}`, '=', foldText(value)).limit(limit).execute();
      return rows.map(toPerson);
    },
    async put(person) {
      const { person_id, state, roles, ...replaced } = toPersonRow(person);
      const known = await db
        .selectFrom('people')
        .selectAll()
        .where('uid', '=', person.uid)
        .executeTakeFirst();
      // The same list imported every night changes nobody.
      if (known !== undefined && isSame(known, replaced)) return;
      const at = now();
      if (known === undefined) {
        const own = { added_at: at, changed_at: at, unix_number: await nextUnixNumber(db) };
        await db
          .insertInto('people')
          .values({ person_id, state, roles, ...replaced, ...own })
          .execute();
      } else {
        const changed = { ...replaced, changed_at: at };
        await db.updateTable('people').set(changed).where('uid', '=', person.uid).execute();
      }
      await putGroupsOf(db, person);
      await noteCardsOfPeople(db, db.selectFrom('people').select('person_id').where('uid', '=', person.uid));
    },
    async setState(id, from, to) {
      const { numUpdatedRows } = await db
        .updateTable('people')
        .set({ state: to, changed_at: now() })
        .where('person_id', '=', id)
        .where('state', '=', from)
        .executeTakeFirstOrThrow();
      if (numUpdatedRows > 0n) await noteCardsOf(id);
      return numUpdatedRows > 0n;
    },
    async setRoles(id, given) {
      // No client sees them: not a change of what it knows.
      await db
        .updateTable('people')
        .set({ roles: JSON.stringify(given) })
        .where('person_id', '=', id)
        .execute();
    },
    async remove(id) {
      const { numDeletedRows } = await db
        .deleteFrom('people')
        .where('person_id', '=', id)
        .where('state', '=', 'left')
        .executeTakeFirstOrThrow();
      return numDeletedRows > 0n;
    },
  };
}

function isSame(known: PersonRow, replaced: Partial<GivenColumns>): boolean {
  return (Object.keys(replaced) as (keyof GivenColumns)[]).every((name) => known[name] === replaced[name]);
}

async function nextUnixNumber(db: Kysely<RecordSchema>): Promise<number> {
  const { last } = await db
    .updateTable('counters')
    .set({ last: sql`last + 1` })
    .where('name', '=', 'unix-number')
    .returning('last')
    .executeTakeFirstOrThrow();
  return last;
}
