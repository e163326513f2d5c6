import { randomBytes } from 'node:crypto';
import type { Challenge } from '../../idp/wire/challenge.ts';
import type { Failure, Note } from '../texts.ts';

/** Where a presentation stands; the page shows exactly this. */
export type Stage =
  /** A card lay there before the request: a tap must be made after it. */
  | { readonly stage: 'remove-card' }
  | { readonly stage: 'hold-card'; readonly note?: Note }
  | { readonly stage: 'enter-pin'; readonly triesLeft: number; readonly digits: number; readonly note?: Note }
  | { readonly stage: 'working' }
  /** `location` is handed to the browser once. */
  | { readonly stage: 'done'; readonly location: string }
  | { readonly stage: 'delivered' }
  | {
      readonly stage: 'failed';
      readonly failure: Failure;
      readonly triesLeft?: number;
      /** The provider's own words, in the person's language. */
      readonly message?: string;
    };

/** What a person typed into the form. It is dropped as soon as the card has it. */
export interface PinEntry {
  readonly pin: string;
  readonly acceptLastTry: boolean;
}

/** How long a page may be silent before its presentation counts as left; a PIN takes a while to type. */
const abandonedAfterMs = { watching: 6_000, typing: 60_000 };

/** One request to present a card, on one page of one browser. */
export class Presentation {
  readonly id = randomBytes(16).toString('base64url');
  /** Only the page that we sent knows it: no other page can post a PIN. */
  readonly secret = randomBytes(16).toString('base64url');
  readonly challenge: Challenge;
  #stage: Stage = { stage: 'hold-card' };
  #revision = 0;
  #changed = Promise.withResolvers<void>();
  #pin = Promise.withResolvers<PinEntry>();
  #watchers = 0;
  #lastSeenAt: number;
  readonly #abort = new AbortController();

  constructor(challenge: Challenge, now: number) {
    this.challenge = challenge;
    this.#lastSeenAt = now;
  }

  get stage(): Stage {
    return this.#stage;
  }

  /** Counts the changes of stage, so that a page knows whether it is out of date. */
  get revision(): number {
    return this.#revision;
  }

  get ended(): boolean {
    return (
      this.#stage.stage === 'done' || this.#stage.stage === 'delivered' || this.#stage.stage === 'failed'
    );
  }

  /** Aborted when the presentation ended, by whatever. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Goes on to another stage; what has ended stays so. */
  enter(stage: Stage): void {
    if (this.ended && stage.stage !== 'delivered') return;
    if (stage.stage === 'enter-pin') this.#pin = Promise.withResolvers();
    this.#stage = stage;
    this.#revision += 1;
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
    if (this.ended) this.#abort.abort(new PresentationEnded());
  }

  /** Takes the PIN from the form, once. @returns false when none is asked for at this moment. */
  submitPin(entry: PinEntry): boolean {
    if (this.#stage.stage !== 'enter-pin') return false;
    this.#pin.resolve(entry);
    this.enter({ stage: 'working' });
    return true;
  }

  /** The PIN that the page was asked for on entering `enter-pin`. */
  pin(): Promise<PinEntry> {
    return this.#pin.promise;
  }

  /** Waits until the page that shows `seen` is out of date, `waitMs` have passed, or the page is gone. */
  async changeSince(seen: number, waitMs: number, now: () => number, gone: AbortSignal): Promise<void> {
    this.#watchers += 1;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, waitMs);
    gone.addEventListener('abort', () => resolve(), { once: true });
    try {
      if (seen === this.#revision && !gone.aborted) await Promise.race([this.#changed.promise, promise]);
    } finally {
      clearTimeout(timer);
      this.#watchers -= 1;
      this.seen(now());
    }
  }

  /** The page was there. */
  seen(now: number): void {
    this.#lastSeenAt = now;
  }

  /** Whether the page was closed or left. */
  abandoned(now: number): boolean {
    const patience = this.#stage.stage === 'enter-pin' ? abandonedAfterMs.typing : abandonedAfterMs.watching;
    return this.#watchers === 0 && now - this.#lastSeenAt > patience;
  }
}

/** Why everything that a presentation waits for stops. */
export class PresentationEnded extends Error {}
