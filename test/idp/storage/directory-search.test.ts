import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OrganizationId, PersonId } from '../../../idp/domain/person.ts';
import type {
  Audience,
  GroupLookUp,
  MemberSearch,
  PeopleSearch,
  PersonLookUp,
} from '../../../idp/ports/people-search.ts';
import type { SystemRecord } from '../../../idp/ports/system-record.ts';
import { openSqliteRecord } from '../../../idp/storage/sqlite/record.ts';
import { WriteTurn } from '../../../idp/storage/sqlite/write-turn.ts';
import { clock, organization, person, temporaryDirectory } from './support/storage-world.ts';

const many = 3_000;
const everybody: Audience = { organizations: 'any', requiredGroups: [] };
const other = { organizationId: 'org-2' as OrganizationId, name: 'ひめじ市' };
const uidOf = (n: number) => `u${String(n).padStart(5, '0')}`;

let directory: ReturnType<typeof temporaryDirectory>;
let record: SystemRecord;

// Three thousand people: every third of the other organisation, every seventh suspended, all of one name.
beforeAll(async () => {
  directory = temporaryDirectory();
  record = await openSqliteRecord(join(directory.path, 'record.sqlite'), new WriteTurn(), clock);
  await record.change(async (tables) => {
    await tables.organizations.add(organization);
    await tables.organizations.add(other);
    for (let n = 0; n < many; n += 1) {
      await tables.people.put(
        person(uidOf(n), {
          displayName: 'ﾀﾅｶ  Taro',
          employeeNumber: `E${n}`,
          groups: ['All', ...(n % 500 === 1 ? ['few'] : []), ...(n % 7 === 0 ? ['suspended only'] : [])],
          ...(n % 3 === 0 ? { organizationId: other.organizationId } : {}),
        }),
      );
      if (n % 7 === 0) await tables.people.setState(`person-${uidOf(n)}` as PersonId, 'active', 'suspended');
    }
  });
}, 60_000);

afterAll(async () => {
  await record.close();
  directory.remove();
});

/** Every page of a search, as a client reads it. */
async function all(search: Partial<PeopleSearch>): Promise<{ uids: string[]; pages: number }> {
  const uids: string[] = [];
  let afterUid: string | undefined;
  for (let pages = 1; ; pages += 1) {
    const asked = { audience: everybody, anyOf: undefined, limit: 256, ...search, afterUid };
    const found = await record.directory.searchPeople(asked);
    expect(found.people.length).toBeLessThanOrEqual(asked.limit);
    uids.push(...found.people.map(({ uid }) => uid));
    afterUid = found.next;
    if (afterUid === undefined) return { uids, pages };
  }
}

const expected = (holds: (n: number) => boolean = () => true) =>
  Array.from({ length: many }, (_, n) => n)
    .filter((n) => n % 7 !== 0 && holds(n))
    .map(uidOf);

describe('everybody whom a client is for', () => {
  it('comes page by page, each active person once, by uid', async () => {
    const { uids, pages } = await all({});
    expect(uids).toEqual(expected());
    expect(pages).toBeGreaterThan(9);
  });

  const audiences: [string, Audience, (n: number) => boolean][] = [
    ['of one organisation', { ...everybody, organizations: [other.organizationId] }, (n) => n % 3 === 0],
    [
      'of several',
      { ...everybody, organizations: [other.organizationId, organization.organizationId] },
      () => true,
    ],
    ['of none', { ...everybody, organizations: [] }, () => false],
    ['in a group', { ...everybody, requiredGroups: ['few'] }, (n) => n % 500 === 1],
    [
      'in one of two groups, of one organisation',
      { organizations: [other.organizationId], requiredGroups: ['few', 'All'] },
      (n) => n % 3 === 0,
    ],
    [
      'in a group spelt otherwise than the policy does',
      { ...everybody, requiredGroups: ['FEW'] },
      () => false,
    ],
  ];
  it.each(audiences)('may be those %s', async (_what, audience, holds) => {
    expect((await all({ audience })).uids).toEqual(expected(holds));
  });
});

describe('a look-up', () => {
  const lookUps: [PersonLookUp['attribute'], string, (n: number) => boolean][] = [
    ['uid', 'ｕ００００１', (n) => n === 1],
    ['mail', 'U00002@example.jp', (n) => n === 2],
    ['employeeNumber', 'e3', (n) => n === 3],
    ['displayName', 'タナカ taro', () => true],
    ['group', 'FEW', (n) => n % 500 === 1],
    ['group', 'all', () => true],
    ['group', 'nobody’s', () => false],
    ['unixNumber', '5', (n) => n === 4],
    ['unixNumber', '0', () => false],
    ['unixNumber', 'x', () => false],
    ['uid', uidOf(7), () => false],
  ];
  it.each(lookUps)('by %s %s finds exactly those', async (attribute, value, holds) => {
    expect((await all({ anyOf: [{ attribute, value }] })).uids).toEqual(expected(holds));
  });

  it('of several finds each person once', async () => {
    const anyOf: PersonLookUp[] = [
      { attribute: 'uid', value: uidOf(1) },
      { attribute: 'employeeNumber', value: 'E1' },
      { attribute: 'group', value: 'few' },
      { attribute: 'mail', value: `${uidOf(2)}@example.jp` },
    ];
    expect((await all({ anyOf })).uids).toEqual(expected((n) => n % 500 === 1 || n === 2));
    expect((await all({ anyOf: [] })).uids).toEqual([]);
  });

  it('sees a change of groups at once', async () => {
    const of = async () => (await all({ anyOf: [{ attribute: 'group', value: 'new' }] })).uids;
    expect(await of()).toEqual([]);
    const one = (await record.people.find(uidOf(1)))!;
    await record.change((tables) => tables.people.put({ ...one, groups: ['New', 'new', 'few', 'All'] }));
    expect(await of()).toEqual([uidOf(1)]);
    await record.change((tables) => tables.people.put(one));
    expect(await of()).toEqual([]);
  });
});

describe('groups', () => {
  const groups = async (anyOf?: readonly GroupLookUp[]) =>
    (await record.directory.searchGroups({ anyOf, afterNumber: 0, limit: 99 })).map(
      ({ name, number }) => `${number} ${name}`,
    );

  it('have the name of their first member and a number for ever', async () => {
    expect((await groups()).slice(0, 3)).toEqual(['1 All', '2 suspended only', '3 few']);
    const next = await record.directory.searchGroups({ anyOf: undefined, afterNumber: 1, limit: 1 });
    expect(next).toEqual([{ name: 'suspended only', number: 2 }]);
  });

  const lookUps: [GroupLookUp['attribute'], string, string[]][] = [
    ['name', 'ALL', ['1 All']],
    ['name', 'ｆｅｗ', ['3 few']],
    ['number', '2', ['2 suspended only']],
    ['number', '1e9', []],
    ['memberUid', uidOf(501), ['1 All', '3 few']],
    ['memberUid', uidOf(501).toUpperCase(), ['1 All', '3 few']],
    ['memberUid', 'nobody', []],
  ];
  it.each(lookUps)('are found by %s %s', async (attribute, value, found) => {
    expect(await groups([{ attribute, value }])).toEqual(found);
  });

  it('are found by one of several', async () => {
    const anyOf: GroupLookUp[] = [
      { attribute: 'name', value: 'few' },
      { attribute: 'memberUid', value: uidOf(501) },
    ];
    expect(await groups(anyOf)).toEqual(['1 All', '3 few']);
    expect(await groups([])).toEqual([]);
  });

  async function members(search: Partial<MemberSearch>): Promise<string[]> {
    const uids: string[] = [];
    let afterUid: string | undefined;
    do {
      const asked = { group: 1, audience: everybody, among: undefined, limit: 700, ...search, afterUid };
      const found = await record.directory.membersOf(asked);
      uids.push(...found.uids);
      afterUid = found.next;
    } while (afterUid !== undefined);
    return uids;
  }

  it('have the members whom the audience sees, in portions', async () => {
    expect(await members({})).toEqual(expected());
    expect(await members({ group: 2 })).toEqual([]);
    const audience = { ...everybody, organizations: [other.organizationId] };
    expect(await members({ audience })).toEqual(expected((n) => n % 3 === 0));
  });

  it('tell of some people alone whether they are in', async () => {
    expect(await members({ group: 3, among: ['Ｕ00501', uidOf(502), uidOf(7)] })).toEqual([uidOf(501)]);
    expect(await members({ among: [] })).toEqual([]);
  });
});
