import type { Instant } from '../../idp/domain/instant.ts';
import { msPerSecond } from '../../idp/domain/instant.ts';
import type { Clock } from '../../idp/ports/clock.ts';

/** A clock that stands still until a test moves it. */
export class HandSetClock implements Clock {
  #now: Instant;

  constructor(now: Instant | string) {
    this.#now = typeof now === 'string' ? Date.parse(now) : now;
  }

  now(): Instant {
    return this.#now;
  }

  set(now: Instant): void {
    this.#now = now;
  }

  advanceMs(ms: number): void {
    this.#now += ms;
  }

  advance(seconds: number): void {
    this.advanceMs(seconds * msPerSecond);
  }
}
