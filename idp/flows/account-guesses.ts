import { foldText } from '../domain/fold-text.ts';
import type { Clock } from '../ports/clock.ts';
import { GuessGuard, type GuessSettings } from './guess-guard.ts';

const here: GuessSettings = {
  freeMisses: 2,
  forgivenPerMinute: 1 / 15,
  delayMsPerMiss: 0,
  maxDelayMs: 0,
  stopAtMisses: 5,
};
/** From anywhere: more, so that somebody else’s guesses do not keep the person from a code in hand at once. */
const anywhere: GuessSettings = { ...here, freeMisses: 10, stopAtMisses: 20 };

/**
 * Slows down who guesses one kind of thing of somebody's: a code, or what a passkey would sign. Counted by account and
 * address, and by account from anywhere; codes have 50 random bits or more, so that what is let through comes to nothing.
 */
export class AccountGuesses {
  readonly #here: GuessGuard;
  readonly #anywhere: GuessGuard;

  constructor(clock: Clock) {
    this.#here = new GuessGuard(clock, here);
    this.#anywhere = new GuessGuard(clock, anywhere);
  }

  /** @param account the `uid` as typed, or an internal id */
  areStopped(account: string, address: string): boolean {
    const folded = foldText(account);
    const admissions = [this.#here.admit(`${folded}\n${address}`), this.#anywhere.admit(folded)];
    return admissions.includes('stopped');
  }

  note(account: string, address: string): void {
    const folded = foldText(account);
    this.#here.miss(`${folded}\n${address}`);
    this.#anywhere.miss(folded);
  }
}
