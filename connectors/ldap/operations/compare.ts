import type { CompareRequest, SearchRequest } from '../codec/request.ts';
import { type LdapResult, result, resultCode } from '../codec/result-code.ts';
import type { MaybePromise } from '../directory-service.ts';
import type { Entry } from '../entry.ts';
import type { Facade } from '../facade.ts';
import { rootDseFor } from '../root-dse.ts';
import { attributeType } from '../schema/attribute-types.ts';
import { subschemaEntry } from '../schema/subschema.ts';
import { candidates, DeviceDenied } from '../search/candidates.ts';
import { isCardAttribute } from '../search/card-assertion.ts';
import { equalsAny, valuesOf } from '../search/evaluate.ts';
import { firstCursor } from '../search/page-store.ts';
import type { Exchange } from '../session.ts';
import { viewerOf } from './search.ts';

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
  if (place.kind === 'schema') return compareEntry(subschemaEntry, request);
  const { identity } = exchange.session;
  if (identity.kind === 'anonymous') {
    return result(resultCode.insufficientAccessRights, 'Bind as a device account first.');
  }
  if (isCardAttribute(identity.device.profile, request.attribute)) {
    return result(resultCode.unwillingToPerform, 'Card numbers are not compared: search for the card.');
  }
  if (place.kind === 'absent') return result(resultCode.noSuchObject, '', place.matchedDN);
  return compareNamed(facade, exchange, request);
}

async function compareNamed(
  facade: Facade,
  exchange: Exchange,
  request: CompareRequest,
): Promise<LdapResult> {
  const place = facade.tree.locate(request.entry);
  const { identity } = exchange.session;
  if (identity.kind === 'anonymous') return result(resultCode.insufficientAccessRights);
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
  for await (const batch of candidates(facade, read, place, viewerOf(identity), firstCursor)) {
    if (batch instanceof DeviceDenied) return result(resultCode.insufficientAccessRights, batch.message);
    const [found] = batch;
    if (found !== undefined) return compareEntry(found.entry, request);
  }
  return result(resultCode.noSuchObject);
}

function compareEntry(entry: Entry, { attribute, value }: CompareRequest): LdapResult {
  const type = attributeType(attribute);
  if (type === undefined) return result(resultCode.undefinedAttributeType);
  const values = valuesOf(entry, type);
  if (values.length === 0) return result(resultCode.noSuchAttribute);
  const verdict = equalsAny(type, values, value);
  return result(verdict === true ? resultCode.compareTrue : resultCode.compareFalse);
}
