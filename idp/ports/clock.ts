import type { Instant } from '../domain/instant.ts';

/** The only source of "now": the system's clock in the product, a hand-set one in tests. */
export interface Clock {
  now(): Instant;
}
