import type { Kysely, Selectable } from 'kysely';
import type { OrganizationId, Person, PersonId, Role } from '../../../domain/person.ts';
import type { Tables } from '../../../ports/system-record.ts';
import { personStates } from '../../card-facts.ts';
import { present, StoredFields } from '../../stored-fields.ts';
import type { RecordSchema } from '../schema.ts';
import { noteCardsOfPeople } from './index-notes.ts';

const roles: readonly Role[] = ['approver', 'administrator', 'auditor'];

const columnOf = {
  uid: 'uid',
  mail: 'mail',
  displayName: 'display_name',
  employeeNumber: 'employee_number',
} as const;

export function personTable(db: Kysely<RecordSchema>): Tables['people'] {
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
      const rows = await all.where(`people.${columnOf[attribute]}`, '=', value).limit(limit).execute();
      return rows.map(toPerson);
    },
    async put(person) {
      const { person_id, state, roles: given, ...replaced } = toRow(person);
      await db
        .insertInto('people')
        .values({ person_id, state, roles: given, ...replaced })
        .onConflict((conflict) => conflict.column('uid').doUpdateSet(replaced))
        .execute();
      await noteCardsOfPeople(db, db.selectFrom('people').select('person_id').where('uid', '=', person.uid));
    },
    async setState(id, from, to) {
      const { numUpdatedRows } = await db
        .updateTable('people')
        .set({ state: to })
        .where('person_id', '=', id)
        .where('state', '=', from)
        .executeTakeFirstOrThrow();
      if (numUpdatedRows > 0n) await noteCardsOf(id);
      return numUpdatedRows > 0n;
    },
    async setRoles(id, given) {
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

function toPerson(row: Selectable<RecordSchema['people']> & { organization: string }): Person {
  const fields = new StoredFields(row, 'people');
  return present({
    personId: fields.text<PersonId>('person_id'),
    organizationId: fields.text<OrganizationId>('organization_id'),
    state: fields.oneOf('state', personStates),
    roles: fields.textsOf('roles', roles),
    uid: fields.text('uid'),
    displayName: fields.text('display_name'),
    displayNameKana: fields.optionalText('display_name_kana'),
    mail: fields.optionalText('mail'),
    employeeNumber: fields.optionalText('employee_number'),
    organization: fields.text('organization'),
    department: fields.optionalText('department'),
    title: fields.optionalText('title'),
    groups: fields.texts('groups'),
  });
}

/** The organisation's name is not repeated here: the organisation keeps it. */
function toRow(person: Person): RecordSchema['people'] {
  return {
    person_id: person.personId,
    uid: person.uid,
    organization_id: person.organizationId,
    state: person.state,
    display_name: person.displayName,
    display_name_kana: person.displayNameKana ?? null,
    mail: person.mail ?? null,
    employee_number: person.employeeNumber ?? null,
    department: person.department ?? null,
    title: person.title ?? null,
    groups: JSON.stringify(person.groups),
    roles: JSON.stringify(person.roles),
  };
}
