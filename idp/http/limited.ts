import { answerFailure } from './fault-to-status.ts';
import { clientAddressOf, type RequestContext } from './request-context.ts';
import type { Site } from './site.ts';

/** Whether this address guessed too much; then it was answered 429. @see RFC 6585 §4 */
export function answeredTooManyAttempts(
  ctx: RequestContext,
  site: Pick<Site, 'failures' | 'demoBanner'>,
): boolean {
  const retryAfterSeconds = site.failures.secondsToWait(clientAddressOf(ctx));
  if (retryAfterSeconds === 0) return false;
  answerFailure(ctx, site, {
    status: 429,
    trouble: 'too-many-attempts',
    error: 'too_many_attempts',
    retryAfterSeconds,
  });
  return true;
}

/** Notes that this address sent a wrong code. */
export function noteWrongCode(ctx: RequestContext, { failures }: Pick<Site, 'failures'>): void {
  failures.note(clientAddressOf(ctx));
}
