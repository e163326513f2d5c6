import { beforeEach, describe, expect, it } from 'vitest';
import type { CardFacts, CardKey } from '../../../idp/domain/card.ts';
import { RecordChanges } from '../../../idp/storage/sqlite/record-changes.ts';
import { RememberedFacts } from '../../../idp/storage/sqlite/remembered-facts.ts';

const key = 'aa'.repeat(16) as CardKey;
const facts = (state: string) => [{ state } as CardFacts];

describe('what was looked up of a card', () => {
  let changes: RecordChanges;
  let remembered: RememberedFacts;
  let asked: number;
  let stored: readonly CardFacts[];
  const find = (of: CardKey = key) =>
    remembered.of(of, () => {
      asked += 1;
      return stored;
    });

  beforeEach(() => {
    changes = new RecordChanges();
    remembered = new RememberedFacts(changes);
    asked = 0;
    stored = facts('active');
  });

  it('is not looked up again while nothing changes', () => {
    expect([find(), find(), find()].flat()).toEqual(facts('active').concat(stored, stored));
    expect(asked).toBe(1);
  });

  it('is looked up again after every change, also one that failed', async () => {
    find();
    await changes.during(async () => {
      stored = facts('suspended');
    });
    expect(find()).toEqual(facts('suspended'));
    const failing = changes.during(async () => {
      stored = facts('revoked');
      throw new Error('rolled back, or so it says');
    });
    await expect(failing).rejects.toThrow();
    expect(find()).toEqual(facts('revoked'));
  });

  it('is looked up every time while a change is under way, and nothing of it is kept', async () => {
    const committed = Promise.withResolvers<void>();
    const told = Promise.withResolvers<void>();
    const change = changes.during(async () => {
      await committed.promise;
      stored = facts('suspended');
      await told.promise;
    });
    expect(find()).toEqual(facts('active'));
    committed.resolve();
    await Promise.resolve();
    // Committed, and whoever made the change has not heard of it yet.
    await expect.poll(() => find()).toEqual(facts('suspended'));
    stored = facts('revoked');
    expect(find()).toEqual(facts('revoked'));
    told.resolve();
    await change;
    stored = facts('retired');
    expect(find()).toEqual(facts('retired'));
  });

  it('of two changes at once is asked for until both are over', async () => {
    const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const both = [first, second].map(({ promise }) => changes.during(() => promise));
    first.resolve();
    await both[0];
    find();
    stored = facts('suspended');
    expect(find()).toEqual(facts('suspended'));
    second.resolve();
    await both[1];
  });

  it('of a number that is nobody’s is remembered as long, in a room of its own', async () => {
    find();
    stored = [];
    for (let n = 1; n < 3_000; n += 1) find(n.toString(16).padStart(32, '0') as CardKey);
    asked = 0;
    expect([find((2_999).toString(16).padStart(32, '0') as CardKey), find()]).toEqual([[], facts('active')]);
    expect(asked).toBe(0);
    await changes.during(async () => {
      stored = facts('active');
    });
    expect(find((2_999).toString(16).padStart(32, '0') as CardKey)).toEqual(facts('active'));
  });

  it('is not remembered of more cards than there is room for', () => {
    for (let n = 0; n < 40_000; n += 1) find(n.toString(16).padStart(32, '0') as CardKey);
    asked = 0;
    find((39_999).toString(16).padStart(32, '0') as CardKey);
    find('0'.repeat(32) as CardKey);
    expect(asked).toBe(1);
  });
});
