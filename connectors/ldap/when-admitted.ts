import type { GuessGuard } from '../../idp/flows/guess-guard.ts';
import { type LdapResult, result, resultCode } from './codec/result-code.ts';
import type { MaybePromise } from './directory-service.ts';

const stopped = result(
  resultCode.busy,
  'Too many unknown card numbers or wrong secrets: wait some minutes, and look into the audit trail.',
);

/** Runs an operation when the guard lets it: at once, later, or not (51). */
export function whenAdmitted(
  guard: GuessGuard,
  key: string,
  operation: () => MaybePromise<LdapResult>,
): MaybePromise<LdapResult> {
  const admission = guard.admit(key);
  if (admission === 'now') return operation();
  if (admission === 'stopped') return stopped;
  const { promise, resolve } = Promise.withResolvers<void>();
  setTimeout(resolve, admission.afterMs).unref();
  // Many may wait at once: once the misses among them are too many, the rest are no guesses any more.
  return promise.then(() => (guard.admit(key) === 'stopped' ? stopped : operation()));
}
