import { type Instant, msPerSecond } from '../domain/instant.ts';
import type { PersonId } from '../domain/person.ts';
import type { ReaderId } from '../domain/reader.ts';
import type { OidcState } from '../ports/oidc-state.ts';
import type { SignInAtReader, SignInId } from '../ports/sessions.ts';
import { signInIdOf } from './sign-in-id.ts';

const model = 'SignInAtReader';

/** No person's id has a colon: what is listed under it is this reader's. */
const accountOf = (readerId: ReaderId) => `reader:${readerId}`;

/** Notes at which reader the sign-in of a grant was made: ending the reader may end what was made at it. */
export async function markReader(
  state: OidcState,
  made: {
    readonly readerId: ReaderId;
    readonly personId: string;
    readonly grantId: string;
    readonly at: Instant;
    /** In seconds: as long as the grant. */
    readonly expiresIn: number;
  },
): Promise<void> {
  const { readerId, personId, grantId, at, expiresIn } = made;
  const signIn = signInIdOf(grantId);
  await state.upsert(model, signIn, { accountId: accountOf(readerId), personId, signIn, at }, expiresIn);
}

/** Those at or after `since`; whether they still last is found out when they are ended. */
export async function markedAt(
  state: OidcState,
  readerId: ReaderId,
  since: Instant,
): Promise<readonly SignInAtReader[]> {
  // The library counts in whole seconds: a sign-in of the same second counts.
  const from = Math.floor(since / msPerSecond) * msPerSecond;
  const marks = await state.listByAccountId(accountOf(readerId));
  return marks.flatMap(({ payload: { personId, signIn, at } }) =>
    typeof at === 'number' && at >= from
      ? [{ personId: personId as PersonId, signIn: signIn as SignInId, at }]
      : [],
  );
}
