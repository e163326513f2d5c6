import { InvalidInput } from '../domain/fault.ts';
import type { Instant } from '../domain/instant.ts';
import { passkeyCodeSeconds } from '../domain/passkey.ts';
import type { Actor } from '../domain/registration.ts';
import { codeHashOf } from './add-passkey.ts';
import { after, type FlowContext } from './context.ts';
import { queueNotice } from './queue-notice.ts';
import { requirePerson } from './require.ts';

type Context = Pick<FlowContext, 'record' | 'clock' | 'secrets'>;

/** Ten letters: guesses are slowed, and it is good for half an hour. */
const codeBits = 50;

/**
 * Gives a person the one-time right to add the first passkey, without a card: handed over by an approver who sees the
 * person. A code before it is void. The person is told.
 * @throws {InvalidInput} `ERR_PERSON_UNKNOWN`, `ERR_PERSON_NOT_ACTIVE`, `ERR_PASSKEY_NOT_FIRST`.
 */
export async function issuePasskeyCode(
  context: Context,
  { person: idOrUid, actor }: { readonly person: string; readonly actor: Actor },
): Promise<{ readonly code: string; readonly uid: string; readonly expiresAt: Instant }> {
  const { record, clock, secrets } = context;
  const code = secrets.random(codeBits);
  const now = clock.now();
  const expiresAt = after(now, passkeyCodeSeconds);
  const uid = await record.change(async (tables) => {
    const person = await requirePerson(tables, idOrUid);
    const { personId } = person;
    if (person.state !== 'active') {
      throw new InvalidInput(
        'ERR_PERSON_NOT_ACTIVE',
        `${person.uid} is ${person.state}: nothing can be added.`,
      );
    }
    if ((await tables.passkeys.findByPerson(personId)).length > 0) {
      throw new InvalidInput(
        'ERR_PASSKEY_NOT_FIRST',
        `${person.uid} has a passkey already, and adds others with it. If it is lost: kazasu passkey list ${person.uid}, then kazasu passkey remove ID.`,
      );
    }
    const codeHash = codeHashOf(context, person, code);
    await tables.passkeyCodes.put({ personId, codeHash, issuedBy: actor, expiresAt });
    await queueNotice(context, tables, { kind: 'passkey-code-issued', about: secrets.id(), personId });
    await tables.audit.append({ at: now, type: 'passkey.code-issued', actor, subject: personId });
    return person.uid;
  });
  return { code, uid, expiresAt };
}
