import type { Acr, Amr } from './assurance.ts';
import { toAcr } from './assurance.ts';
import type { DenialReason, LoginDecision } from './decide-login.ts';
import type { PersonBind } from './device-profile.ts';
import type { Instant } from './instant.ts';
import type { LoginPolicy } from './login-policy.ts';
import type { Person, PersonId } from './person.ts';
import { hoursProblem, personProblem } from './person-problem.ts';

/** Why somebody who bound as a person was refused; the client is told 49 for each of them. */
export type PersonBindDenial = DenialReason | 'way-not-allowed' | 'person-unknown' | 'password-wrong';

/** The outcome of a bind as a person. */
export type PersonBindDecision =
  | {
      readonly outcome: 'granted';
      readonly personId: PersonId;
      readonly acr: Acr;
      readonly amr: readonly Amr[];
    }
  | { readonly outcome: 'denied'; readonly reason: PersonBindDenial };

/** All that is known when somebody binds as a person. */
export interface PersonBindFacts {
  /** Whom the bind names. */
  readonly person: Pick<Person, 'personId' | 'state' | 'organizationId' | 'groups'> | undefined;
  /** What the directory above said of the password. */
  readonly password: 'right' | 'wrong' | 'not-asked';
  /** What was decided of a card of this person that was held at a reader of the device. */
  readonly tap: LoginDecision | 'none';
}

/**
 * Decides one bind as a person: pure, total, denied unless everything that the device's profile demands holds.
 * @param demand of the device's profile; `undefined` where its people do not bind.
 * @param now by our clock.
 */
export function decidePersonBind(
  { person, password, tap }: PersonBindFacts,
  demand: PersonBind | undefined,
  policy: LoginPolicy,
  now: Instant,
): PersonBindDecision {
  if (policy.clientState !== 'active') return denied('client-disabled');
  // A profile that demands nothing lets nobody in.
  if (demand === undefined || !(demand.password || demand.tap)) return denied('way-not-allowed');
  const closed = hoursProblem(policy, now);
  if (closed !== undefined) return denied(closed);
  if (person === undefined) return denied('person-unknown');
  if (demand.password && password !== 'right') return denied('password-wrong');
  const problem = personProblem(person, policy);
  if (problem !== undefined) return denied(problem);
  return demand.tap ? byTap(person.personId, tap, demand) : byPassword(person.personId, policy);
}

function byPassword(personId: PersonId, { acceptedAcr }: LoginPolicy): PersonBindDecision {
  const acr = toAcr('password');
  if (!acceptedAcr.includes(acr)) return denied('assurance-not-accepted');
  return { outcome: 'granted', personId, acr, amr: ['pwd'] };
}

/** The card's assurance counts: a password beside what can be copied makes no `mfa`, and replaces no card. */
function byTap(personId: PersonId, tap: PersonBindFacts['tap'], demand: PersonBind): PersonBindDecision {
  if (tap === 'none') return denied('tap-missing');
  if (tap.outcome === 'denied') return tap;
  if (tap.personId !== personId) return denied('tap-missing');
  return {
    ...{ outcome: 'granted', personId, acr: tap.acr },
    amr: demand.password ? ['pwd', ...tap.amr] : tap.amr,
  };
}

function denied(reason: PersonBindDenial): PersonBindDecision {
  return { outcome: 'denied', reason };
}
