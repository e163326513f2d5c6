import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { OidcState } from '../../idp/ports/oidc-state.ts';
import { start as startOfTime } from '../idp/storage/support/storage-world.ts';
import { HandSetClock } from '../support/clock.ts';

export interface OidcStateBackend {
  open(clock: HandSetClock): Promise<OidcState>;
  /** Everything that is stored, as text: what somebody with the store in hands could read. */
  dump(): Promise<string>;
  /** Makes the store unreachable for a state that is open. */
  breakStore(state: OidcState): Promise<void>;
  close(): Promise<void>;
}

const hundred = Array.from({ length: 100 }, (_, n) => n);

/** As flows do it: what is listed is ended. */
async function endAll(state: OidcState, accountId: string): Promise<void> {
  await state.remove((await state.listByAccountId(accountId)).map(({ name }) => name));
}

/** The contract of `OidcState`, for every backend. */
export function oidcStateContract(name: string, startBackend: () => Promise<OidcStateBackend>): void {
  describe(`OpenID Connect state in ${name}`, () => {
    let backend: OidcStateBackend;
    let state: OidcState;
    let clock: HandSetClock;
    let count = 0;
    /** An id of its own for each test. */
    let id: string;
    beforeAll(async () => {
      backend = await startBackend();
    });
    afterAll(() => backend.close());
    beforeEach(async () => {
      clock = new HandSetClock(startOfTime);
      state = await backend.open(clock);
      count += 1;
      id = `id-${count}`;
    });
    afterEach(() => state.close());

    it('gives back what was put, and the newer of two', async () => {
      await state.upsert('Session', id, { uid: 'u', nested: { list: [1, '二'] } }, 60);
      expect(await state.find('Session', id)).toEqual({ uid: 'u', nested: { list: [1, '二'] } });
      await state.upsert('Session', id, { uid: 'u', later: true }, 60);
      expect(await state.find('Session', id)).toEqual({ uid: 'u', later: true });
      expect(await state.find('Interaction', id)).toBeUndefined();
      expect(await state.find('Session', 'unknown')).toBeUndefined();
    });

    it('keeps what was put, whatever is done to what was given or got', async () => {
      const given = { uid: `uid-${id}`, nested: { list: [1] } };
      await state.upsert('Session', id, given, 60);
      given.nested.list.push(2);
      for (const find of [() => state.find('Session', id), () => state.findByUid('Session', `uid-${id}`)]) {
        const got = await find();
        expect(got).toEqual({ uid: `uid-${id}`, nested: { list: [1] } });
        Object.assign(got?.nested ?? {}, { list: [3] });
        expect(await find()).toEqual({ uid: `uid-${id}`, nested: { list: [1] } });
      }
    });

    it('finds an entry by its newer uid, and no longer by the older one', async () => {
      await state.upsert('Session', id, { uid: `old-${id}` }, 60);
      await state.upsert('Session', id, { uid: `new-${id}` }, 60);
      expect(await state.findByUid('Session', `old-${id}`)).toBeUndefined();
      expect(await state.findByUid('Session', `new-${id}`)).toEqual({ uid: `new-${id}` });
      await state.destroy('Session', id);
      expect(await state.findByUid('Session', `new-${id}`)).toBeUndefined();
    });

    it('keeps what was put when it is opened again', async () => {
      await state.upsert('Grant', id, { accountId: 'a' }, undefined);
      await state.close();
      state = await backend.open(clock);
      expect(await state.find('Grant', id)).toEqual({ accountId: 'a' });
    });

    it('forgets an entry in the millisecond its time has come', async () => {
      await state.upsert('Session', id, { uid: `uid-${id}` }, 30);
      await state.upsert('AuthorizationCode', id, {}, 30);
      clock.advanceMs(29_999);
      expect(await state.find('Session', id)).toBeDefined();
      expect(await state.findByUid('Session', `uid-${id}`)).toBeDefined();
      clock.advanceMs(1);
      expect(await state.find('Session', id)).toBeUndefined();
      expect(await state.findByUid('Session', `uid-${id}`)).toBeUndefined();
      expect(await state.consume('AuthorizationCode', id)).toBe(false);
    });

    it('lengthens a life when the entry is put again, and keeps one without an end', async () => {
      await state.upsert('Session', id, {}, 30);
      await state.upsert('Session', id, {}, 60);
      clock.advance(31);
      expect(await state.find('Session', id)).toBeDefined();
      await state.upsert('Session', id, {}, undefined);
      clock.advance(1_000_000);
      expect(await state.find('Session', id)).toBeDefined();
    });

    it('lets exactly one of a hundred at once consume a code, and says so to whoever looks', async () => {
      await state.upsert('AuthorizationCode', id, { grantId: 'g' }, 60);
      clock.advanceMs(1_500);
      const other = await backend.open(clock);
      const consumed = await Promise.all(
        hundred.map((n) => (n % 2 === 0 ? state : other).consume('AuthorizationCode', id)),
      );
      expect(consumed.filter(Boolean)).toHaveLength(1);
      const seconds = Math.floor((startOfTime + 1_500) / 1_000);
      expect(await other.find('AuthorizationCode', id)).toEqual({ grantId: 'g', consumed: seconds });
      await other.close();
    });

    it('does not make a consumed code fresh again when it is put again', async () => {
      await state.upsert('AuthorizationCode', id, {}, 60);
      expect(await state.consume('AuthorizationCode', id)).toBe(true);
      await state.upsert('AuthorizationCode', id, {}, 60);
      expect(await state.consume('AuthorizationCode', id)).toBe(false);
    });

    it('consumes nothing that never was or is gone', async () => {
      expect(await state.consume('AuthorizationCode', id)).toBe(false);
      expect(await state.find('AuthorizationCode', id)).toBeUndefined();
      await state.upsert('AuthorizationCode', id, {}, 60);
      await state.destroy('AuthorizationCode', id);
      expect(await state.consume('AuthorizationCode', id)).toBe(false);
      expect(await state.find('AuthorizationCode', id)).toBeUndefined();
    });

    it('finds by uid and by user code, of the same model only', async () => {
      await state.upsert('Session', id, { uid: `uid-${id}`, mine: true }, 60);
      await state.upsert('DeviceCode', id, { userCode: `code-${id}` }, 60);
      expect(await state.findByUid('Session', `uid-${id}`)).toMatchObject({ mine: true });
      expect(await state.findByUid('Interaction', `uid-${id}`)).toBeUndefined();
      expect(await state.findByUserCode('DeviceCode', `code-${id}`)).toBeDefined();
      expect(await state.findByUserCode('DeviceCode', `uid-${id}`)).toBeUndefined();
      await state.destroy('Session', id);
      expect(await state.findByUid('Session', `uid-${id}`)).toBeUndefined();
    });

    it('finds a session no more under the uid it had before', async () => {
      await state.upsert('Session', id, { uid: `old-${id}` }, 60);
      await state.upsert('Session', id, { uid: `new-${id}` }, 60);
      expect(await state.findByUid('Session', `old-${id}`)).toBeUndefined();
      expect(await state.findByUid('Session', `new-${id}`)).toBeDefined();
    });

    it('revokes what one grant gave, of one model, and nothing else', async () => {
      const grantId = `grant-${id}`;
      for (const n of [1, 2, 3]) await state.upsert('AccessToken', `${id}-${n}`, { grantId }, 60);
      await state.upsert('RefreshToken', id, { grantId }, 60);
      await state.upsert('AccessToken', `${id}-other`, { grantId: 'another' }, 60);
      await state.revokeByGrantId('AccessToken', grantId);
      for (const n of [1, 2, 3]) expect(await state.find('AccessToken', `${id}-${n}`)).toBeUndefined();
      expect(await state.find('RefreshToken', id)).toBeDefined();
      expect(await state.find('AccessToken', `${id}-other`)).toBeDefined();
    });

    it('ends everything of an account: sessions, grants, tokens and open interactions', async () => {
      const accountId = `account-${id}`;
      await state.upsert('Session', id, { uid: 'u', accountId }, 60);
      await state.upsert('Grant', id, { accountId }, undefined);
      await state.upsert('AccessToken', id, { accountId, grantId: id }, 60);
      await state.upsert('Interaction', `${id}-1`, { session: { accountId } }, 60);
      await state.upsert('Interaction', `${id}-2`, { result: { login: { accountId } } }, 60);
      await state.upsert('Session', `${id}-other`, { accountId: 'somebody else' }, 60);
      await endAll(state, accountId);
      for (const model of ['Session', 'Grant', 'AccessToken']) {
        expect(await state.find(model, id), model).toBeUndefined();
      }
      expect(await state.find('Interaction', `${id}-1`)).toBeUndefined();
      expect(await state.find('Interaction', `${id}-2`)).toBeUndefined();
      expect(await state.find('Session', `${id}-other`)).toBeDefined();
      // The person may be restored, and sign in again.
      await state.upsert('Session', id, { uid: 'u', accountId }, 60);
      expect(await state.find('Session', id)).toBeDefined();
    });

    it('lists what an account has at this moment, with what stands in it', async () => {
      const accountId = `account-${id}`;
      const kept = { kind: 'Session', uid: 'u', accountId };
      await state.upsert('Session', id, kept, 60);
      await state.upsert('Grant', id, { kind: 'Grant', accountId }, 30);
      await state.upsert('Session', `${id}-other`, { kind: 'Session', accountId: 'somebody else' }, 60);
      clock.advance(30);
      expect((await state.listByAccountId(accountId)).map(({ payload }) => payload)).toEqual([kept]);
      expect(await state.listByAccountId('nobody')).toEqual([]);
    });

    it('removes what it is told by name, thousands at once, and nothing else', async () => {
      const accountId = `account-${id}`;
      const ids = Array.from({ length: 2_500 }, (_, n) => `${id}-${n}`);
      for (let from = 0; from < ids.length; from += 100) {
        const some = ids.slice(from, from + 100);
        await Promise.all(some.map((each) => state.upsert('AccessToken', each, { accountId }, 60)));
      }
      const [kept, ...names] = (await state.listByAccountId(accountId)).map(({ name }) => name);
      expect(names).toHaveLength(2_499);
      await state.remove(names);
      expect((await state.listByAccountId(accountId)).map(({ name }) => name)).toEqual([kept]);
      await state.remove([]);
    });

    it('what an account gets while it is being revoked ends with the next revocation at the latest', async () => {
      const accountId = `account-${id}`;
      await state.upsert('Session', id, { uid: 'u', accountId }, 60);
      const revoked = endAll(state, accountId);
      await Promise.all([revoked, state.upsert('Grant', id, { accountId }, 60)]);
      expect(await state.find('Session', id)).toBeUndefined();
      await endAll(state, accountId);
      expect(await state.find('Grant', id)).toBeUndefined();
    });

    it('shows nobody who reads the store an id, a token or an account', async () => {
      const secret = `secret-${id}-value`;
      await state.upsert(
        'AccessToken',
        secret,
        { jti: secret, accountId: secret, grantId: secret, uid: secret },
        60,
      );
      const dump = await backend.dump();
      expect(dump.length).toBeGreaterThan(100);
      expect(dump).not.toContain(secret);
    });

    it('throws a fault when the store cannot answer, on every method', async () => {
      await state.upsert('Session', id, {}, 60);
      await backend.breakStore(state);
      const calls = [
        () => state.upsert('Session', id, {}, 60),
        () => state.find('Session', id),
        () => state.findByUid('Session', id),
        () => state.findByUserCode('Session', id),
        () => state.consume('Session', id),
        () => state.destroy('Session', id),
        () => state.revokeByGrantId('Session', id),
        () => state.listByAccountId(id),
        () => state.remove([id]),
      ];
      for (const call of calls) {
        await expect(call(), String(call)).rejects.toMatchObject({ code: 'ERR_OIDC_STATE_UNAVAILABLE' });
      }
    });
  });
}
