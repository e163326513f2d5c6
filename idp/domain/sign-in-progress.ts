import { type Acr, partsOf, withParts } from './assurance.ts';
import { type Factor, reachedBy } from './factor.ts';
import type { PersonId } from './person.ts';

/** Why what somebody proved does not go with the sign-in at hand: it is a matter of who. */
export type SignInRefusal = (typeof signInRefusals)[number];

export const signInRefusals = [
  'another-person',
  'another-person-signed-in',
  'not-the-person-asked-for',
] as const;

/** What is known of a sign-in before something more is proved in it. */
export interface SignInSoFar {
  /** Proved in this sign-in. */
  readonly proved: readonly Factor[];
  /** What the session of this browser holds for the client, as far as it is fresh enough to count. */
  readonly held: readonly Factor[];
  /** Who is signed in at this client in this browser, where the sign-in is to add to it and not to replace it. */
  readonly signedIn?: PersonId;
  /** Whom the client asked for. */
  readonly askedFor?: PersonId;
}

export type SignInProgress =
  /** It is enough. `factors`: everything that speaks for the person. */
  | { readonly step: 'reached'; readonly factor: Factor; readonly factors: readonly Factor[] }
  /** Something is missing still. */
  | { readonly step: 'more'; readonly proved: readonly Factor[] }
  | { readonly step: 'refused'; readonly reason: SignInRefusal };

/**
 * Where a sign-in stands after one more factor. All factors are of one person: who begins it ends it, and who is signed
 * in already is who adds to it.
 * @param acrs `preferred` is what to reach; whoever proved what leads there no way may end with what is demanded, or with
 * what the client's list then refuses.
 */
export function progressOf(
  factor: Factor,
  soFar: SignInSoFar,
  acrs: { readonly preferred: readonly Acr[]; readonly demanded: readonly Acr[] },
): SignInProgress {
  const { proved, held, signedIn, askedFor } = soFar;
  const isAnother = (personId: PersonId | undefined) =>
    personId !== undefined && personId !== factor.personId;
  if (isAnother(askedFor)) return { step: 'refused', reason: 'not-the-person-asked-for' };
  if (proved.some(({ personId }) => isAnother(personId)))
    return { step: 'refused', reason: 'another-person' };
  if (isAnother(signedIn)) return { step: 'refused', reason: 'another-person-signed-in' };
  const others = [...proved, ...held].filter(
    (other) => other.acr !== factor.acr && other.personId === factor.personId,
  );
  const factors = [factor, ...others];
  const leadsOn = reachedBy([factor]).some(({ acr }) => withParts(acrs.preferred).includes(acr));
  const otherwise = leadsOn ? undefined : (bestOf(factors, acrs.demanded) ?? factor);
  const reached = bestOf(factors, acrs.preferred) ?? otherwise;
  return reached === undefined
    ? { step: 'more', proved: [factor, ...proved.filter(({ acr }) => acr !== factor.acr)] }
    : { step: 'reached', factor: reached, factors };
}

/** The freshest of what these factors reach of these acrs. */
export function bestOf(factors: readonly Factor[], acrs: readonly Acr[]): Factor | undefined {
  const reached = reachedBy(factors).filter(({ acr }) => acrs.includes(acr));
  return reached.reduce<Factor | undefined>(
    (best, one) => (best === undefined || one.at > best.at ? one : best),
    undefined,
  );
}

/** What is still to be proved, so that one of these acrs is reached: what completes something begun comes first. */
export function missingParts(acrs: readonly Acr[], factors: readonly Factor[]): readonly Acr[] {
  const there = reachedBy(factors).map(({ acr }) => acr);
  const missing = acrs.map((acr) => ({
    parts: partsOf(acr).filter((part) => !there.includes(part)),
    isBegun: partsOf(acr).some((part) => there.includes(part)),
  }));
  const inOrder = [...missing.filter(({ isBegun }) => isBegun), ...missing.filter(({ isBegun }) => !isBegun)];
  return [...new Set(inOrder.flatMap(({ parts }) => parts))];
}
