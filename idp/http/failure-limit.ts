import { isIPv6 } from 'node:net';
import type { Instant } from '../domain/instant.ts';
import { msPerSecond } from '../domain/instant.ts';
import type { Clock } from '../ports/clock.ts';

/** How many wrong codes one address may send within the window before it has to wait. */
export interface FailureLimitOptions {
  readonly failures: number;
  readonly windowSeconds: number;
}

/** A city hall shares one address, so only failures count: rightly entered codes never run into it. */
const defaults: FailureLimitOptions = { failures: 20, windowSeconds: 300 };
/** Memory is bounded: beyond this the oldest window is forgotten. */
const maxAddresses = 10_000;

/** Slows down whoever guesses codes: enrolment, invitation and setup. */
export class FailureLimit {
  readonly #clock: Clock;
  readonly #options: FailureLimitOptions;
  readonly #windows = new Map<string, { readonly endsAt: Instant; count: number }>();

  constructor(clock: Clock, options: FailureLimitOptions = defaults) {
    this.#clock = clock;
    this.#options = options;
  }

  /** How long this address has to wait, in whole seconds; 0: it may try. */
  secondsToWait(address: string): number {
    const window = this.#windows.get(networkOf(address));
    const now = this.#clock.now();
    if (window === undefined || now >= window.endsAt || window.count < this.#options.failures) return 0;
    return Math.ceil((window.endsAt - now) / msPerSecond);
  }

  /** Notes a wrong code. */
  note(address: string): void {
    const network = networkOf(address);
    const now = this.#clock.now();
    const window = this.#windows.get(network);
    if (window !== undefined && now < window.endsAt) {
      window.count += 1;
      return;
    }
    this.#windows.delete(network);
    this.#windows.set(network, { endsAt: now + this.#options.windowSeconds * msPerSecond, count: 1 });
    const oldest = this.#windows.size > maxAddresses ? this.#windows.keys().next().value : undefined;
    if (oldest !== undefined) this.#windows.delete(oldest);
  }
}

/** Whoever has one IPv6 address has the 2^64 beside it. @see RFC 4291 §2.2 (`::`) and §2.5.4 */
function networkOf(address: string): string {
  if (!isIPv6(address) || address.includes('.')) return address;
  const [left = [], right = []] = address
    .split('::')
    .map((half) => half.split(':').filter((group) => group !== ''));
  const zeros = address.includes('::')
    ? Array.from({ length: 8 - left.length - right.length }, () => '0')
    : [];
  const groups = [...left, ...zeros, ...right].slice(0, 4);
  return groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':');
}
