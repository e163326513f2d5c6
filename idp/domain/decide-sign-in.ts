import { type Acr, type Amr, type Assurance, withParts } from './assurance.ts';
import { type DenialReason, denied } from './decide-login.ts';
import type { Instant } from './instant.ts';
import type { LoginPolicy } from './login-policy.ts';
import type { Person, PersonId } from './person.ts';
import { hoursProblem, personProblem } from './person-problem.ts';

/** The outcome of a sign-in with something that is no card: the same words as for a card. */
export type SignInDecision =
  | {
      readonly outcome: 'granted';
      readonly personId: PersonId;
      readonly acr: Acr;
      readonly amr: readonly Amr[];
    }
  | { readonly outcome: 'denied'; readonly reason: DenialReason };

/** All that is known when somebody proved something that is no card: a passkey, a password, a temporary code. */
export interface SignInFacts {
  /** Whose it is, as the record says at this moment. */
  readonly person: Pick<Person, 'personId' | 'state' | 'organizationId' | 'groups'>;
  /** What it is worth. */
  readonly assurance: Assurance;
}

/**
 * Decides one sign-in without a card: pure, total, denied unless every rule holds. What is granted may be a part of what
 * the client demands; whether all of it is there is held against the client's list when the sign-in ends.
 * @param now by our clock.
 */
export function decideSignIn(
  { person, assurance }: SignInFacts,
  policy: LoginPolicy,
  now: Instant,
): SignInDecision {
  if (policy.clientState !== 'active') return denied('client-disabled');
  const reason = personProblem(person, policy) ?? hoursProblem(policy, now);
  if (reason !== undefined) return denied(reason);
  if (!withParts(policy.acceptedAcr).includes(assurance.acr)) return denied('assurance-not-accepted');
  return { outcome: 'granted', personId: person.personId, acr: assurance.acr, amr: assurance.amr };
}
