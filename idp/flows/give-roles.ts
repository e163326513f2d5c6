import { InvalidInput } from '../domain/fault.ts';
import type { Person, Role } from '../domain/person.ts';
import type { Actor } from '../domain/registration.ts';
import type { FlowContext } from './context.ts';
import { requirePerson } from './require.ts';

/**
 * Gives a person exactly these roles, within the own organisation; none takes them all away.
 * @throws {InvalidInput} `ERR_PERSON_UNKNOWN`, `ERR_LAST_ADMINISTRATOR`.
 */
export function giveRoles(
  { record, clock }: Pick<FlowContext, 'record' | 'clock'>,
  request: { readonly person: string; readonly roles: readonly Role[]; readonly actor: Actor },
): Promise<Person> {
  return record.change(async (tables) => {
    const person = await requirePerson(tables, request.person);
    const roles = [...new Set(request.roles)].sort();
    const administrators = (await tables.people.list()).filter((one) => one.roles.includes('administrator'));
    const [only, another] = administrators;
    const isLast = only?.personId === person.personId && another === undefined;
    if (isLast && !roles.includes('administrator')) {
      const message = `${person.uid} is the last administrator: make another one first.`;
      throw new InvalidInput('ERR_LAST_ADMINISTRATOR', message);
    }
    await tables.people.setRoles(person.personId, roles);
    await tables.audit.append({
      at: clock.now(),
      type: 'person.role-given',
      actor: request.actor,
      subject: person.personId,
      details: { roles: roles.join(' ') },
    });
    return { ...person, roles };
  });
}
