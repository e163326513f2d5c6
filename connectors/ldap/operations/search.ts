import type { SearchRequest } from '../codec/request.ts';
import { type LdapResult, result, resultCode, success } from '../codec/result-code.ts';
import type { MaybePromise } from '../directory-service.ts';
import type { Entry } from '../entry.ts';
import type { Facade } from '../facade.ts';
import { rootDseFor } from '../root-dse.ts';
import { subschemaEntry } from '../schema/subschema.ts';
import type { Viewer } from '../search/candidates.ts';
import { readCardAssertion } from '../search/card-assertion.ts';
import { cardSearch } from '../search/card-search.ts';
import { evaluate } from '../search/evaluate.ts';
import { peopleSearch } from '../search/people-search.ts';
import { readSelection } from '../search/selection.ts';
import type { Exchange, Identity } from '../session.ts';

const noSuchObject = result(resultCode.noSuchObject);

/** @see RFC 4511 §4.5 */
export function search(facade: Facade, exchange: Exchange, request: SearchRequest): MaybePromise<LdapResult> {
  const place = facade.tree.locate(request.base);
  if (place.kind === 'root') {
    return request.scope === 'base'
      ? searchOne(exchange, request, rootDseFor(facade.rootDse, exchange.session))
      : noSuchObject;
  }
  if (place.kind === 'schema') return searchOne(exchange, request, subschemaEntry);
  const { identity } = exchange.session;
  if (identity.kind === 'anonymous') {
    return result(resultCode.insufficientAccessRights, 'Bind as a device account first.');
  }
  if (place.kind === 'absent') return result(resultCode.noSuchObject, '', place.matchedDN);
  // Devices and cards exist to be bound to, not to be read.
  if (place.kind === 'device' || place.kind === 'card') return noSuchObject;
  const { profile } = identity.device;
  const assertion = readCardAssertion(request.filter, profile);
  if (assertion.kind === 'refused') {
    return result(resultCode.unwillingToPerform, 'A card is searched by one exact number and nothing else.');
  }
  if (assertion.kind !== 'none') {
    // Whom a card let in is that person, not the device: no further cards.
    if (identity.kind !== 'device' || !profile.ways.includes('card-search')) return success;
    return cardSearch(facade, exchange, request, place, identity.device, assertion);
  }
  return peopleSearch(facade, exchange, request, place, viewerOf(identity));
}

/** What an identity may see of people. */
export function viewerOf(identity: Exclude<Identity, { readonly kind: 'anonymous' }>): Viewer {
  const { device } = identity;
  if (identity.kind === 'person') return { device, people: { own: identity.uid } };
  return { device, people: device.profile.ways.includes('people') ? 'all' : 'none' };
}

function searchOne(exchange: Exchange, request: SearchRequest, entry: Entry): LdapResult {
  if (request.scope !== 'one' && request.scope !== 'children' && evaluate(request.filter, entry) === true) {
    exchange.sendEntry(entry, readSelection(request.attributes), request.typesOnly);
  }
  return success;
}
