import { whenKnown } from '../../idp/domain/maybe-promise.ts';
import type { Admission, GuessGuard } from '../../idp/flows/guess-guard.ts';
import { type LdapResult, result, resultCode } from './codec/result-code.ts';
import type { BoundDevice, MaybePromise } from './directory-service.ts';
import type { Facade } from './facade.ts';
import type { Exchange } from './session.ts';

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
  return run(() => guard.admit(key), operation);
}

/** The same for an operation with a card number, by the device's account and address. */
export function whenCardAdmitted(
  { cardGuesses }: Facade,
  { session: { remoteAddress } }: Exchange,
  { clientId }: BoundDevice,
  operation: () => MaybePromise<LdapResult>,
): MaybePromise<LdapResult> {
  return run(() => cardGuesses.admit(clientId, remoteAddress), operation);
}

function run(
  admit: () => MaybePromise<Admission>,
  operation: () => MaybePromise<LdapResult>,
): MaybePromise<LdapResult> {
  return whenKnown(admit(), (admission) => {
    if (admission === 'now') return operation();
    if (admission === 'stopped') return stopped;
    const { promise, resolve } = Promise.withResolvers<void>();
    setTimeout(resolve, admission.afterMs).unref();
    // Many may wait at once: once the misses among them are too many, the rest are no guesses any more.
    return promise.then(admit).then((again) => (again === 'stopped' ? stopped : operation()));
  });
}
