import { whenKnown } from '../../../idp/domain/maybe-promise.ts';
import type { CompareRequest, SearchRequest } from '../codec/request.ts';
import { type LdapResult, result, resultCode } from '../codec/result-code.ts';
import type { MaybePromise } from '../directory-service.ts';
import type { Entry } from '../entry.ts';
import type { Facade } from '../facade.ts';
import { noted } from '../note-decision.ts';
import { rootDseFor } from '../root-dse.ts';
import { attributeDescription } from '../schema/attribute-types.ts';
import { candidates, DeviceDenied, type Viewer } from '../search/candidates.ts';
import { isCardAttribute } from '../search/card-assertion.ts';
import { bindFirst, seenBy } from '../search/decide-search.ts';
import { equalsAny, valuesOf } from '../search/evaluate.ts';
import { firstCursor } from '../search/page-store.ts';
import type { Exchange } from '../session.ts';
import { whileAdmitted } from '../while-admitted.ts';

/**
 * Compares one value of one entry, seen with the same eyes as a search.
 * @see RFC 4511 §4.10
 */
export function compare(
  facade: Facade,
  exchange: Exchange,
  request: CompareRequest,
): MaybePromise<LdapResult> {
  const place = facade.tree.locate(request.entry);
  if (place.kind === 'root') return compareEntry(rootDseFor(facade.rootDse, exchange.session), request);
  if (place.kind === 'schema') return compareEntry(facade.subschema, request);
  const { identity } = exchange.session;
  if (identity.kind === 'anonymous') {
    return noted(facade, exchange, 'compare', 'anonymous', bindFirst);
  }
  if (isCardAttribute(identity.device.profile, request.attribute)) {
    const refusal = 'Card numbers are not compared: search for the card.';
    const answer = result(resultCode.unwillingToPerform, refusal);
    return noted(facade, exchange, 'compare', 'card-not-by-equality', answer);
  }
  if (place.kind === 'absent') {
    const answer = result(resultCode.noSuchObject, '', place.matchedDN);
    return noted(facade, exchange, 'compare', 'entry-not-there', answer);
  }
  const { viewer, rule } = seenBy(identity);
  const answer = whileAdmitted(facade, identity, () => compareNamed(facade, request, viewer));
  return whenKnown(answer, (known) => noted(facade, exchange, 'compare', rule, known));
}

async function compareNamed(facade: Facade, request: CompareRequest, viewer: Viewer): Promise<LdapResult> {
  const place = facade.tree.locate(request.entry);
  const read: SearchRequest = {
    op: 'search',
    base: request.entry,
    scope: 'base',
    sizeLimit: 0,
    timeLimitSeconds: 0,
    typesOnly: false,
    filter: { kind: 'present', attribute: 'objectclass' },
    attributes: [],
  };
  for await (const batch of candidates(facade, read, place, viewer, firstCursor)) {
    if (batch instanceof DeviceDenied) return result(resultCode.insufficientAccessRights, batch.message);
    const [found] = batch;
    if (found !== undefined) return compareEntry(found.entry, request);
  }
  return result(resultCode.noSuchObject);
}

function compareEntry(entry: Entry, { attribute, value }: CompareRequest): LdapResult {
  const description = attributeDescription(attribute);
  if (description === undefined) return result(resultCode.undefinedAttributeType);
  const { type, tagged } = description;
  if (type.equality === undefined) return result(resultCode.inappropriateMatching);
  const values = tagged ? [] : valuesOf(entry, type);
  const verdict = equalsAny(type.equality, values, value);
  if (verdict === undefined) return result(resultCode.invalidAttributeSyntax);
  if (values.length === 0) return result(resultCode.noSuchAttribute);
  return result(verdict ? resultCode.compareTrue : resultCode.compareFalse);
}
