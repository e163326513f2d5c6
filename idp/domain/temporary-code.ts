import type { TemporaryCodeId } from './factor.ts';
import { startOfDay } from './hours-of-use.ts';
import type { Instant } from './instant.ts';
import type { PersonId } from './person.ts';
import type { Actor } from './registration.ts';

/**
 * A code for somebody who forgot the card: it signs in once, and what rests on it ends with the day. `used` is the state
 * in which sign-ins rest on it.
 */
export interface TemporaryCode {
  readonly codeId: TemporaryCodeId;
  readonly personId: PersonId;
  readonly state: 'open' | 'used' | 'revoked';
  readonly issuedBy: Actor;
  readonly issuedAt: Instant;
  /** The first moment at which it is worth nothing: midnight in Japan. */
  readonly expiresAt: Instant;
  readonly usedAt?: Instant;
}

const dayMs = 24 * 3_600_000;

/** Next midnight in Japan: a forgotten card is there again tomorrow. */
export function endOfDay(now: Instant): Instant {
  return startOfDay(now) + dayMs;
}
