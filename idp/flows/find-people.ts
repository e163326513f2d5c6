import type { LoginPolicy } from '../domain/login-policy.ts';
import type { Person } from '../domain/person.ts';
import { personProblem } from '../domain/person-problem.ts';
import type { FlowContext } from './context.ts';

/** Whom a client is for: the same people who could sign in there. */
type Audience = Pick<LoginPolicy, 'organizations' | 'requiredGroups'>;

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

/** Active people whom a directory client is for, by `uid` in ascending order of code units. */
export async function findPeople(
  { record }: Pick<FlowContext, 'record'>,
  audience: Audience,
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
    .filter(({ uid }) => afterUid === undefined || uid > afterUid)
    .filter((person) => personProblem(person, audience) === undefined)
    .sort((one, other) => (one.uid < other.uid ? -1 : 1));
  return { people: people.slice(0, limit), more: people.length > limit };
}

/** Groups with those of their members whom the client is for, by name; a group without any does not show. */
export async function findGroups(
  { record }: Pick<FlowContext, 'record'>,
  audience: Audience,
  names: readonly string[] | undefined,
): Promise<readonly { readonly name: string; readonly memberUids: readonly string[] }[]> {
  const wanted = names && new Set(names.map((name) => name.toLowerCase()));
  const members = new Map<string, string[]>();
  for (const person of await record.people.list()) {
    if (personProblem(person, audience) !== undefined) continue;
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
