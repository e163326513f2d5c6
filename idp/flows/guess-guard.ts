import type { Clock } from '../ports/clock.ts';

/** How many misses are normal, and what follows when there are more. */
export interface GuessSettings {
  readonly freeMisses: number;
  readonly forgivenPerMinute: number;
  /** Added to every answer for each miss beyond the free ones, hit or miss alike. */
  readonly delayMsPerMiss: number;
  readonly maxDelayMs: number;
  /** From here on nothing is answered until all but the free misses are forgiven. */
  readonly stopAtMisses: number;
}

/**
 * Serial numbers are a rising counter of about 28 bits: without this a device could try them all. An office of 400
 * people whose cards are all unknown, within ten minutes of one morning, is slowed and not stopped.
 */
export const cardGuessSettings: GuessSettings = {
  freeMisses: 20,
  forgivenPerMinute: 20,
  delayMsPerMiss: 100,
  maxDelayMs: 2_000,
  stopAtMisses: 240,
};

/** Secrets are random and long: wrong ones are slowed for the sake of the log, and nobody is locked out. */
export const bindGuessSettings: GuessSettings = {
  ...cardGuessSettings,
  stopAtMisses: Number.POSITIVE_INFINITY,
};

/** `now`, after so many milliseconds, or not at all. */
export type Admission = 'now' | 'stopped' | { readonly afterMs: number };

interface Score {
  misses: number;
  at: number;
  stopped: boolean;
}

const maxKeys = 10_000;

/** Counts misses per device account or address, and slows down whoever misses too often. */
export class GuessGuard {
  readonly #clock: Clock;
  readonly #settings: GuessSettings;
  readonly #scores = new Map<string, Score>();

  constructor(clock: Clock, settings: GuessSettings) {
    this.#clock = clock;
    this.#settings = settings;
  }

  /** @param besides misses that others at the same place made: they only add to what this key missed itself */
  admit(key: string, besides = 0): Admission {
    const score = this.#scores.get(key);
    if (score === undefined) return 'now';
    this.#forgive(score);
    const { freeMisses, delayMsPerMiss, maxDelayMs, stopAtMisses } = this.#settings;
    const misses = score.misses > freeMisses ? Math.max(score.misses, besides) : score.misses;
    // Once stopped it stays so until what was too much is forgiven: not a guess every three seconds.
    score.stopped = misses >= stopAtMisses || (score.stopped && misses > freeMisses);
    if (score.stopped) return 'stopped';
    if (misses <= freeMisses) return 'now';
    return { afterMs: Math.min(maxDelayMs, Math.ceil((misses - freeMisses) * delayMsPerMiss)) };
  }

  /** @returns how many misses stand against this key now */
  miss(key: string): number {
    const score = this.#scores.get(key) ?? { misses: 0, at: this.#clock.now(), stopped: false };
    this.#forgive(score);
    score.misses += 1;
    this.#scores.set(key, score);
    if (this.#scores.size > maxKeys) this.#forgetOldest();
    return score.misses;
  }

  /** Whether anything ever stood against this key. */
  knows(key: string): boolean {
    return this.#scores.has(key);
  }

  /** How many misses stand against this key now. */
  missesOf(key: string): number {
    const score = this.#scores.get(key);
    if (score === undefined) return 0;
    this.#forgive(score);
    return score.misses;
  }

  /** Against whom something stands now. */
  keysWithMisses(): string[] {
    return [...this.#scores.keys()].filter((key) => this.missesOf(key) > 0);
  }

  /** Forgives everything that stands against this key. */
  clear(key: string): void {
    this.#scores.delete(key);
  }

  #forgive(score: Score): void {
    const now = this.#clock.now();
    const forgiven = ((now - score.at) / 60_000) * this.#settings.forgivenPerMinute;
    score.misses = Math.max(0, score.misses - Math.max(0, forgiven));
    score.at = now;
  }

  /** An attacker with many addresses must not fill the memory; the first one seen goes. */
  #forgetOldest(): void {
    const [oldest] = this.#scores.keys();
    if (oldest !== undefined) this.#scores.delete(oldest);
  }
}
