import { InvalidInput } from '../domain/fault.ts';
import type { Person } from '../domain/person.ts';
import type { Actor } from '../domain/registration.ts';
import type { Tables } from '../ports/system-record.ts';
import { changeAndStop, type StopContext } from './publish-cards.ts';
import { requirePerson } from './require.ts';

interface Request {
  readonly person: string;
  readonly actor: Actor;
}

/**
 * Somebody is no longer of the organisation: from this moment nothing of theirs signs in, their sessions end, their cards
 * are retired, what they had begun to register is rejected, and their invitations are void. It cannot be taken back.
 * Leaving twice is no mistake: an outage may have kept the first time from ending the sessions.
 * @throws {InvalidInput} `ERR_PERSON_UNKNOWN`, `ERR_LAST_ADMINISTRATOR`.
 */
export function leavePerson(context: StopContext, request: Request): Promise<Person> {
  return changeAndStop(
    context,
    (tables) => leave(context, tables, request),
    ({ personId }) => [{ personId, cause: 'person.left' }],
  );
}

async function leave(
  { clock }: StopContext,
  tables: Tables,
  { person: id, actor }: Request,
): Promise<Person> {
  const person = await requirePerson(tables, id);
  if (person.state === 'left') return person;
  await requireAnotherAdministrator(tables, person);
  const { personId } = person;
  const at = clock.now();
  await tables.people.setState(personId, person.state, 'left');
  await tables.people.setRoles(personId, []);
  await retireCardsOf(tables, person, { at, actor });
  await rejectRegistrationsOf(tables, person, { at, actor });
  await tables.invitations.removeOf(personId);
  await tables.temporaryCodes.removeOf(personId);
  await tables.passkeyCodes.removeOf(personId);
  await tables.notices.withdrawOf(personId, at);
  await tables.audit.append({ at, type: 'person.left', actor, subject: personId });
  return { ...person, state: 'left', roles: [] };
}

interface By {
  readonly at: number;
  readonly actor: Actor;
}

async function retireCardsOf(tables: Tables, { personId }: Person, { at, actor }: By): Promise<void> {
  for (const card of await tables.cards.findByPerson(personId)) {
    if (card.state !== 'active' && card.state !== 'suspended') continue;
    await tables.cards.update({ ...card, state: 'retired', retiresAt: at }, card.state);
    await tables.audit.append({ at, type: 'card.retired', actor, subject: card.cardId });
  }
}

async function rejectRegistrationsOf(tables: Tables, { personId }: Person, { at, actor }: By): Promise<void> {
  for (const registration of await tables.registrations.findByPerson(personId)) {
    const { registrationId: subject, state } = registration;
    if (state !== 'begun' && state !== 'pending') continue;
    const rejected = { ...registration, state: 'rejected', decidedBy: actor, decidedAt: at } as const;
    await tables.registrations.update(rejected, state);
    await tables.audit.append({ at, type: 'registration.rejected', actor, subject, reason: 'person-left' });
  }
}

async function requireAnotherAdministrator(tables: Tables, person: Person): Promise<void> {
  if (!person.roles.includes('administrator')) return;
  const others = (await tables.people.list()).filter(
    ({ personId, state, roles }) =>
      personId !== person.personId && state === 'active' && roles.includes('administrator'),
  );
  if (others.length > 0) return;
  throw new InvalidInput(
    'ERR_LAST_ADMINISTRATOR',
    `${person.uid} is the last administrator: make another one first (\`kazasu person role UID administrator\`).`,
  );
}
