import { Fault } from '../domain/fault.ts';
import type { Middleware } from './request-context.ts';

/** What a dependency that hangs costs a person at most, in milliseconds. */
export const requestDeadlineMs = 10_000;

/** Answers 503 when the work behind a request hangs: nobody waits for ever in front of a reader. */
export function deadline(ms: number = requestDeadlineMs): Middleware {
  return async (_ctx, next) => {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => reject(new Fault('ERR_RECORD_UNAVAILABLE', `no answer within ${ms} ms`)),
      ms,
    );
    try {
      await Promise.race([next(), late]);
    } finally {
      clearTimeout(timer);
    }
  };
}
