import { InvalidInput } from '../domain/fault.ts';
import type { Person } from '../domain/person.ts';
import type { Actor } from '../domain/registration.ts';
import type { Tables } from '../ports/system-record.ts';
import { changeAndPublish, changeAndStop, type StopContext } from './publish-cards.ts';
import { requirePerson } from './require.ts';

interface Request {
  readonly person: string;
  readonly actor: Actor;
}

/**
 * Stops a person with all cards at once; sessions, grants and tokens end.
 * Stopping a stopped person is no mistake: who was told of an outage asks again.
 */
export function suspendPerson(context: StopContext, request: Request): Promise<Person> {
  const change = changeState(context, request, ['active', 'suspended'], 'suspended');
  return changeAndStop(context, change, ({ personId }) => [{ personId, cause: 'person.suspended' }]);
}

/** Lifts a suspension; the cards are what they were. */
export function restorePerson(context: StopContext, request: Request): Promise<Person> {
  return changeAndPublish(context, changeState(context, request, ['suspended'], 'active'));
}

function changeState(
  { clock }: StopContext,
  { person: idOrUid, actor }: Request,
  from: readonly Person['state'][],
  to: Person['state'],
): (tables: Tables) => Promise<Person> {
  return async (tables) => {
    const person = await requirePerson(tables, idOrUid);
    const { personId, state } = person;
    if (!from.includes(state) || !(await tables.people.setState(personId, state, to))) {
      throw new InvalidInput(
        'ERR_PERSON_STATE',
        `${person.uid} is ${state}; this needs one that is ${from.join(' or ')}.`,
      );
    }
    // A restored person gets a new one.
    if (to !== 'active') await tables.temporaryCodes.revokeOf(personId);
    const type = to === 'active' ? 'person.restored' : 'person.suspended';
    await tables.audit.append({ at: clock.now(), type, actor, subject: personId });
    return { ...person, state: to };
  };
}
