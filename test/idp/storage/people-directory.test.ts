import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { msPerSecond } from '../../../idp/domain/instant.ts';
import type { PersonId } from '../../../idp/domain/person.ts';
import type { SystemRecord } from '../../../idp/ports/system-record.ts';
import { cardFactsToText, parseCardFacts } from '../../../idp/storage/card-facts.ts';
import { openForWriting } from '../../../idp/storage/sqlite/connection.ts';
import { migrateToLatest } from '../../../idp/storage/sqlite/migrate.ts';
import { openSqliteRecord, recordMigrations } from '../../../idp/storage/sqlite/record.ts';
import { WriteTurn } from '../../../idp/storage/sqlite/write-turn.ts';
import { HandSetClock } from '../../support/clock.ts';
import {
  card,
  cardKey,
  facts,
  organization,
  person,
  start,
  temporaryDirectory,
} from './support/storage-world.ts';

let directory: ReturnType<typeof temporaryDirectory>;
let path: string;
let clock: HandSetClock;
let record: SystemRecord;

beforeEach(async () => {
  directory = temporaryDirectory();
  path = join(directory.path, 'record.sqlite');
  clock = new HandSetClock(start + 999);
  record = await openSqliteRecord(path, new WriteTurn(), clock);
  await record.change((tables) => tables.organizations.add(organization));
  await put(person('tanaka'), person('sato'));
});

afterEach(async () => {
  await record.close();
  directory.remove();
});

const put = (...people: readonly ReturnType<typeof person>[]) =>
  record.change(async (tables) => {
    for (const one of people) await tables.people.put(one);
  });
const kept = async (uid: string) => {
  const { addedAt, changedAt, unixNumber } = (await record.people.find(uid))!;
  return [addedAt, changedAt, unixNumber];
};

describe('a person', () => {
  it('has the second of coming and of the last change that a client sees', async () => {
    expect(await kept('tanaka')).toEqual([start, start, 1]);
    clock.advance(60);
    await put(person('tanaka'));
    await record.change((tables) => tables.people.setRoles('person-tanaka' as PersonId, ['auditor']));
    expect(await kept('tanaka')).toEqual([start, start, 1]);
    await put(person('tanaka', { title: '係長' }));
    expect(await kept('tanaka')).toEqual([start, start + 60_000, 1]);
    clock.advance(60);
    await record.change((tables) =>
      tables.people.setState('person-tanaka' as PersonId, 'active', 'suspended'),
    );
    expect(await kept('tanaka')).toEqual([start, start + 120_000, 1]);
  });

  it('has a number that nobody else gets, even when who had it is deleted', async () => {
    await record.change(async ({ people }) => {
      await people.setState('person-sato' as PersonId, 'active', 'left');
      expect(await people.remove('person-sato' as PersonId)).toBe(true);
    });
    await put(person('suzuki'), person('sato'));
    expect([await kept('suzuki'), await kept('sato')].map(([, , number]) => number)).toEqual([3, 4]);
  });

  it('has no number spent on a change that was undone', async () => {
    const failing = record.change(async (tables) => {
      await tables.people.put(person('nobody'));
      throw new Error('undone');
    });
    await expect(failing).rejects.toThrow('undone');
    await put(person('suzuki'));
    expect((await kept('suzuki'))[2]).toBe(3);
  });

  it('is found under any width and case of letters', async () => {
    await put(person('suzuki', { displayName: 'ｽｽﾞｷ  Ichiro', mail: 'Suzuki@Example.JP' }));
    const found = async (attribute: 'displayName' | 'mail' | 'uid', value: string) =>
      (await record.people.findBy(attribute, value, 9)).map(({ uid }) => uid);
    expect(await found('displayName', 'スズキ ＩＣＨＩＲＯ')).toEqual(['suzuki']);
    expect(await found('mail', 'suzuki@example.jp')).toEqual(['suzuki']);
    expect(await found('uid', 'ＳＵＺＵＫＩ')).toEqual(['suzuki']);
  });
});

it('what the card index keeps of a person is read back whole, also what was written before people had numbers', () => {
  const holder = person('tanaka', { addedAt: start, changedAt: start + msPerSecond, unixNumber: 7 });
  const written = [facts(1, holder)];
  expect(parseCardFacts(cardFactsToText(written))).toEqual(written);
  const before = [facts(1, person('tanaka'))];
  expect(parseCardFacts(JSON.stringify(before))).toEqual(before);
});

describe('a record from before', () => {
  it('gives people numbers in the order they came, this moment, folded names and groups; the index says the same', async () => {
    await record.change(async (tables) => {
      await tables.cards.add(card(1, person('tanaka')));
      await tables.cards.add(card(2, person('sato')));
    });
    const earlierPath = join(directory.path, 'earlier.sqlite');
    await makeEarlier(earlierPath);
    const earlier = await openSqliteRecord(earlierPath, new WriteTurn(), clock);
    try {
      const people = await earlier.people.list();
      expect(people.map(({ uid, unixNumber }) => [uid, unixNumber])).toEqual([
        ['sato', 2],
        ['tanaka', 1],
      ]);
      const { addedAt, changedAt } = people[0]!;
      expect([typeof addedAt, changedAt]).toEqual(['number', addedAt]);
      expect(await earlier.people.findBy('displayName', 'たなか ABC', 9)).toMatchObject([{ uid: 'tanaka' }]);
      await earlier.change((tables) => tables.people.put(person('suzuki', { organizationId: 'o' as never })));
      expect(await earlier.people.find('suzuki')).toMatchObject({ unixNumber: 3 });
    } finally {
      await earlier.close();
    }
    const database = openForWriting(earlierPath, 'FULL', 'ERR_RECORD_UNAVAILABLE');
    const rows = (sql: string) =>
      database
        .prepare(sql)
        .all()
        .map((row) => Object.values(row).join(' '));
    const members = 'SELECT name, uid FROM person_groups JOIN group_names USING (group_number)';
    expect(rows(`${members} ORDER BY group_number, uid`)).toEqual([
      'Tax sato',
      'Tax tanaka',
      '総務 tanaka',
      'staff suzuki',
      'general-affairs suzuki',
    ]);
    const [indexed] = rows('SELECT facts FROM card_index');
    expect(parseCardFacts(indexed!)).toMatchObject([{ person: { uid: 'tanaka', unixNumber: 1 } }]);
    expect(rows('SELECT hex(card_key) FROM index_notes')).toEqual([cardKey(2).toUpperCase()]);
    database.close();
  });
});

async function makeEarlier(earlierPath: string): Promise<void> {
  const earlier = openForWriting(earlierPath, 'FULL', 'ERR_RECORD_UNAVAILABLE');
  const before = Object.fromEntries(Object.entries(recordMigrations).filter(([name]) => name < '005'));
  await migrateToLatest(earlier, before, 'ERR_RECORD_UNAVAILABLE');
  earlier.exec(`INSERT INTO organizations (organization_id, name) VALUES ('o', 'Himeji');
    INSERT INTO people (person_id, uid, organization_id, state, display_name, groups, roles) VALUES
      ('person-tanaka', 'tanaka', 'o', 'active', 'たなか ＡＢＣ', '["Tax","総務","tax"]', '[]'),
      ('person-sato', 'sato', 'o', 'active', 'Sato', '["ＴＡＸ"]', '[]')`);
  const insert = earlier.prepare('INSERT INTO card_index VALUES (?, ?)');
  const old = (n: number, uid: string) => facts(n, person(uid));
  insert.run(Buffer.from(cardKey(1), 'hex'), JSON.stringify([old(1, 'tanaka')]));
  insert.run(Buffer.from(cardKey(2), 'hex'), JSON.stringify([old(2, 'tanaka'), old(3, 'sato')]));
  earlier.close();
}
