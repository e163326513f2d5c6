import { setImmediate as nextTurnOfTheEventLoop } from 'node:timers/promises';
import type { SearchRequest } from '../codec/request.ts';
import type { BoundDevice, GroupLookUp, GroupsQuery, PersonLookUp } from '../directory-service.ts';
import { type Entry, personEntry } from '../entry.ts';
import type { Facade } from '../facade.ts';
import { groupEntry } from '../group-entry.ts';
import type { Place } from '../tree.ts';
import { assertedMembers, groupLookUps, personLookUps } from './look-ups.ts';
import type { Cursor } from './page-store.ts';
import { containersInScope, namedLeaf, reaches, reachesLeaf } from './scope.ts';
import { readSelection } from './selection.ts';

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
const groupsPerQuestion = 64;
/** With all their members. */
const wholeGroupsPerQuestion = 4;

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
    yield* groups(facade, request, place, viewer, start.part === 'groups' ? start.after : undefined);
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
  const anyOf = lookUps(facade, request, place, viewer);
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
    afterUid = found.next;
    if (afterUid === undefined) return;
    await nextTurnOfTheEventLoop();
  }
}

function lookUps(
  { tree }: Facade,
  { filter }: SearchRequest,
  place: Place,
  { device, people: seen }: Viewer,
): readonly PersonLookUp[] | undefined {
  const only = typeof seen === 'object' ? seen.own : namedLeaf(place);
  return only === undefined
    ? personLookUps(filter, device.profile, tree)
    : [{ attribute: 'uid', value: only }];
}

/** Narrowing is the record's; who may be seen is decided here. */
function maySee({ people: seen }: Viewer, uid: string): boolean {
  return seen === 'all' || (typeof seen === 'object' && seen.own === uid);
}

async function* groups(
  facade: Facade,
  request: SearchRequest,
  place: Place,
  { device }: Viewer,
  after: string | undefined,
): AsyncGenerator<Batch> {
  const only = namedLeaf(place);
  const anyOf: readonly GroupLookUp[] | undefined =
    only === undefined
      ? groupLookUps(request.filter, device.profile, facade.tree)
      : [{ attribute: 'name', value: only }];
  const members = wantedMembers(facade, request);
  const limit = members === 'all' ? wholeGroupsPerQuestion : groupsPerQuestion;
  let afterNumber = Number(after ?? 0);
  for (;;) {
    const found = await facade.flows.findGroups({ device, anyOf, afterNumber, limit, members });
    if (found.outcome === 'device-denied') {
      yield new DeviceDenied();
      return;
    }
    yield found.groups
      .filter(({ name }) => reachesLeaf(place, name))
      .map((group) => ({
        entry: groupEntry(facade.tree, group, device.profile),
        cursor: { part: 'groups', after: String(group.number) },
      }));
    if (found.next === undefined) return;
    afterNumber = found.next;
    await nextTurnOfTheEventLoop();
  }
}

/** A group may have everybody in it: members are read only where the answer shows them, or the filter asks about all. */
function wantedMembers({ tree }: Facade, { filter, attributes }: SearchRequest): GroupsQuery['members'] {
  const { allUser, types } = readSelection(attributes);
  const shown = allUser || types.some(({ key }) => key === 'member' || key === 'memberuid');
  return shown ? 'all' : (assertedMembers(filter, tree) ?? 'all');
}
