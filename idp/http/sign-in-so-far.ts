import type { Factor } from '../domain/factor.ts';
import { type Instant, msPerSecond } from '../domain/instant.ts';
import type { PersonId } from '../domain/person.ts';
import type { SignInSoFar } from '../domain/sign-in-progress.ts';
import type { OpenInteraction } from '../oidc/interaction.ts';
import { sessionSeconds } from '../oidc/lifetimes.ts';
import { notThePerson } from '../oidc/login-prompt.ts';

/** Long enough for a card and a password one after the other, whatever `max_age` says. */
const oneSignInSeconds = 60;

/** What of an interaction and its session counts at this moment. */
export function soFarOf(
  interaction: OpenInteraction,
  now: Instant,
): Pick<SignInSoFar, 'proved' | 'held' | 'signedIn'> {
  const { params, proved, held, isSwitching } = interaction;
  const maxAge = params.max_age === undefined ? sessionSeconds : Number(params.max_age);
  const isAnew = isSwitching || isForAnother(interaction) || promptsOf(interaction).includes('login');
  const signedIn = isAnew ? undefined : held[0]?.personId;
  return {
    proved: proved.filter(isFresh(now, Math.max(maxAge, oneSignInSeconds))),
    // `prompt=login` asks for all of it again.
    held: isAnew ? [] : held.filter(isFresh(now, Math.min(maxAge, sessionSeconds))),
    ...(signedIn === undefined ? {} : { signedIn: signedIn as PersonId }),
  };
}

/** Whoever is signed in may not be who is meant: not the one that the client names, or one has yet to be chosen. */
function isForAnother({ prompt, reasons }: OpenInteraction): boolean {
  return prompt === 'select_account' || reasons.some((reason) => anotherReasons.includes(reason));
}

const anotherReasons: readonly string[] = [notThePerson, 'id_token_hint', 'claims_id_token_sub_value'];

/** @see OpenID Connect Core §3.1.2.1 (`prompt`) */
function promptsOf({ params: { prompt } }: OpenInteraction): readonly string[] {
  return typeof prompt === 'string' ? prompt.split(' ') : [];
}

/** As the library counts: in whole seconds. @see OpenID Connect Core §3.1.2.1 (`max_age`) */
function isFresh(now: Instant, seconds: number): (factor: Factor) => boolean {
  return ({ at }) => Math.floor(now / msPerSecond) - Math.floor(at / msPerSecond) <= seconds;
}
