import {
  decodePagedResults,
  encodePagedResults,
  type PagedResults,
  pagedResultsOid,
} from '../codec/controls.ts';
import type { SearchRequest } from '../codec/request.ts';
import { type LdapResult, result, resultCode, success } from '../codec/result-code.ts';
import type { Facade } from '../facade.ts';
import type { Exchange } from '../session.ts';
import type { Place } from '../tree.ts';
import { candidates, DeviceDenied, type Viewer } from './candidates.ts';
import { evaluate } from './evaluate.ts';
import { type Cursor, firstCursor } from './page-store.ts';
import { namedLeaf } from './scope.ts';
import { readSelection } from './selection.ts';

const msPerSecond = 1_000;

/** A search over whatever this viewer may see: containers, people, groups, in this order, page by page. */
export async function peopleSearch(
  facade: Facade,
  exchange: Exchange,
  request: SearchRequest,
  place: Place,
  viewer: Viewer,
): Promise<LdapResult> {
  const control = exchange.controls.find(({ type }) => type === pagedResultsOid);
  const paged = control === undefined ? undefined : decodePagedResults(control.value);
  const search = JSON.stringify([request.base, request.scope, request.filter, request.attributes]);
  const start = startOf(exchange, paged, search);
  if (start === 'unknown-cookie') {
    return result(resultCode.unwillingToPerform, 'This page cookie is not of this search or connection.');
  }
  if (paged !== undefined) exchange.responseControls = [encodePagedResults('')];
  if (paged?.pageSize === 0) return success;
  const limit = entryLimit(request, paged, viewer);
  const stopped = await sendMatches(facade, exchange, request, place, viewer, start, limit.entries);
  if (stopped === 'all-sent') return success;
  if (stopped === 'none-sent') {
    const there = await isThere(facade, request, place, viewer);
    return there ? success : result(resultCode.noSuchObject, '', facade.tree.above(place));
  }
  if (stopped instanceof DeviceDenied) return result(resultCode.insufficientAccessRights, stopped.message);
  if (stopped === 'time-limit') return result(resultCode.timeLimitExceeded);
  if (!limit.byPage) return result(resultCode.sizeLimitExceeded, 'More entries match: page, or narrow it.');
  exchange.responseControls = [encodePagedResults(exchange.session.pages.keep(search, stopped))];
  return success;
}

function startOf(
  exchange: Exchange,
  paged: PagedResults | undefined,
  search: string,
): Cursor | 'unknown-cookie' {
  if (paged === undefined || paged.cookie === '') return firstCursor;
  return exchange.session.pages.redeem(search, paged.cookie) ?? 'unknown-cookie';
}

/** The client's limit, the profile's and the page's: whichever is least. Paging lifts the profile's. */
function entryLimit(request: SearchRequest, paged: PagedResults | undefined, viewer: Viewer) {
  const asked = request.sizeLimit === 0 ? Number.POSITIVE_INFINITY : request.sizeLimit;
  if (paged === undefined) {
    return { entries: Math.min(asked, viewer.device.profile.maxEntries), byPage: false };
  }
  const pageSize = Math.min(paged.pageSize, viewer.device.profile.maxEntries);
  return { entries: Math.min(asked, pageSize), byPage: pageSize <= asked };
}

/** Whether the base of a search is an entry that this viewer sees: containers are, people and groups come and go. */
async function isThere(
  facade: Facade,
  request: SearchRequest,
  place: Place,
  viewer: Viewer,
): Promise<boolean> {
  if (namedLeaf(place) === undefined) return true;
  const filter = { kind: 'present', attribute: 'objectclass' } as const;
  const itself = { ...request, scope: 'base', filter, attributes: ['1.1'] } as const;
  for await (const batch of candidates(facade, itself, place, viewer, firstCursor)) {
    if (batch instanceof DeviceDenied || batch.length > 0) return true;
  }
  return false;
}

/** @returns where to go on when the limit came first */
async function sendMatches(
  facade: Facade,
  exchange: Exchange,
  request: SearchRequest,
  place: Place,
  viewer: Viewer,
  start: Cursor,
  limit: number,
): Promise<Cursor | 'all-sent' | 'none-sent' | 'time-limit' | DeviceDenied> {
  const selection = readSelection(request.attributes);
  const most = facade.limits.searchTimeoutSeconds;
  const asked = request.timeLimitSeconds === 0 ? most : Math.min(request.timeLimitSeconds, most);
  const endsAt = facade.clock.now() + asked * msPerSecond;
  let sent = 0;
  let last = start;
  for await (const batch of candidates(facade, request, place, viewer, start)) {
    if (batch instanceof DeviceDenied) return batch;
    for (const { entry, cursor } of batch) {
      if (evaluate(request.filter, entry) === true) {
        if (sent === limit) return last;
        exchange.sendEntry(entry, selection, request.typesOnly);
        sent += 1;
      }
      last = cursor;
    }
    if (exchange.abandoned) return 'all-sent';
    if (facade.clock.now() >= endsAt) return 'time-limit';
    await exchange.taken();
  }
  return sent > 0 || start !== firstCursor ? 'all-sent' : 'none-sent';
}
