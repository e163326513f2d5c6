import { byPassword } from '../domain/assurance.ts';
import type { ClientId } from '../domain/login-policy.ts';
import type { FlowContext } from './context.ts';
import {
  decideOtherwise,
  type FactorOutcome,
  personTyped,
  type RefusedOtherwise,
  refuseOtherwise,
} from './decide-otherwise.ts';

type Context = Pick<FlowContext, 'record' | 'clients' | 'clock' | 'passwords'> & {
  readonly audit: Pick<FlowContext['audit'], 'append'>;
};

/** A directory password as it was typed at a client's sign-in. */
export interface PasswordLogin {
  readonly clientId: ClientId;
  readonly uid: string;
  readonly password: string;
  readonly remoteAddress: string;
}

/** Why a password was not taken; whoever types learns nothing of who is known here. */
export type PasswordRefusal = 'password-wrong' | 'too-many-tries';

export type PasswordOutcome = FactorOutcome | RefusedOtherwise<PasswordRefusal>;

/**
 * Asks the directory above about somebody's password, and decides. Somebody unknown goes the same way as somebody known
 * with a wrong password; what else speaks against a person is told only to whoever has the right one.
 * @throws {Fault} `ERR_DIRECTORY_UNAVAILABLE`, or when the record or the trail cannot be asked.
 */
export async function logInWithPassword(context: Context, login: PasswordLogin): Promise<PasswordOutcome> {
  const { clientId, uid, password, remoteAddress } = login;
  const person = await personTyped(context, uid);
  const answer =
    person === undefined
      ? await context.passwords.checkUnknown(uid, password, remoteAddress)
      : await context.passwords.check(person, password, remoteAddress);
  if (answer === 'right' && person !== undefined) {
    const { personId } = person;
    return decideOtherwise(context, {
      ...{ clientId, personId, remoteAddress },
      ...{ way: 'password', assurance: byPassword },
    });
  }
  const reason = answer === 'stopped' ? 'too-many-tries' : 'password-wrong';
  return refuseOtherwise(context, { clientId, person, remoteAddress, way: 'password' }, reason);
}
