import { Fault } from '../domain/fault.ts';
import { foldText } from '../domain/fold-text.ts';
import type { Clock } from '../ports/clock.ts';
import type { DirectoryPasswords, DirectoryUser } from '../ports/directory-passwords.ts';
import { GuessGuard, type GuessSettings } from './guess-guard.ts';

/**
 * Directories lock an account after some wrong passwords, often five in half an hour. Here nothing more is asked after
 * three of one person from one address, or four from anywhere, until half an hour later.
 */
export const passwordGuessSettings: GuessSettings = {
  freeMisses: 1,
  forgivenPerMinute: 1 / 15,
  // So few need not be slowed.
  delayMsPerMiss: 0,
  maxDelayMs: 0,
  stopAtMisses: 3,
};

const mostInLine = 32;

/**
 * Asks about passwords for every way in, so that wrong ones add up over all of them. Of one person one is asked about at
 * a time: a hundred at once would all be let through before the first of them has missed.
 */
export class PasswordChecks {
  readonly #directory: DirectoryPasswords | undefined;
  readonly #missesHere: GuessGuard;
  readonly #missesAnywhere: GuessGuard;
  readonly #lines = new Map<string, { last: Promise<unknown>; length: number }>();

  /** @param directory `undefined` where none is configured */
  constructor(directory: DirectoryPasswords | undefined, clock: Clock) {
    this.#directory = directory;
    this.#missesHere = new GuessGuard(clock, passwordGuessSettings);
    this.#missesAnywhere = new GuessGuard(clock, { ...passwordGuessSettings, stopAtMisses: 4 });
  }

  /** Whether there is a directory to ask. */
  get areOffered(): boolean {
    return this.#directory !== undefined;
  }

  /**
   * @returns `stopped` where too many were wrong of late; nothing was asked.
   * @throws {Fault} `ERR_DIRECTORY_UNAVAILABLE`
   */
  check(
    user: DirectoryUser,
    password: string,
    remoteAddress: string,
  ): Promise<'right' | 'wrong' | 'stopped'> {
    return this.#check(user, password, remoteAddress, (answer) => answer);
  }

  /**
   * Somebody who is unknown here is asked about all the same, and slowed all the same: so it shows nowhere who is known.
   * Whatever the directory says is a wrong one: its administrators and services are nobody here, and nobody finds out
   * their passwords here.
   * @throws {Fault} `ERR_DIRECTORY_UNAVAILABLE`
   */
  async checkUnknown(uid: string, password: string, remoteAddress: string): Promise<'wrong' | 'stopped'> {
    return this.#check({ uid }, password, remoteAddress, () => 'wrong');
  }

  async #check<Answer extends 'right' | 'wrong'>(
    user: DirectoryUser,
    password: string,
    remoteAddress: string,
    judge: (answer: 'right' | 'wrong') => Answer,
  ): Promise<Answer | 'stopped'> {
    const directory = this.#directory;
    if (directory === undefined) {
      throw new Fault('ERR_DIRECTORY_UNAVAILABLE', 'No directory for passwords: set KAZASU_DIRECTORY_URL.');
    }
    const person = oneSpelling(user.uid);
    const here = `${person}\n${remoteAddress}`;
    return this.#inLine(person, async () => {
      const admissions = [this.#missesHere.admit(here), this.#missesAnywhere.admit(person)];
      if (admissions.includes('stopped')) return 'stopped';
      const answer = judge(await directory.verify(user, password));
      if (answer === 'right') {
        this.#missesHere.clear(here);
        this.#missesAnywhere.clear(person);
      } else {
        countMiss(this.#missesHere, here);
        countMiss(this.#missesAnywhere, person);
      }
      return answer;
    });
  }

  async #inLine<T>(person: string, work: () => Promise<T>): Promise<T | 'stopped'> {
    const line = this.#lines.get(person) ?? { last: Promise.resolve(), length: 0 };
    if (line.length >= mostInLine) return 'stopped';
    this.#lines.set(person, line);
    line.length += 1;
    const turn = line.last.then(work);
    line.last = turn.catch(() => undefined);
    try {
      return await turn;
    } finally {
      line.length -= 1;
      if (line.length === 0) this.#lines.delete(person);
    }
  }
}

/**
 * Names that some directory takes for one: Active Directory overlooks accents and tells hiragana from katakana no more than
 * capitals from small letters. Each spelling would otherwise have tries of its own.
 */
function oneSpelling(uid: string): string {
  return foldText(uid)
    .normalize('NFKD')
    .replace(/[\p{M}\s]/gu, '')
    .replace(/[ぁ-ゖ]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) + toKatakana));
}

const toKatakana = 'ア'.charCodeAt(0) - 'あ'.charCodeAt(0);

/** The stop begins with the miss that was too many, and not only when somebody tries again. */
function countMiss(guard: GuessGuard, key: string): void {
  guard.miss(key);
  guard.admit(key);
}
