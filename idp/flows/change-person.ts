import { InvalidInput } from '../domain/fault.ts';
import type { Person } from '../domain/person.ts';
import type { Actor } from '../domain/registration.ts';
import type { FlowContext } from './context.ts';
import { changeAndPublish } from './publish-cards.ts';
import { requirePerson } from './require.ts';

type Context = Pick<FlowContext, 'record' | 'cardIndex' | 'clock' | 'oidcState'>;
interface Request {
  readonly person: string;
  readonly actor: Actor;
}

/** Stops a person with all cards at once; sessions, grants and tokens end. */
export async function suspendPerson(context: Context, request: Request): Promise<Person> {
  const person = await changeState(context, request, 'active', 'suspended');
  await context.oidcState.revokeByAccountId(person.personId);
  return person;
}

/** Lifts a suspension; the cards are what they were. */
export function restorePerson(context: Context, request: Request): Promise<Person> {
  return changeState(context, request, 'suspended', 'active');
}

function changeState(
  context: Context,
  { person: idOrUid, actor }: Request,
  from: Person['state'],
  to: Person['state'],
): Promise<Person> {
  return changeAndPublish(context, async (tables) => {
    const person = await requirePerson(tables, idOrUid);
    if (!(await tables.people.setState(person.personId, from, to))) {
      throw new InvalidInput(
        'ERR_PERSON_STATE',
        `${person.uid} is ${person.state}; this needs one that is ${from}.`,
      );
    }
    const type = to === 'active' ? 'person.restored' : 'person.suspended';
    await tables.audit.append({ at: context.clock.now(), type, actor, subject: person.personId });
    return { ...person, state: to };
  });
}
