import type { LdapLimits } from './limits.ts';

const msPerSecond = 1_000;

/** How a connection stands at this moment. */
export interface Standing {
  readonly everBound: boolean;
  readonly operationsUnderWay: number;
  /** A message has begun and is not whole. */
  readonly midMessage: boolean;
  /** Since when the other side does not take what it asked for. */
  readonly congestedAt: number | undefined;
}

/** Remembers when a connection last did something, and when that is too long ago. */
export class Patience {
  readonly #limits: LdapLimits;
  readonly #openedAt: number;
  #messageStartedAt: number;
  #lastMessageAt: number;

  constructor(limits: LdapLimits, now: number) {
    this.#limits = limits;
    this.#openedAt = now;
    this.#messageStartedAt = now;
    this.#lastMessageAt = now;
  }

  messageBegins(now: number): void {
    this.#messageStartedAt = now;
  }

  messageHandled(now: number): void {
    this.#lastMessageAt = now;
    this.#messageStartedAt = now;
  }

  /** Whether this connection is slow, silent or was never bound. */
  isOver(now: number, { everBound, operationsUnderWay, midMessage, congestedAt }: Standing): boolean {
    const { bindTimeoutSeconds, idleTimeoutSeconds, stallTimeoutSeconds } = this.#limits;
    const older = (moment: number, seconds: number) => now - moment > seconds * msPerSecond;
    const stalledSince = congestedAt ?? (midMessage ? this.#messageStartedAt : now);
    const isIdle = everBound
      ? operationsUnderWay === 0 && older(this.#lastMessageAt, idleTimeoutSeconds)
      : // A bind may wait for a tap: that is not the client's doing.
        operationsUnderWay === 0 && older(this.#openedAt, bindTimeoutSeconds);
    return isIdle || older(stalledSince, stallTimeoutSeconds);
  }
}
