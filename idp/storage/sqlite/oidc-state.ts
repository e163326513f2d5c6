import type { KeyObject } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { setImmediate as nextTurnOfTheEventLoop } from 'node:timers/promises';
import { Fault } from '../../domain/fault.ts';
import type { Clock } from '../../ports/clock.ts';
import type { OidcPayload, OidcState, OidcStateEntry } from '../../ports/oidc-state.ts';
import {
  type EntryName,
  entryName,
  expiryAt,
  isOver,
  type OidcEntry,
  OidcEntrySeal,
  otherNamesOf,
  withConsumed,
} from '../oidc-entry.ts';
import { StoredFields } from '../stored-fields.ts';
import { closeAll, openForWriting } from './connection.ts';
import { orFault } from './faults.ts';
import { GroupCommit } from './group-commit.ts';
import { migrateToLatest } from './migrate.ts';
import { first } from './migrations/oidc-state-001-first.ts';
import { RememberedEntries, type RememberedEntry } from './remembered-entries.ts';
import { WriteTurn } from './write-turn.ts';

/** Some ten milliseconds; sign-ins are answered between two portions. */
const removedAtOnce = 1_000;
/** More than sign-ins leave behind in that time. */
const sweptAtOnce = 500;
const sweepEveryMs = 100;
const code = 'ERR_OIDC_STATE_UNAVAILABLE';

/**
 * Opens the OpenID Connect state. `synchronous = NORMAL`: a killed process loses nothing; a machine that loses power
 * may lose the last sign-ins, which people repeat. An fsync for each of the ten writes of a sign-in would halve their rate.
 */
export async function openSqliteOidcState(options: {
  readonly path: string;
  readonly indexKey: KeyObject;
  readonly clock: Clock;
}): Promise<OidcState> {
  // Sealed, and written anew when somebody is forgotten: to overwrite every entry that ends would slow sign-ins.
  const connection = openForWriting(options.path, 'NORMAL', code, 'OFF');
  try {
    await migrateToLatest(connection, { '001-first': first }, code);
    return new SqliteOidcState(connection, new OidcEntrySeal(options.indexKey), options.clock);
  } catch (error) {
    connection.close();
    throw error;
  }
}

class SqliteOidcState implements OidcState {
  readonly #connection: DatabaseSync;
  readonly #seal: OidcEntrySeal;
  readonly #clock: Clock;
  readonly #turn = new WriteTurn();
  readonly #group: GroupCommit;
  readonly #remembered = new RememberedEntries();
  readonly #statements: ReturnType<typeof prepareStatements>;
  #sweptAt = 0;

  constructor(connection: DatabaseSync, seal: OidcEntrySeal, clock: Clock) {
    this.#connection = connection;
    this.#seal = seal;
    this.#clock = clock;
    this.#group = new GroupCommit(connection, this.#turn, code, undefined, () =>
      this.#remembered.forgetAll(),
    );
    this.#statements = prepareStatements(connection);
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
    const text = JSON.stringify({ payload, ...(expiresAt === undefined ? {} : { expiresAt }) });
    const sealed = this.#seal.sealText(name, text);
    const { uid, userCode = null, grant = null, account = null } = otherNamesOf(model, payload);
    await this.#group.run(() => {
      this.#sweep(now);
      const { consumed_at: consumedAt } =
        this.#statements.upsert.get(name, sealed, expiresAt ?? null, uid ?? null, userCode, grant, account) ??
        {};
      // What was used once is read where that is written.
      if (consumedAt !== null) this.#remembered.forget(name);
      else this.#remembered.set(name, { text, uid, ...(expiresAt === undefined ? {} : { expiresAt }) });
    });
  }

  async find(model: string, id: string): Promise<OidcPayload | undefined> {
    const name = entryName('id', model, id);
    return this.#payloadOf(this.#remembered.get(name)) ?? this.#payloadBy(this.#statements.byName, name);
  }

  async findByUserCode(model: string, userCode: string): Promise<OidcPayload | undefined> {
    return this.#payloadBy(this.#statements.byUserCode, entryName('userCode', model, userCode));
  }

  async findByUid(model: string, uid: string): Promise<OidcPayload | undefined> {
    const name = entryName('uid', model, uid);
    return this.#payloadOf(this.#remembered.getByUid(name)) ?? this.#payloadBy(this.#statements.byUid, name);
  }

  consume(model: string, id: string): Promise<boolean> {
    const now = this.#clock.now();
    const name = entryName('id', model, id);
    return this.#group.run(() => {
      this.#remembered.forget(name);
      return this.#statements.consume.run(now, name, now).changes === 1;
    });
  }

  destroy(model: string, id: string): Promise<void> {
    return this.#group.run(() => this.#destroy(entryName('id', model, id)));
  }

  revokeByGrantId(model: string, grantId: string): Promise<void> {
    return this.#group.run(() => {
      this.#remembered.forgetAll();
      this.#statements.revokeGrant.run(entryName('grant', model, grantId));
    });
  }

  async listByAccountId(accountId: string): Promise<readonly OidcStateEntry[]> {
    const now = this.#clock.now();
    const rows = orFault(code, () => this.#statements.byAccount.all(entryName('account', accountId)));
    return rows.flatMap(({ name, sealed }) => {
      const entry = this.#seal.openOurs(name, sealed);
      return entry === undefined || isOver(entry.expiresAt, now)
        ? []
        : [{ name: String(name), payload: entry.payload }];
    });
  }

  async remove(names: readonly string[]): Promise<void> {
    for (let from = 0; from < names.length; from += removedAtOnce) {
      if (from > 0) await nextTurnOfTheEventLoop();
      await this.#group.run(() => {
        for (const name of names.slice(from, from + removedAtOnce)) this.#destroy(name as EntryName);
      });
    }
  }

  async close(): Promise<void> {
    await this.#group.finished();
    await this.#turn.run(async () => closeAll(this.#connection));
  }

  #payloadBy(statement: StatementSync, by: EntryName): OidcPayload | undefined {
    const row = orFault(code, () => statement.get(by));
    if (row === undefined) return undefined;
    const fields = new StoredFields(row, 'entries', code);
    if (!(row.sealed instanceof Uint8Array))
      throw new Fault(code, 'What is stored as entries.sealed cannot be read.');
    const { payload, expiresAt } = this.#seal.open(fields.text<EntryName>('name'), row.sealed);
    if (isOver(expiresAt, this.#clock.now())) return undefined;
    return withConsumed(payload, fields.optionalInteger('consumed_at'));
  }

  #payloadOf(entry: RememberedEntry | undefined): OidcPayload | undefined {
    if (entry === undefined || isOver(entry.expiresAt, this.#clock.now())) return undefined;
    return (JSON.parse(entry.text) as OidcEntry).payload;
  }

  #destroy(name: EntryName): void {
    this.#remembered.forget(name);
    this.#statements.destroy.run(name);
  }

  /** With a write now and then, so that nothing needs a timer and no single write takes long. */
  #sweep(now: number): void {
    if (now - this.#sweptAt < sweepEveryMs && now >= this.#sweptAt) return;
    this.#sweptAt = now;
    this.#statements.sweep.run(now, sweptAtOnce);
  }
}

function prepareStatements(connection: DatabaseSync) {
  const select = 'SELECT name, sealed, consumed_at FROM entries';
  return {
    // A consumed mark outlives a new payload under the same id: what was used once is never fresh again.
    upsert: connection.prepare(
      `INSERT INTO entries (name, sealed, expires_at, uid, user_code, grant_name, account) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed, expires_at = excluded.expires_at,
         uid = excluded.uid, user_code = excluded.user_code, grant_name = excluded.grant_name, account = excluded.account
       RETURNING consumed_at`,
    ),
    sweep: connection.prepare(
      'DELETE FROM entries WHERE name IN (SELECT name FROM entries WHERE expires_at <= ? LIMIT ?)',
    ),
    byName: connection.prepare(`${select} WHERE name = ?`),
    byUid: connection.prepare(`${select} WHERE uid = ?`),
    byUserCode: connection.prepare(`${select} WHERE user_code = ?`),
    byAccount: connection.prepare(`${select} WHERE account = ?`),
    consume: connection.prepare(
      `UPDATE entries SET consumed_at = ? WHERE name = ? AND consumed_at IS NULL
         AND (expires_at IS NULL OR expires_at > ?)`,
    ),
    destroy: connection.prepare('DELETE FROM entries WHERE name = ?'),
    revokeGrant: connection.prepare('DELETE FROM entries WHERE grant_name = ?'),
  };
}
