import type { KeyObject } from 'node:crypto';
import { msPerSecond } from '../../domain/instant.ts';
import type { Clock } from '../../ports/clock.ts';
import type { OidcPayload, OidcState, OidcStateEntry } from '../../ports/oidc-state.ts';
import {
  type EntryName,
  entryName,
  expiryAt,
  isOver,
  OidcEntrySeal,
  otherNamesOf,
  withConsumed,
} from '../oidc-entry.ts';
import { connectRedis, type RedisConnection } from './connection.ts';
import { Deadline, ticksOfChange } from './deadline.ts';

const code = 'ERR_OIDC_STATE_UNAVAILABLE';

const removedAtOnce = 1_000;

/** A hash `{sealed, consumed}`. */
const entryKey = (name: EntryName) => `kazasu:oidc:${name}`;
/** A text: the name of the entry with this uid or user code. */
const aliasKey = (name: EntryName) => `kazasu:oidc-alias:${name}`;
/** A sorted set of entry names by the moment they are over: those of one grant or account. */
const groupKey = (name: EntryName) => `kazasu:oidc-group:${name}`;

/** @throws {Fault} `ERR_OIDC_STATE_UNAVAILABLE` when there is no Redis under this address. */
export async function openRedisOidcState(options: {
  readonly url: string;
  readonly indexKey: KeyObject;
  readonly clock: Clock;
}): Promise<OidcState> {
  const redis = await connectRedis(options.url, code);
  return new RedisOidcState(redis, new OidcEntrySeal(options.indexKey), options.clock);
}

/**
 * OpenID Connect state that many nodes share. Every command touches one key; entries are written after what points to
 * them, so that none exists that a revocation would not find.
 */
class RedisOidcState implements OidcState {
  readonly #redis: RedisConnection;
  readonly #seal: OidcEntrySeal;
  readonly #clock: Clock;
  readonly #deadline = new Deadline(code);
  readonly #changeDeadline = new Deadline(code, ticksOfChange);

  constructor(redis: RedisConnection, seal: OidcEntrySeal, clock: Clock) {
    this.#redis = redis;
    this.#seal = seal;
    this.#clock = clock;
  }

  async upsert(
    model: string,
    id: string,
    payload: OidcPayload,
    expiresInSeconds: number | undefined,
  ): Promise<void> {
    const now = this.#clock.now();
    const expiresAt = expiryAt(now, expiresInSeconds);
    const name = entryName('id', model, id);
    const { uid, userCode, grant, account } = otherNamesOf(model, payload);
    const aliases = [uid, userCode].filter((alias) => alias !== undefined);
    const groups = [grant, account].filter((group) => group !== undefined);
    const sealed = this.#seal.seal(name, { payload, ...(expiresAt === undefined ? {} : { expiresAt }) });
    const key = entryKey(name);
    // One connection carries the commands out in the order in which they were sent.
    const commands: Promise<unknown>[] = [
      ...aliases.map((alias) => this.#point(aliasKey(alias), name, expiresInSeconds)),
      ...groups.flatMap((group) => this.#join(groupKey(group), name, now, expiresAt)),
      this.#redis.hSet(key, 'sealed', sealed),
      expiresInSeconds === undefined
        ? this.#redis.persist(key)
        : this.#redis.pExpire(key, expiresInSeconds * msPerSecond),
    ];
    await this.#deadline.within(Promise.all(commands));
  }

  async find(model: string, id: string): Promise<OidcPayload | undefined> {
    return (await this.#entry(entryName('id', model, id)))?.payload;
  }

  async findByUserCode(model: string, userCode: string): Promise<OidcPayload | undefined> {
    return this.#findByAlias(entryName('userCode', model, userCode), 'userCode', userCode);
  }

  async findByUid(model: string, uid: string): Promise<OidcPayload | undefined> {
    return this.#findByAlias(entryName('uid', model, uid), 'uid', uid);
  }

  async consume(model: string, id: string): Promise<boolean> {
    const name = entryName('id', model, id);
    // Redis counts the lifetime by its own clock; ours decides.
    if ((await this.#entry(name)) === undefined) return false;
    return this.#deadline.within(this.#redis.consumeOnce(entryKey(name), this.#clock.now()));
  }

  async destroy(model: string, id: string): Promise<void> {
    await this.#deadline.within(this.#redis.unlink(entryKey(entryName('id', model, id))));
  }

  revokeByGrantId(model: string, grantId: string): Promise<void> {
    return this.#revoke(entryName('grant', model, grantId));
  }

  async listByAccountId(accountId: string): Promise<readonly OidcStateEntry[]> {
    const members = this.#redis.zRange(groupKey(entryName('account', accountId)), 0, -1);
    const names = (await this.#changeDeadline.within(members)).map(String);
    const now = this.#clock.now();
    const stored = names.map((name) => this.#redis.hGet(entryKey(name as EntryName), 'sealed'));
    const sealed = await this.#changeDeadline.within(Promise.all(stored));
    return names.flatMap((name, index) => {
      const entry = this.#seal.openOurs(name, sealed[index]);
      return entry === undefined || isOver(entry.expiresAt, now) ? [] : [{ name, payload: entry.payload }];
    });
  }

  /** The groups that name them are left alone: who joins since must be found, and names without an entry fall out. */
  async remove(names: readonly string[]): Promise<void> {
    for (let from = 0; from < names.length; from += removedAtOnce) {
      const keys = names.slice(from, from + removedAtOnce).map((name) => entryKey(name as EntryName));
      await this.#changeDeadline.within(Promise.all(keys.map((key) => this.#redis.unlink(key))));
    }
  }

  async close(): Promise<void> {
    this.#deadline.stop();
    this.#changeDeadline.stop();
    if (this.#redis.isOpen) this.#redis.destroy();
  }

  #point(key: string, name: EntryName, expiresInSeconds: number | undefined): Promise<unknown> {
    if (expiresInSeconds === undefined) return this.#redis.set(key, name);
    return this.#redis.set(key, name, {
      expiration: { type: 'PX', value: expiresInSeconds * msPerSecond },
    });
  }

  #join(key: string, name: EntryName, now: number, expiresAt: number | undefined): Promise<unknown>[] {
    const score = expiresAt ?? Number.POSITIVE_INFINITY;
    return [
      this.#redis.zAdd(key, { score, value: name }),
      this.#redis.zRemRangeByScore(key, '-inf', `(${now}`),
    ];
  }

  async #findByAlias(alias: EntryName, field: string, value: string): Promise<OidcPayload | undefined> {
    const name = await this.#deadline.within(this.#redis.get(aliasKey(alias)));
    if (name === null) return undefined;
    const payload = (await this.#entry(name.toString() as EntryName))?.payload;
    // The alias is not sealed: an entry that was not stored under it is not what was asked for.
    return payload?.[field] === value ? payload : undefined;
  }

  async #entry(name: EntryName): Promise<{ readonly payload: OidcPayload } | undefined> {
    const found = await this.#deadline.within(this.#redis.hmGet(entryKey(name), ['sealed', 'consumed']));
    const [sealed, consumed] = found;
    if (sealed === null || sealed === undefined) return undefined;
    const { payload, expiresAt } = this.#seal.open(name, sealed);
    if (isOver(expiresAt, this.#clock.now())) return undefined;
    const consumedAt = consumed === null || consumed === undefined ? undefined : Number(consumed.toString());
    return { payload: withConsumed(payload, consumedAt) };
  }

  async #revoke(group: EntryName): Promise<void> {
    const key = groupKey(group);
    const names = await this.#deadline.within(this.#redis.zRange(key, 0, -1));
    const keys = names.map((name) => entryKey(name.toString() as EntryName));
    const commands: Promise<unknown>[] = keys.map((each) => this.#redis.unlink(each));
    // Those that were asked for and not the whole group: who joined it since must be found the next time.
    if (names.length > 0) commands.push(this.#redis.zRem(key, names));
    await this.#deadline.within(Promise.all(commands));
  }
}
