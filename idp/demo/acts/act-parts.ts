import type { Locale } from '../../pages/locale.ts';
import type { ActResult, StepFacts, StepName } from '../journal.ts';
import type { SamplePerson } from '../people.ts';
import type { IssuedCard } from '../test-authority.ts';
import type { World } from '../world.ts';

/** What every act is given. */
export interface ActParts {
  readonly world: World;
  readonly person: SamplePerson;
  /** The card that the person holds now. */
  readonly issued: IssuedCard;
  readonly locale: Locale;
}

/** Does one thing and says what came of it. */
export type ActFunction = (parts: ActParts) => Promise<ActResult>;

export function done(facts: StepFacts = {}): ActResult {
  return { outcome: 'done', facts };
}

export function refused(reason: string, facts: StepFacts = {}): ActResult {
  return { outcome: 'refused', reason, facts };
}

/** The person's name as the language at hand writes it. */
export function nameOf({ person, locale }: Pick<ActParts, 'person' | 'locale'>): string {
  return locale === 'ja' ? person.displayName : person.nameEn;
}

const refusingSteps: readonly StepName[] = ['decided-no', 'tap-refused', 'registration-refused'];

/** Why the provider last said no in this act: devices are not told, the audit trail is. */
export function lastDenial({ journal }: World): string {
  const denial = journal.openSteps.findLast(({ what }) => refusingSteps.includes(what));
  return String(denial?.facts.reason ?? 'unknown-card');
}
