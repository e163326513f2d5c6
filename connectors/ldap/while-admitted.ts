import { whenKnown } from '../../idp/domain/maybe-promise.ts';
import { type LdapResult, result, resultCode } from './codec/result-code.ts';
import type { MaybePromise } from './directory-service.ts';
import type { Facade } from './facade.ts';
import type { Identity } from './session.ts';

const gone = result(resultCode.insufficientAccessRights, 'This person is no longer admitted here.');

/** Runs an operation unless whoever is bound as a person was stopped since: that holds on the very next one. */
export function whileAdmitted(
  facade: Facade,
  identity: Identity,
  operation: () => MaybePromise<LdapResult>,
): MaybePromise<LdapResult> {
  if (identity.kind !== 'person') return operation();
  return whenKnown(facade.flows.stillAdmits(identity), (still) => (still ? operation() : gone));
}
