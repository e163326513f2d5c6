import type { Person } from '../domain/person.ts';
import type { FlowContext } from './context.ts';

export interface PeopleLookUp {
  /** People for whom at least one holds, exact without regard to ASCII case; `undefined`: everybody. */
  readonly anyOf:
    | readonly {
        readonly attribute: 'uid' | 'mail' | 'displayName' | 'employeeNumber';
        readonly value: string;
      }[]
    | undefined;
  /** Only people whose `uid` sorts after this one. */
  readonly afterUid: string | undefined;
  readonly limit: number;
}

/** Active people for a directory client, by `uid` in ascending order of code units. */
export async function findPeople(
  { record }: Pick<FlowContext, 'record'>,
  { anyOf, afterUid, limit }: PeopleLookUp,
): Promise<{ readonly people: readonly Person[]; readonly more: boolean }> {
  const found = new Map<string, Person>();
  if (anyOf === undefined) {
    for (const person of await record.people.list()) found.set(person.uid, person);
  } else {
    for (const { attribute, value } of anyOf) {
      const matching = await record.people.findBy(attribute, value, limit + 1);
      for (const person of matching) found.set(person.uid, person);
    }
  }
  const people = [...found.values()]
    .filter(({ state, uid }) => state === 'active' && (afterUid === undefined || uid > afterUid))
    .sort((one, other) => (one.uid < other.uid ? -1 : 1));
  return { people: people.slice(0, limit), more: people.length > limit };
}

/** Groups with their active members, by name; a group without an active member does not show. */
export async function findGroups(
  { record }: Pick<FlowContext, 'record'>,
  names: readonly string[] | undefined,
): Promise<readonly { readonly name: string; readonly memberUids: readonly string[] }[]> {
  const wanted = names && new Set(names.map((name) => name.toLowerCase()));
  const members = new Map<string, string[]>();
  for (const person of await record.people.list()) {
    if (person.state !== 'active') continue;
    for (const group of person.groups) {
      if (wanted === undefined || wanted.has(group.toLowerCase())) {
        members.set(group, [...(members.get(group) ?? []), person.uid]);
      }
    }
  }
  return [...members]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, memberUids]) => ({ name, memberUids }));
}
