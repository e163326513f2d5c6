import type { PasskeyId } from '../domain/factor.ts';
import { InvalidInput } from '../domain/fault.ts';
import { type Passkey, passkeyName } from '../domain/passkey.ts';
import type { PersonId } from '../domain/person.ts';
import type { Actor } from '../domain/registration.ts';
import type { Tables } from '../ports/system-record.ts';
import type { FlowContext } from './context.ts';
import { changeAndStop, type StopContext } from './publish-cards.ts';
import { queueNotice } from './queue-notice.ts';

type Context = StopContext & Pick<FlowContext, 'secrets'>;

interface Request {
  readonly passkey: string;
  /** Only where it is this person's; absent: anybody's. */
  readonly personId?: PersonId;
  readonly actor: Actor;
}

/**
 * Removes a passkey: it signs nobody in any more, and what rests on it ends. The person is told.
 * @throws {InvalidInput} `ERR_PASSKEY_UNKNOWN`, also where it is somebody else's.
 */
export function removePasskey(context: Context, request: Request): Promise<Passkey> {
  return changeAndStop(
    context,
    async (tables) => {
      const passkey = await requirePasskey(tables, request);
      const { passkeyId, personId } = passkey;
      await tables.passkeys.remove(passkeyId);
      await queueNotice(context, tables, { kind: 'passkey-removed', about: passkeyId, personId });
      await tables.audit.append({
        ...{ at: context.clock.now(), type: 'passkey.removed', actor: request.actor, subject: passkeyId },
        details: { person: personId },
      });
      return passkey;
    },
    ({ personId, passkeyId }) => [{ personId, authenticator: passkeyId, cause: 'passkey.removed' }],
  );
}

/** @throws {InvalidInput} `ERR_PASSKEY_UNKNOWN`, `ERR_PASSKEY_NAME`. */
export async function renamePasskey(
  { record, clock }: Pick<Context, 'record' | 'clock'>,
  request: Request & { readonly name: string },
): Promise<void> {
  const name = passkeyName(request.name);
  if (name === undefined) throw new InvalidInput('ERR_PASSKEY_NAME', 'A passkey needs a name.');
  await record.change(async (tables) => {
    const { passkeyId, personId } = await requirePasskey(tables, request);
    await tables.passkeys.rename(passkeyId, name);
    await tables.audit.append({
      ...{ at: clock.now(), type: 'passkey.renamed', actor: request.actor, subject: passkeyId },
      details: { person: personId },
    });
  });
}

async function requirePasskey(tables: Tables, { passkey: id, personId }: Request): Promise<Passkey> {
  const passkey = await tables.passkeys.find(id as PasskeyId);
  if (passkey !== undefined && (personId === undefined || passkey.personId === personId)) return passkey;
  throw new InvalidInput('ERR_PASSKEY_UNKNOWN', `No passkey "${id}". \`kazasu passkey list\` shows them.`);
}
