import { Fault, InvalidInput } from '../../idp/domain/fault.ts';
import { isAppropriate } from './codec/controls.ts';
import type { LdapRequest } from './codec/request.ts';
import { type LdapResult, result, resultCode } from './codec/result-code.ts';
import type { MaybePromise } from './directory-service.ts';
import type { Facade } from './facade.ts';
import { add } from './operations/add.ts';
import { bind } from './operations/bind.ts';
import { compare } from './operations/compare.ts';
import { deleteEntry } from './operations/delete.ts';
import { extended } from './operations/extended.ts';
import { modify } from './operations/modify.ts';
import { modifyDN } from './operations/modify-dn.ts';
import { search } from './operations/search.ts';
import type { Exchange } from './session.ts';

/** A request that has an answer. */
export type AnsweredRequest = Exclude<LdapRequest, { readonly op: 'unbind' | 'abandon' }>;

/**
 * Runs one operation to its result. What is thrown on the way becomes a result here and nowhere else:
 * a fault is 52, so that no client takes an outage for a wrong password.
 * @param unanswered other operations under way on the same connection
 */
export function perform(
  facade: Facade,
  exchange: Exchange,
  request: AnsweredRequest,
  unanswered: number,
): MaybePromise<LdapResult> {
  const unknown = exchange.controls.find(
    ({ critical, type }) => critical && !isAppropriate(type, request.op),
  );
  if (unknown !== undefined) {
    return result(
      resultCode.unavailableCriticalExtension,
      'A critical control is not known, or not for this operation.',
    );
  }
  try {
    const outcome = run(facade, exchange, request, unanswered);
    if (!(outcome instanceof Promise)) return outcome;
    return outcome.catch((error: unknown) => failure(facade, request, error));
  } catch (error) {
    return failure(facade, request, error);
  }
}

function run(
  facade: Facade,
  exchange: Exchange,
  request: AnsweredRequest,
  unanswered: number,
): MaybePromise<LdapResult> {
  switch (request.op) {
    case 'search':
      return search(facade, exchange, request);
    case 'bind':
      return bind(facade, exchange, request);
    case 'compare':
      return compare(facade, exchange, request);
    case 'extended':
      return extended(facade, exchange, request, unanswered);
    case 'modify':
      return modify(facade, exchange, request);
    case 'add':
      return add();
    case 'delete':
      return deleteEntry();
    case 'modifyDN':
      return modifyDN();
  }
}

function failure(facade: Facade, request: AnsweredRequest, error: unknown): LdapResult {
  if (error instanceof Fault) {
    facade.log('ldap-fault', { op: request.op, code: error.code });
    return result(resultCode.unavailable, 'Something this answer depends on is down: try again later.');
  }
  if (error instanceof InvalidInput && error.code === 'ERR_LDAP_DN') {
    return result(resultCode.invalidDNSyntax, 'Not a distinguished name.');
  }
  if (error instanceof InvalidInput && error.code === 'ERR_LDAP_MALFORMED') {
    return result(resultCode.protocolError, 'A control is malformed.');
  }
  // Messages and stacks may quote what the client sent; the kind of error is enough to find the place.
  facade.log('ldap-unexpected-error', {
    op: request.op,
    error: error instanceof Error ? error.name : typeof error,
    at: error instanceof Error ? (error.stack?.split('\n')[1]?.trim() ?? '') : '',
  });
  return result(resultCode.other, 'The server failed: the operator finds the time of this in the log.');
}
