import type { Selectable } from 'kysely';
import { foldText } from '../../../domain/fold-text.ts';
import type { OrganizationId, Person, PersonId, Role } from '../../../domain/person.ts';
import { personStates } from '../../card-facts.ts';
import { present, StoredFields } from '../../stored-fields.ts';
import type { PersonRow, RecordSchema } from '../schema.ts';

const roles: readonly Role[] = ['approver', 'administrator', 'auditor'];

/** What `put` writes of a person; the rest is the record's own. */
export type GivenColumns = Omit<PersonRow, 'added_at' | 'changed_at' | 'unix_number'>;

export function toPerson(row: Selectable<RecordSchema['people']> & { organization: string }): Person {
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
    addedAt: fields.integer('added_at'),
    changedAt: fields.integer('changed_at'),
    unixNumber: fields.integer('unix_number'),
  });
}

/** The organisation's name is not repeated here: the organisation keeps it. */
export function toPersonRow(person: Person): GivenColumns {
  const { mail, employeeNumber } = person;
  return {
    person_id: person.personId,
    uid: person.uid,
    organization_id: person.organizationId,
    state: person.state,
    display_name: person.displayName,
    display_name_kana: person.displayNameKana ?? null,
    mail: mail ?? null,
    employee_number: employeeNumber ?? null,
    department: person.department ?? null,
    title: person.title ?? null,
    groups: JSON.stringify(person.groups),
    roles: JSON.stringify(person.roles),
    uid_key: foldText(person.uid),
    display_name_key: foldText(person.displayName),
    mail_key: mail === undefined ? null : foldText(mail),
    employee_number_key: employeeNumber === undefined ? null : foldText(employeeNumber),
  };
}
