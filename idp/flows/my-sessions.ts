import { InvalidInput } from '../domain/fault.ts';
import type { Person } from '../domain/person.ts';
import type { Actor } from '../domain/registration.ts';
import type { LastingSignIn, SignInId } from '../ports/sessions.ts';
import type { FlowContext } from './context.ts';
import { requirePerson } from './require.ts';

type Context = Pick<FlowContext, 'record' | 'clock' | 'clients' | 'sessionEnds'>;

/** A sign-in with the names of the systems that were opened with it. */
export interface NamedSignIn extends LastingSignIn {
  readonly clientNames: readonly string[];
}

/**
 * The sign-ins of a person that last, the newest use first.
 * @throws {InvalidInput} `ERR_PERSON_UNKNOWN`
 */
export async function listSignIns(
  { record, clients, sessionEnds }: Pick<Context, 'record' | 'clients' | 'sessionEnds'>,
  idOrUid: string,
): Promise<readonly NamedSignIn[]> {
  const { personId } = await requirePerson(record, idOrUid);
  const lasting = await sessionEnds.list(personId);
  return lasting.map((signIn) => ({
    ...signIn,
    clientNames: signIn.clientIds.map((clientId) => clients.find(clientId)?.name ?? clientId),
  }));
}

/**
 * Ends sign-ins of one person, whole: sessions, grants, tokens, and every client of theirs is told. Nobody else's can be
 * ended by it, whatever is named.
 * @param request.signIns `all`, or some of those that `listSignIns` shows
 * @returns how many were ended
 * @throws {InvalidInput} `ERR_PERSON_UNKNOWN`; `ERR_SIGN_IN_UNKNOWN` when one of them does not last any more
 */
export async function endSignIns(
  { record, clock, sessionEnds }: Context,
  request: { readonly person: string; readonly signIns: readonly SignInId[] | 'all'; readonly actor: Actor },
): Promise<{ readonly person: Person; readonly ended: number }> {
  const { actor } = request;
  const person = await requirePerson(record, request.person);
  const { personId } = person;
  const lasting = (await sessionEnds.list(personId)).map(({ signInId }) => signInId);
  const named = request.signIns === 'all' ? lasting : request.signIns;
  const unknown = named.find((signIn) => !lasting.includes(signIn));
  if (unknown !== undefined) {
    throw new InvalidInput(
      'ERR_SIGN_IN_UNKNOWN',
      `${person.uid} has no sign-in "${unknown}" (any more). \`kazasu session list ${person.uid}\` shows them.`,
    );
  }
  const cause = 'sessions.end-asked';
  // All of them: what is made while we look ends too, and what no list shows (codes, open pages).
  const stops =
    request.signIns === 'all'
      ? [{ personId, cause } as const]
      : named.map((signIn) => ({ personId, signIn, cause }) as const);
  if (stops.length === 0) return { person, ended: 0 };
  await record.change(async (tables) => {
    const now = clock.now();
    await tables.sessionEnds.add(stops, now);
    const details = { signIns: named.length };
    await tables.audit.append({ at: now, type: cause, actor, subject: personId, details });
  });
  await sessionEnds.process();
  return { person, ended: named.length };
}
