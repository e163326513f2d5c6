import type { SearchRequest } from '../codec/request.ts';
import type { BoundDevice, PersonLookUp } from '../directory-service.ts';
import { type Entry, groupEntry, personEntry } from '../entry.ts';
import type { Facade } from '../facade.ts';
import type { Place } from '../tree.ts';
import { narrow } from './narrowing.ts';
import type { Cursor } from './page-store.ts';
import { containersInScope, namedLeaf, reaches, reachesLeaf } from './scope.ts';

/** Whose eyes a search looks through. */
export interface Viewer {
  readonly device: BoundDevice;
  /** `own`: nobody but the person who bound; `none`: containers only. */
  readonly people: 'all' | 'none' | { readonly own: string };
}

/** The device account was disabled since it bound. A value, not a fault. */
export class DeviceDenied {
  readonly message = 'This device account is no longer admitted: bind again, or ask the administrator.';
}

export interface Candidate {
  readonly entry: Entry;
  /** Where a later page goes on after this entry. */
  readonly cursor: Cursor;
}

type Batch = readonly Candidate[] | DeviceDenied;

const peoplePerQuestion = 256;

/** Every entry that a search can reach and its viewer may see, in a fixed order, in batches. */
export async function* candidates(
  facade: Facade,
  request: SearchRequest,
  place: Place,
  viewer: Viewer,
  start: Cursor,
): AsyncGenerator<Batch> {
  if (start.part === 'containers') yield containers(facade, request, place, start.after);
  if (viewer.people === 'none') return;
  if (start.part !== 'groups' && reaches(place, request.scope, 'people')) {
    yield* people(facade, request, place, viewer, start.part === 'people' ? start.after : undefined);
  }
  if (viewer.people === 'all' && reaches(place, request.scope, 'groups')) {
    yield groups(facade, place, viewer.device, start.part === 'groups' ? start.after : undefined);
  }
}

function containers(
  facade: Facade,
  request: SearchRequest,
  place: Place,
  after: string | undefined,
): readonly Candidate[] {
  return containersInScope(place, request.scope)
    .filter((index) => after === undefined || index > Number(after))
    .flatMap((index) => {
      const entry = facade.containers[index];
      return entry === undefined ? [] : [{ entry, cursor: { part: 'containers', after: String(index) } }];
    });
}

async function* people(
  facade: Facade,
  request: SearchRequest,
  place: Place,
  viewer: Viewer,
  after: string | undefined,
): AsyncGenerator<Batch> {
  const { device } = viewer;
  const anyOf = lookUps(request, place, viewer);
  let afterUid = after;
  for (;;) {
    const query = { device, anyOf, afterUid, limit: peoplePerQuestion };
    const found = await facade.flows.findPeople(query);
    if (found.outcome === 'device-denied') {
      yield new DeviceDenied();
      return;
    }
    yield found.people
      .filter(({ uid }) => reachesLeaf(place, uid) && maySee(viewer, uid))
      .map((person) => ({
        entry: personEntry(facade.tree, person, device.profile),
        cursor: { part: 'people', after: person.uid },
      }));
    afterUid = found.people.at(-1)?.uid;
    if (!found.more || afterUid === undefined) return;
  }
}

function lookUps(
  request: SearchRequest,
  place: Place,
  { people: seen, device }: Viewer,
): readonly PersonLookUp[] | undefined {
  const only = typeof seen === 'object' ? seen.own : namedLeaf(place);
  return only === undefined ? narrow(request.filter, device.profile) : [{ attribute: 'uid', value: only }];
}

/** Narrowing is the record's; who may be seen is decided here. */
function maySee({ people: seen }: Viewer, uid: string): boolean {
  return seen === 'all' || (typeof seen === 'object' && seen.own === uid);
}

async function groups(
  facade: Facade,
  place: Place,
  device: BoundDevice,
  after: string | undefined,
): Promise<Batch> {
  const only = namedLeaf(place);
  const found = await facade.flows.findGroups({
    device,
    names: only === undefined ? undefined : [only],
  });
  if (found.outcome === 'device-denied') return new DeviceDenied();
  return found.groups
    .filter(({ name }) => reachesLeaf(place, name) && (after === undefined || name > after))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, memberUids }) => ({
      entry: groupEntry(facade.tree, name, memberUids),
      cursor: { part: 'groups', after: name },
    }));
}
