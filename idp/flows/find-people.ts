import { setImmediate as nextTurnOfTheEventLoop } from 'node:timers/promises';
import { personProblem } from '../domain/person-problem.ts';
import type {
  Audience,
  FoundGroup,
  FoundPeople,
  GroupSearch,
  PeopleAtHand,
  PeopleSearch,
} from '../ports/people-search.ts';
import type { FlowContext } from './context.ts';

type Context = Pick<FlowContext, 'record'>;

/** Members that are read at once. */
const membersPerPage = 1_000;

/**
 * The same for a search by one name, where people are at hand.
 * @returns `undefined` where the record must be asked
 */
export function findPeopleAtHand(
  people: PeopleAtHand | undefined,
  audience: Audience,
  { anyOf, afterUid }: Omit<PeopleSearch, 'audience'>,
): FoundPeople | undefined {
  const [lookUp, another] = anyOf ?? [];
  if (
    people === undefined ||
    lookUp?.attribute !== 'uid' ||
    another !== undefined ||
    afterUid !== undefined
  ) {
    return undefined;
  }
  const found = people.byUid(lookUp.value);
  return { people: found.filter((person) => personProblem(person, audience) === undefined), next: undefined };
}

/** Active people whom a directory client is for, by `uid`; as the record gives them, page by page. */
export async function findPeople(
  { record }: Context,
  audience: Audience,
  search: Omit<PeopleSearch, 'audience'>,
): Promise<FoundPeople> {
  const { people, next } = await record.directory.searchPeople({ ...search, audience });
  // The rule itself has the last word; what the record did is to narrow.
  return { people: people.filter((person) => personProblem(person, audience) === undefined), next };
}

export interface GroupsLookUp extends GroupSearch {
  /** Whose membership is asked for: everybody's, or that of these people alone, which is far quicker to tell. */
  readonly members: 'all' | readonly string[];
}

export interface GroupWithMembers extends FoundGroup {
  readonly memberUids: readonly string[];
}

/**
 * Groups by number with those of their members whom the client is for; a group without any does not show.
 * @returns `next`: the number to go on behind, where there may be more.
 */
export async function findGroups(
  { record }: Context,
  audience: Audience,
  { members, ...search }: GroupsLookUp,
): Promise<{ readonly groups: readonly GroupWithMembers[]; readonly next: number | undefined }> {
  const found = await record.directory.searchGroups(search);
  const groups: GroupWithMembers[] = [];
  for (const group of found) {
    const memberUids = await membersOf(record, audience, group, members);
    if (memberUids !== undefined) groups.push({ ...group, memberUids });
  }
  return { groups, next: found.length < search.limit ? undefined : found.at(-1)?.number };
}

/** @returns `undefined` when the client is for nobody in it */
async function membersOf(
  record: Context['record'],
  audience: Audience,
  { number: group }: FoundGroup,
  asked: 'all' | readonly string[],
): Promise<readonly string[] | undefined> {
  if (asked !== 'all') {
    const some = asked.length === 0 ? [] : await read(record, audience, group, asked, membersPerPage);
    if (some.length > 0) return some;
    // None of those: but it shows, if there is anybody else.
    return (await read(record, audience, group, undefined, 1)).length > 0 ? [] : undefined;
  }
  const all = await read(record, audience, group, undefined, Number.POSITIVE_INFINITY);
  return all.length > 0 ? all : undefined;
}

/** Reads members in portions, between which others get their turn, until there are so many. */
async function read(
  record: Context['record'],
  audience: Audience,
  group: number,
  among: readonly string[] | undefined,
  enough: number,
): Promise<readonly string[]> {
  const uids: string[] = [];
  let afterUid: string | undefined;
  for (;;) {
    const limit = Math.min(membersPerPage, enough - uids.length);
    const page = await record.directory.membersOf({ group, audience, among, afterUid, limit });
    for (const uid of page.uids) uids.push(uid);
    afterUid = page.next;
    if (afterUid === undefined || uids.length >= enough) return uids;
    await nextTurnOfTheEventLoop();
  }
}
