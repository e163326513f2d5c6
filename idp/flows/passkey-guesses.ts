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
 * Slows down who guesses somebody's code, or what somebody's passkey would sign: by account and address, and by account
 * from anywhere. A code has 50 random bits and lives for half an hour, so that what is let through comes to nothing.
 */
export class PasskeyGuesses {
  readonly #here: GuessGuard;
  readonly #anywhere: GuessGuard;

  constructor(clock: Clock) {
    this.#here = new GuessGuard(clock, here);
    this.#anywhere = new GuessGuard(clock, anywhere);
  }

  areStopped(account: string, address: string): boolean {
    const admissions = [
      this.#here.admit(`${foldText(account)}\n${address}`),
      this.#anywhere.admit(foldText(account)),
    ];
    return admissions.includes('stopped');
  }

  note(account: string, address: string): void {
    this.#here.miss(`${foldText(account)}\n${address}`);
    this.#anywhere.miss(foldText(account));
  }
}
