import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Fault } from '../../idp/domain/fault.ts';
import type { CardIndex } from '../../idp/ports/card-index.ts';
import { cardKey, facts, person } from '../idp/storage/support/storage-world.ts';

/** What a backend must offer so that every promise of the port can be tried on it. */
export interface CardIndexBackend {
  /** Opens an index on what is stored; the first time it is empty and trusted. */
  open(): Promise<CardIndex>;
  /** Makes the store unreachable for an index that is open. */
  breakStore(index: CardIndex): Promise<void>;
  /** Damages what is stored under a key without removing it. */
  damage(key: ReturnType<typeof cardKey>): Promise<void>;
  close(): Promise<void>;
}

const tanaka = person('tanaka', { displayNameKana: 'タナカ', employeeNumber: '0042', department: '総務' });

/** The contract of `CardIndex`, for every backend. */
export function cardIndexContract(name: string, start: () => Promise<CardIndexBackend>): void {
  describe(`card index in ${name}`, () => {
    let backend: CardIndexBackend;
    let index: CardIndex;
    beforeAll(async () => {
      backend = await start();
    });
    afterAll(() => backend.close());
    beforeEach(async () => {
      index = await backend.open();
    });
    afterEach(() => index.close());

    it('finds nothing under a key that was never put', async () => {
      expect(await index.find(cardKey(99))).toEqual([]);
    });

    it('gives back exactly what was put, also to an index opened later', async () => {
      const full = facts(1, tanaka, { state: 'suspended', declaredVerifier: true });
      await index.put(cardKey(1), [full]);
      expect(await index.find(cardKey(1))).toEqual([full]);
      const later = await backend.open();
      expect(await later.find(cardKey(1))).toEqual([full]);
      await later.close();
    });

    it('keeps a card that has none of the optional facts', async () => {
      const { issuerKeyId, provedBySignatureAt, revocationScope, ocspGoodAt, ...bare } = facts(2, tanaka, {
        kind: 'felica',
      });
      await index.put(cardKey(2), [bare]);
      expect(await index.find(cardKey(2))).toEqual([bare]);
    });

    it('keeps several cards of one bare number', async () => {
      const two = [facts(3, tanaka), facts(4, person('sato'))];
      await index.put(cardKey(3), two);
      expect(await index.find(cardKey(3))).toEqual(two);
    });

    it('replaces, and removes with an empty list', async () => {
      await index.put(cardKey(5), [facts(5, tanaka)]);
      expect((await index.find(cardKey(5)))[0]?.state).toBe('active');
      await index.put(cardKey(5), [facts(5, tanaka, { state: 'revoked' })]);
      expect((await index.find(cardKey(5)))[0]?.state).toBe('revoked');
      await index.put(cardKey(5), []);
      expect(await index.find(cardKey(5))).toEqual([]);
    });

    it('gives what another node put, even where this one has read the key before', async () => {
      await index.put(cardKey(9), [facts(9, tanaka)]);
      expect((await index.find(cardKey(9)))[0]?.state).toBe('active');
      const other = await backend.open();
      await other.put(cardKey(9), [facts(9, tanaka, { state: 'revoked' })]);
      expect((await index.find(cardKey(9)))[0]?.state).toBe('revoked');
      await other.close();
    });

    it('holds what the last of a hundred writers put', async () => {
      const versions = Array.from({ length: 100 }, (_, n) => facts(6, tanaka, { ocspGoodAt: n }));
      await Promise.all(versions.map((version) => index.put(cardKey(6), [version])));
      expect((await index.find(cardKey(6)))[0]?.ocspGoodAt).toBe(99);
    });

    it('throws a fault for a value that is not what was put, never "unknown card"', async () => {
      await index.put(cardKey(7), [facts(7, tanaka)]);
      expect(await index.find(cardKey(7))).toHaveLength(1);
      await backend.damage(cardKey(7));
      await expect((async () => index.find(cardKey(7)))()).rejects.toMatchObject({
        code: 'ERR_CARD_INDEX_UNAVAILABLE',
      });
    });

    it('throws a fault when the store cannot answer, on every method, and soon', async () => {
      await index.put(cardKey(8), [facts(8, tanaka)]);
      await backend.breakStore(index);
      const began = performance.now();
      await expect((async () => index.find(cardKey(8)))()).rejects.toBeInstanceOf(Fault);
      await expect(index.put(cardKey(8), [])).rejects.toBeInstanceOf(Fault);
      expect(performance.now() - began).toBeLessThan(200);
    });
  });
}
