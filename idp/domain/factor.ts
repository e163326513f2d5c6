import type { Acr, Amr } from './assurance.ts';
import { combined, toAcr } from './assurance.ts';
import type { CardId } from './card.ts';
import type { Instant } from './instant.ts';
import type { PersonId } from './person.ts';
import type { ReaderId } from './reader.ts';

export type PasskeyId = string & { readonly __brand: 'PasskeyId' };
export type TemporaryCodeId = string & { readonly __brand: 'TemporaryCodeId' };

/** What a sign-in can rest on beside the person: stopping it ends the sign-in. All are internal ids; none equals another. */
export type AuthenticatorId = CardId | PasskeyId | TemporaryCodeId;

/** What somebody just proved, decided for one client. */
export interface Factor {
  readonly personId: PersonId;
  readonly acr: Acr;
  readonly amr: readonly Amr[];
  /** When it was proved. */
  readonly at: Instant;
  /** Absent: a password, which rests on the person alone. */
  readonly authenticator?: AuthenticatorId;
  /** Where it was proved, when a reader of ours took part: ending that reader may end what was made at it. */
  readonly readerId?: ReaderId;
}

/**
 * Everything that one person's factors reach: each by itself, and the combinations of two. A combination is as old as
 * the older of the two: who asks for a fresh sign-in asks for both.
 */
export function reachedBy(factors: readonly Factor[]): readonly Factor[] {
  const singles = factors.flatMap(withLesser);
  const pairs = singles.flatMap((one) => factors.flatMap((another) => together(one, another)));
  return [...pairs, ...singles];
}

/** A certificate in the PIN window is a certificate: the same was shown. */
function withLesser(factor: Factor): readonly Factor[] {
  const isInWindow = factor.acr === toAcr('certificate-in-window');
  return isInWindow ? [factor, { ...factor, acr: toAcr('certificate') }] : [factor];
}

function together(one: Factor, another: Factor): readonly Factor[] {
  // A combination in one order only: the password beside what it is combined with.
  if (one.personId !== another.personId || another.authenticator !== undefined) return [];
  const assurance = one === another ? undefined : combined(one, another);
  if (assurance === undefined) return [];
  return [{ ...one, ...assurance, at: Math.min(one.at, another.at) }];
}
