import { whenKnown } from '../../../idp/domain/maybe-promise.ts';
import type { SearchRequest } from '../codec/request.ts';
import { type LdapResult, result, resultCode, success } from '../codec/result-code.ts';
import type { MaybePromise } from '../directory-service.ts';
import type { Entry } from '../entry.ts';
import type { Facade } from '../facade.ts';
import { noted } from '../note-decision.ts';
import { rootDseFor } from '../root-dse.ts';
import { cardSearch } from '../search/card-search.ts';
import { decideSearch } from '../search/decide-search.ts';
import { evaluate } from '../search/evaluate.ts';
import { peopleSearch } from '../search/people-search.ts';
import { readSelection } from '../search/selection.ts';
import type { Exchange } from '../session.ts';
import { whileAdmitted } from '../while-admitted.ts';

const noSuchObject = result(resultCode.noSuchObject);

/** @see RFC 4511 §4.5 */
export function search(facade: Facade, exchange: Exchange, request: SearchRequest): MaybePromise<LdapResult> {
  const place = facade.tree.locate(request.base);
  if (place.kind === 'root') {
    return request.scope === 'base'
      ? searchOne(exchange, request, rootDseFor(facade.rootDse, exchange.session))
      : noSuchObject;
  }
  if (place.kind === 'schema') return searchOne(exchange, request, facade.subschema);
  const decision = decideSearch(exchange.session.identity, request, place);
  switch (decision.kind) {
    case 'card':
      return cardSearch(facade, exchange, request, place, decision.device, decision.assertion);
    case 'people': {
      const answer = whileAdmitted(facade, exchange.session.identity, () =>
        peopleSearch(facade, exchange, request, place, decision.viewer),
      );
      return whenKnown(answer, (known) => noted(facade, exchange, 'search', decision.rule, known));
    }
    case 'answered':
      return noted(facade, exchange, 'search', decision.rule, decision.result);
  }
}

function searchOne(exchange: Exchange, request: SearchRequest, entry: Entry): LdapResult {
  if (request.scope !== 'one' && request.scope !== 'children' && evaluate(request.filter, entry) === true) {
    exchange.sendEntry(entry, readSelection(request.attributes), request.typesOnly);
  }
  return success;
}
