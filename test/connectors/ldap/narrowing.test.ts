import { describe, expect, it } from 'vitest';
import type { Filter } from '../../../connectors/ldap/codec/filter.ts';
import type {
  GroupLookUp,
  GroupWithMembers,
  PersonLookUp,
} from '../../../connectors/ldap/directory-service.ts';
import { personEntry } from '../../../connectors/ldap/entry.ts';
import { groupEntry } from '../../../connectors/ldap/group-entry.ts';
import { evaluate } from '../../../connectors/ldap/search/evaluate.ts';
import { assertedMembers, groupLookUps, personLookUps } from '../../../connectors/ldap/search/look-ups.ts';
import { createTree } from '../../../connectors/ldap/tree.ts';
import { changedProfile } from '../../../idp/domain/device-choices.ts';
import { deviceProfileOf } from '../../../idp/domain/device-presets.ts';
import { foldText } from '../../../idp/domain/fold-text.ts';
import type { ReleasedPerson } from '../../../idp/domain/person.ts';
import { seededRandom } from '../../support/random.ts';
import { baseDn } from './support/in-memory-flows.ts';
import { equal } from './support/requests.ts';

const tree = createTree(baseDn);
const host = deviceProfileOf('unix');
const web = deviceProfileOf('generic');
/** Where an attribute means another one of ours. */
const renaming = changedProfile(host, {
  released: [
    ...(['objectclass', 'uid', 'memberof', 'displayname'] as const).map((name) => ({
      shown: name,
      from: name,
    })),
    { shown: 'mail', from: 'employeenumber' },
    { shown: 'cn', from: 'uid' },
  ],
});
const names = ['tanaka', 'Ｔａｎａｋａ', 'sato, jr', '田中 花子', 'ｽｽﾞｷ  ichiro', 'A'];
const groupNames = ['printing', '総務', 'ＴＡＸ'];
const people: ReleasedPerson[] = names.map((name, index) => ({
  uid: name,
  displayName: names[(index + 1) % names.length]!,
  mail: `${index}@Example.JP`,
  ...(index % 2 === 0 ? { employeeNumber: `e${index}` } : {}),
  organization: 'みどり市',
  groups: groupNames.slice(0, index % 4),
  ...{ addedAt: 0, changedAt: 0, unixNumber: index + 1 },
}));
const groups: GroupWithMembers[] = groupNames.map((name, index) => ({
  ...{ name, number: index + 1 },
  memberUids: people.filter((one) => one.groups.includes(name)).map(({ uid }) => uid),
}));

/** As the record understands look-ups. */
function reaches(person: ReleasedPerson, { attribute, value }: PersonLookUp): boolean {
  if (attribute === 'group') return person.groups.some((name) => foldText(name) === foldText(value));
  if (attribute === 'unixNumber') return String(person.unixNumber) === value;
  return foldText(person[attribute] ?? '') === foldText(value);
}
function reachesGroup(group: GroupWithMembers, { attribute, value }: GroupLookUp): boolean {
  if (attribute === 'number') return String(group.number) === value;
  if (attribute === 'name') return foldText(group.name) === foldText(value);
  return group.memberUids.some((uid) => foldText(uid) === foldText(value));
}

const random = seededRandom(42);
const upTo = (count: number) => random.below(count);
const oneOf = <T>(list: readonly T[]): T => list[upTo(list.length)]!;

const attributes = [
  ...[
    'uid',
    'cn',
    'sn',
    'displayname',
    'mail',
    'employeenumber',
    'objectclass',
    'memberof',
    'member',
    'memberuid',
  ],
  ...[
    'uidnumber',
    'gidnumber',
    'entrydn',
    'o',
    'title',
    'hassubordinates',
    'nonsense',
    'createtimestamp',
    'name',
  ],
];
const values = [
  ...names,
  ...['TANAKA', 'Sato, Jr', '  a ', '1@example.jp', 'e2', 'E4', '200001', '0200002', '200003', '100', '-1'],
  ...['posixAccount', 'INETORGPERSON', 'posixGroup', 'groupOfNames', 'top', '2.5.6.6', 'x'],
  ...groupNames.map(tree.groupDn),
  ...names.map(tree.personDn),
  tree.groupDn('tax').toUpperCase(),
];

function randomFilter(depth: number): Filter {
  const kind = upTo(depth === 0 ? 6 : 10);
  const attribute = oneOf(attributes);
  if (kind < 4) return equal(attribute, oneOf(values));
  if (kind === 4) return { kind: 'present', attribute };
  if (kind === 5) {
    return { kind: 'substrings', attribute, initial: oneOf(values).slice(0, 1), any: [], final: undefined };
  }
  if (kind === 6) return { kind: 'not', part: randomFilter(depth - 1) };
  const parts = Array.from({ length: 1 + upTo(3) }, () => randomFilter(depth - 1));
  return { kind: kind < 8 ? 'and' : 'or', parts };
}

describe.each([
  ['of a Unix host', host],
  ['of a web server', web],
  ['with other names for things', renaming],
])('for a device %s, look-ups', (_what, profile) => {
  const filters = Array.from({ length: 4_000 }, () => randomFilter(3));

  it('reach every person whom a filter matches', () => {
    const missed = filters.filter((filter) => {
      const lookUps = personLookUps(filter, profile, tree);
      const matching = people.filter((one) => evaluate(filter, personEntry(tree, one, profile)) === true);
      return (
        lookUps !== undefined && !matching.every((one) => lookUps.some((lookUp) => reaches(one, lookUp)))
      );
    });
    expect(missed).toEqual([]);
  });

  it('reach every group that a filter matches, and the members it names are all that must be known', () => {
    const missed = filters.filter((filter) => {
      const lookUps = groupLookUps(filter, profile, tree);
      const asserted = assertedMembers(filter, tree)?.map(foldText);
      return groups.some((group) => {
        const verdict = evaluate(filter, groupEntry(tree, group, profile));
        const some = group.memberUids.filter((uid) => asserted?.includes(foldText(uid)) ?? true);
        if (evaluate(filter, groupEntry(tree, { ...group, memberUids: some }, profile)) !== verdict)
          return true;
        return verdict === true && lookUps?.some((lookUp) => reachesGroup(group, lookUp)) === false;
      });
    });
    expect(missed).toEqual([]);
  });
});

describe('what Unix hosts ask', () => {
  const and = (...parts: Filter[]): Filter => ({ kind: 'and', parts });
  const present = (attribute: string): Filter => ({ kind: 'present', attribute });
  const isOf = (name: string) => equal('objectclass', name);

  it('reads one person and no group', () => {
    const passwd = and(isOf('posixAccount'), equal('uid', 'tanaka'));
    expect(personLookUps(passwd, host, tree)).toEqual([{ attribute: 'uid', value: 'tanaka' }]);
    expect(groupLookUps(passwd, host, tree)).toEqual([]);
    const byNumber = and(isOf('posixAccount'), equal('uidnumber', '200007'), present('uid'));
    expect(personLookUps(byNumber, host, tree)).toEqual([{ attribute: 'unixNumber', value: '7' }]);
  });

  it('reads the groups of one person and no people', () => {
    const initgroups = and(isOf('posixGroup'), {
      kind: 'or',
      parts: [equal('memberuid', 'tanaka'), equal('member', tree.personDn('tanaka'))],
    });
    expect(personLookUps(initgroups, host, tree)).toEqual([]);
    const byMember = { attribute: 'memberUid', value: 'tanaka' };
    expect(groupLookUps(initgroups, host, tree)).toEqual([byMember, byMember]);
    expect(assertedMembers(initgroups, tree)).toEqual(['tanaka', 'tanaka']);
    const byNumber = and(isOf('posixGroup'), equal('gidnumber', '200003'), present('cn'));
    expect(groupLookUps(byNumber, host, tree)).toEqual([{ attribute: 'number', value: '3' }]);
  });

  it('reads whole groups where a filter asks about members in general', () => {
    expect(assertedMembers(present('member'), tree)).toBeUndefined();
    expect(assertedMembers({ kind: 'not', part: present('memberuid') }, tree)).toBeUndefined();
  });
});
