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
 * Slows down who guesses the code of somebody who forgot the card: by account and address, and by account from anywhere.
 * A code has 60 random bits and ends with the day, so that what is let through here comes to nothing.
 */
export class CodeGuesses {
  readonly #here: GuessGuard;
  readonly #anywhere: GuessGuard;

  constructor(clock: Clock) {
    this.#here = new GuessGuard(clock, here);
    this.#anywhere = new GuessGuard(clock, anywhere);
  }

  areStopped(uid: string, address: string): boolean {
    const account = foldText(uid);
    const admissions = [this.#here.admit(`${account}\n${address}`), this.#anywhere.admit(account)];
    return admissions.includes('stopped');
  }

  note(uid: string, address: string): void {
    const account = foldText(uid);
    this.#here.miss(`${account}\n${address}`);
    this.#anywhere.miss(account);
  }
}
