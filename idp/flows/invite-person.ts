import { InvalidInput } from '../domain/fault.ts';
import type { Instant } from '../domain/instant.ts';
import { type Actor, invitationHours } from '../domain/registration.ts';
import { after, type FlowContext } from './context.ts';
import { requirePerson } from './require.ts';

type Context = Pick<FlowContext, 'record' | 'clock' | 'secrets'>;

/**
 * Gives a person the one-time right to register a card: 128 bits, 72 hours, to be handed over out of band.
 * @throws {InvalidInput} `ERR_PERSON_UNKNOWN`, `ERR_PERSON_NOT_ACTIVE`.
 */
export async function invitePerson(
  { record, clock, secrets }: Context,
  { person: idOrUid, inviter }: { readonly person: string; readonly inviter: Actor },
): Promise<{ readonly code: string; readonly expiresAt: Instant }> {
  const person = await requirePerson(record, idOrUid);
  if (person.state !== 'active') {
    throw new InvalidInput(
      'ERR_PERSON_NOT_ACTIVE',
      person.state === 'left'
        ? `${person.uid} left. Who comes back comes as a new person: kazasu person forget ${person.uid}, then import again.`
        : `${person.uid} is ${person.state}: restore the person first.`,
    );
  }
  const code = secrets.random(128);
  const now = clock.now();
  const expiresAt = after(now, invitationHours * 3_600);
  await record.change(async (tables) => {
    const { personId } = person;
    await tables.invitations.add({ codeHash: secrets.hash(code), personId, inviter, expiresAt });
    await tables.audit.append({ at: now, type: 'person.invited', actor: inviter, subject: personId });
  });
  return { code, expiresAt };
}
