import { byTemporaryCode } from '../domain/assurance.ts';
import type { ClientId } from '../domain/login-policy.ts';
import type { Person } from '../domain/person.ts';
import type { TemporaryCode } from '../domain/temporary-code.ts';
import { readTypedCode } from '../domain/typed-code.ts';
import type { FlowContext } from './context.ts';
import {
  decideOtherwise,
  type FactorOutcome,
  personTyped,
  type RefusedOtherwise,
  refuseOtherwise,
} from './decide-otherwise.ts';
import { codeHashOf } from './issue-temporary-code.ts';

type Context = Pick<FlowContext, 'record' | 'clients' | 'clock' | 'secrets'> & {
  readonly audit: Pick<FlowContext['audit'], 'append'>;
};

/** A code for a forgotten card as it was typed at a client's sign-in. */
export interface CodeLogin {
  readonly clientId: ClientId;
  readonly uid: string;
  readonly code: string;
  readonly remoteAddress: string;
  /** Too many were wrong of late: nothing is looked at. */
  readonly isStopped: boolean;
}

/** Why a code was not taken; whoever types learns nothing of who is known here. */
export type CodeRefusal = 'code-wrong' | 'too-many-tries';

export type CodeOutcome = FactorOutcome | RefusedOtherwise<CodeRefusal>;

/**
 * Takes a code, once, and decides. Somebody unknown, a code that was used and one of yesterday are all a wrong one.
 * @throws {Fault} when the record or the trail cannot be asked.
 */
export async function logInWithCode(context: Context, login: CodeLogin): Promise<CodeOutcome> {
  const { clientId, uid, remoteAddress, isStopped } = login;
  const person = await personTyped(context, uid);
  const code = isStopped || person === undefined ? undefined : await used(context, person, login.code);
  if (code !== undefined) {
    const { personId, codeId: authenticator } = code;
    return decideOtherwise(context, {
      ...{ clientId, personId, remoteAddress, authenticator },
      ...{ way: 'temporary', assurance: byTemporaryCode },
    });
  }
  const reason = isStopped ? 'too-many-tries' : 'code-wrong';
  return refuseOtherwise(context, { clientId, person, remoteAddress, way: 'temporary' }, reason);
}

async function used(context: Context, person: Person, typed: string): Promise<TemporaryCode | undefined> {
  const codeHash = codeHashOf(context, person, readTypedCode(typed));
  return context.record.change((tables) =>
    tables.temporaryCodes.use(person.personId, codeHash, context.clock.now()),
  );
}
