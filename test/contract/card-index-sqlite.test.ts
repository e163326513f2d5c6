import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SqliteCardIndex } from '../../idp/storage/sqlite/card-index.ts';
import { openForWriting } from '../../idp/storage/sqlite/connection.ts';
import { openSqliteRecord } from '../../idp/storage/sqlite/record.ts';
import { WriteTurn } from '../../idp/storage/sqlite/write-turn.ts';
import {
  card,
  cardKey,
  clock,
  organization,
  person,
  temporaryDirectory,
} from '../idp/storage/support/storage-world.ts';
import { cardIndexContract } from './card-index.ts';

cardIndexContract('SQLite', async () => {
  const directory = temporaryDirectory();
  const path = join(directory.path, 'record.sqlite');
  await (await openSqliteRecord(path, new WriteTurn(), clock)).close();
  const turn = new WriteTurn();
  return {
    open: async () => new SqliteCardIndex(path, turn),
    breakStore: (index) => index.close(),
    async damage(key) {
      // Whoever writes the file tells the others of this process.
      await turn.changes.during(async () => {
        const raw = openForWriting(path, 'NORMAL', 'ERR_CARD_INDEX_UNAVAILABLE');
        raw
          .prepare(`UPDATE card_index SET facts = '[{"state":"active"}]' WHERE card_key = ?`)
          .run(Buffer.from(key, 'hex'));
        raw.close();
      });
    },
    close: async () => directory.remove(),
  };
});

describe('the index in the record’s own file', () => {
  it('never gives an older yes once a change is done, whoever was to write the index', async () => {
    const directory = temporaryDirectory();
    const path = join(directory.path, 'record.sqlite');
    const turn = new WriteTurn();
    const record = await openSqliteRecord(path, turn, clock);
    const index = new SqliteCardIndex(path, turn);
    const tanaka = person('tanaka');
    const publish = async () => {
      for (const key of await record.pendingIndexKeys()) {
        const facts = await record.factsOf(key);
        await index.put(key, facts);
        await record.indexed([{ cardKey: key, facts }]);
      }
    };
    await record.change(async (tables) => {
      await tables.organizations.add(organization);
      await tables.people.put(tanaka);
      await tables.cards.add(card(1, tanaka));
    });
    // Found at once: a note makes the record answer.
    expect(index.find(cardKey(1))[0]?.state).toBe('active');
    await publish();
    expect(await record.pendingIndexKeys()).toEqual([]);
    await record.change((tables) => tables.cards.update(card(1, tanaka, { state: 'suspended' }), 'active'));
    expect(index.find(cardKey(1))[0]?.state).toBe('suspended');
    await record.change((tables) => tables.people.setState(tanaka.personId, 'active', 'left'));
    expect(index.find(cardKey(1))[0]?.person.state).toBe('left');
    await publish();
    expect(index.find(cardKey(1))).toEqual(await record.factsOf(cardKey(1)));

    // Another index was in use for a while: this one was not written, and still says what the record says.
    await record.change((tables) => tables.cards.update(card(1, tanaka, { state: 'revoked' }), 'suspended'));
    for (const key of await record.pendingIndexKeys())
      await record.indexed([{ cardKey: key, facts: await record.factsOf(key) }]);
    expect(index.find(cardKey(1))[0]?.state).toBe('revoked');
    await index.close();
    await record.close();
    directory.remove();
  });
});
