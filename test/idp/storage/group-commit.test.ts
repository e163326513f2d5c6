import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { closeAll, openForWriting } from '../../../idp/storage/sqlite/connection.ts';
import { GroupCommit } from '../../../idp/storage/sqlite/group-commit.ts';
import { WriteTurn } from '../../../idp/storage/sqlite/write-turn.ts';
import { temporaryDirectory } from './support/storage-world.ts';

describe('operations of one moment', () => {
  let directory: ReturnType<typeof temporaryDirectory>;
  let connection: ReturnType<typeof openForWriting>;
  let group: GroupCommit;
  const add = (name: string) => () => {
    connection.prepare('INSERT INTO names VALUES (?)').run(name);
    return name;
  };
  const names = () =>
    connection
      .prepare('SELECT name FROM names ORDER BY name')
      .all()
      .map(({ name }) => name);

  beforeEach(() => {
    directory = temporaryDirectory();
    connection = openForWriting(join(directory.path, 'x.sqlite'), 'FULL', 'ERR_RECORD_UNAVAILABLE');
    connection.exec('CREATE TABLE names (name TEXT PRIMARY KEY) STRICT');
    group = new GroupCommit(connection, new WriteTurn(), 'ERR_RECORD_UNAVAILABLE');
  });
  afterEach(() => {
    closeAll(connection);
    directory.remove();
  });

  it('give each its own result, in the order in which they came', async () => {
    const results = ['a', 'b', 'c'].map((name) => group.run(add(name)));
    expect(await Promise.all(results)).toEqual(['a', 'b', 'c']);
    expect(names()).toEqual(['a', 'b', 'c']);
  });

  it('do not suffer from one that fails: it alone is refused, and nothing of it stays', async () => {
    const failing = group.run(() => {
      add('half')();
      throw new Error('changed its mind');
    });
    const outcomes = await Promise.allSettled([group.run(add('a')), failing, group.run(add('b'))]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(outcomes[1]).toMatchObject({ reason: { code: 'ERR_RECORD_UNAVAILABLE' } });
    expect(names()).toEqual(['a', 'b']);
  });

  it('say that what they wrote is gone, before one of them writes again', async () => {
    const told: string[] = [];
    const watched = new GroupCommit(connection, new WriteTurn(), 'ERR_RECORD_UNAVAILABLE', undefined, () =>
      told.push('gone'),
    );
    const write = (name: string) =>
      watched.run(() => {
        told.push(name);
        add(name)();
      });
    await Promise.allSettled([write('a'), write('a'), write('b')]);
    expect(told).toEqual(['a', 'a', 'gone', 'a', 'a', 'gone', 'b']);
    expect(names()).toEqual(['a', 'b']);
  });

  it('are refused with a fault when the store is gone, and none waits for ever', async () => {
    closeAll(connection);
    const outcomes = await Promise.allSettled([group.run(add('a')), group.run(add('b'))]);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ reason: { code: 'ERR_RECORD_UNAVAILABLE' } });
    }
  });
});
