import type { DatabaseSync } from 'node:sqlite';
import type { CardId, CardKey } from '../../domain/card.ts';
import type { Instant } from '../../domain/instant.ts';
import type { ReaderId } from '../../domain/reader.ts';
import type { Tap, TapId } from '../../domain/tap.ts';
import type { TapRequests } from '../../ports/tap-requests.ts';
import type { NotKept, Prompt, Taps } from '../../ports/taps.ts';
import { octetsOf } from '../card-key-octets.ts';
import { StoredFields } from '../stored-fields.ts';
import { closeAll, openForWriting } from './connection.ts';
import { orFault } from './faults.ts';
import { GroupCommit } from './group-commit.ts';
import { migrateToLatest } from './migrate.ts';
import { first } from './migrations/taps-001-first.ts';
import { uses } from './migrations/taps-002-uses.ts';
import { requests } from './migrations/taps-009-requests.ts';
import { stations } from './migrations/taps-010-stations.ts';
import { SqliteStationRequests } from './station-requests.ts';
import { SqliteTapRequests } from './tap-requests.ts';
import { toPrompt, toTap } from './tap-rows.ts';
import { prepareTapStatements, type TapStatements } from './tap-statements.ts';
import { WalSync } from './wal-sync.ts';
import { WriteTurn } from './write-turn.ts';

const code = 'ERR_RECORD_UNAVAILABLE';
/** The longest PIN window a policy may grant, so that sweeping old taps forgets no proof that still counts. */
const longestPinWindowMs = 24 * 60 * 60 * 1_000;

/**
 * Opens the prompts and taps. What `keep`, `redeem` and `takeUnprompted` answer is on disk (fsync) before the answer:
 * a tap used once stays used whatever happens to the machine. The fsync is `WalSync`'s, in the thread pool: nobody
 * else waits for the disk because somebody taps.
 */
export async function openSqliteTaps(
  path: string,
): Promise<Taps & { readonly requests: TapRequests; close(): Promise<void> }> {
  const connection = openForWriting(path, 'NORMAL', code);
  try {
    await migrateToLatest(
      connection,
      { '001-first': first, '002-uses': uses, '009-requests': requests, '010-stations': stations },
      code,
    );
    return new SqliteTaps(connection, new WalSync(path));
  } catch (error) {
    connection.close();
    throw error;
  }
}

class SqliteTaps implements Taps {
  readonly requests: TapRequests;
  readonly stations: SqliteStationRequests;
  readonly #connection: DatabaseSync;
  readonly #turn = new WriteTurn();
  readonly #walSync: WalSync;
  readonly #group: GroupCommit;
  /** For what a machine without power may forget: a lost prompt is a sign-in begun again, and no tap used twice. */
  readonly #unsynced: GroupCommit;
  readonly #statements: TapStatements;

  constructor(connection: DatabaseSync, walSync: WalSync) {
    this.#connection = connection;
    this.#walSync = walSync;
    this.#group = new GroupCommit(connection, this.#turn, code, walSync);
    this.#unsynced = new GroupCommit(connection, this.#turn, code);
    this.#statements = prepareTapStatements(connection);
    this.requests = new SqliteTapRequests(connection, this.#group);
    this.stations = new SqliteStationRequests(connection, this.#group, this.#statements);
  }

  async open({ nonce, clientId, demand, interactionHash, openedAt, expiresAt }: Prompt): Promise<void> {
    await this.#unsynced.run(() => {
      this.#statements.insertPrompt.run(nonce, clientId, demand, interactionHash, openedAt, expiresAt);
    });
  }

  async findPrompt(nonce: string): Promise<Prompt | undefined> {
    const row = orFault(code, () => this.#statements.promptByNonce.get(nonce));
    if (row === undefined) return undefined;
    const { answered: _, ...prompt } = toPrompt(row);
    return prompt;
  }

  keep(
    tap: Tap,
    how: { readonly returnCodeHash: string } | { readonly counter: number; readonly usedAtOnce?: true },
  ): Promise<'kept' | NotKept> {
    return this.#group.run(() => {
      if (this.#statements.tapById.get(tap.tapId) !== undefined) return 'tap-replayed';
      const problem = 'counter' in how ? this.#count(tap, how.counter) : this.#answer(tap);
      if (problem !== undefined) return problem;
      this.#insert(tap, 'counter' in how ? null : how.returnCodeHash);
      if ('counter' in how && how.usedAtOnce) this.#statements.useTap.run(tap.tapId);
      return 'kept';
    });
  }

  redeem(
    returnCodeHash: string,
    interactionHashes: readonly string[],
    now: Instant,
  ): ReturnType<Taps['redeem']> {
    return this.#group.run(() => {
      const row = this.#statements.tapByReturnCode.get(returnCodeHash);
      if (row === undefined) return { outcome: 'return-code-unknown' } as const;
      const { tap, used } = toTap(row);
      const promptRow = this.#statements.promptByNonce.get(tap.nonce ?? '');
      if (promptRow === undefined) return { outcome: 'return-code-unknown' } as const;
      const { answered: _, ...prompt } = toPrompt(promptRow);
      // First of all, so that another browser learns nothing. The code is out: nobody is to use it any more.
      if (!interactionHashes.includes(prompt.interactionHash)) {
        this.#statements.useTap.run(tap.tapId);
        return { outcome: 'return-code-of-another-browser' } as const;
      }
      if (used) return { outcome: 'return-code-used' } as const;
      if (now >= prompt.expiresAt) return { outcome: 'return-code-expired' } as const;
      this.#statements.useTap.run(tap.tapId);
      return { outcome: 'redeemed', tap, prompt } as const;
    });
  }

  takeUnprompted(
    cardKey: CardKey,
    readerIds: readonly ReaderId[],
    since: Instant,
    uses: number,
  ): Promise<Tap | undefined> {
    return this.#group.run(() => {
      const tap = this.#newestUnprompted(cardKey, readerIds, since, uses);
      if (tap !== undefined) this.#statements.countUse.run(tap.tapId);
      return tap;
    });
  }

  async findUnprompted(cardKey: CardKey, readerIds: readonly ReaderId[], since: Instant, uses: number) {
    return orFault(code, () => this.#newestUnprompted(cardKey, readerIds, since, uses));
  }

  #newestUnprompted(
    cardKey: CardKey,
    readerIds: readonly ReaderId[],
    since: Instant,
    uses: number,
  ): Tap | undefined {
    const { newestUnprompted } = this.#statements;
    const row = newestUnprompted.get(octetsOf(cardKey), since, uses, JSON.stringify(readerIds));
    return row && toTap(row).tap;
  }

  async notePinProof(cardId: CardId, readerGroup: string, provedAt: Instant): Promise<void> {
    await this.#unsynced.run(() => {
      this.#statements.notePinProof.run(cardId, readerGroup, provedAt);
    });
  }

  async voidPinProofs(readerGroup: string, since: Instant): Promise<void> {
    await this.#group.run(() => {
      this.#statements.voidPinProofs.run(readerGroup, since);
    });
  }

  async endPinWindows(cardIds: readonly CardId[]): Promise<void> {
    if (cardIds.length === 0) return;
    await this.#group.run(() => {
      for (const cardId of cardIds) this.#statements.forgetPinProofs.run(cardId);
    });
  }

  async findPinProof(cardId: CardId, readerGroup: string): Promise<Instant | undefined> {
    const row = orFault(code, () => this.#statements.pinProof.get(cardId, readerGroup));
    return row && new StoredFields(row, 'pin_proofs').integer('proved_at');
  }

  sweep(before: Instant): Promise<number> {
    const { sweepTaps, sweepPrompts, sweepRequests, sweepPinProofs } = this.#statements;
    return this.#unsynced.run(() =>
      [
        sweepTaps.run(before),
        sweepPrompts.run(before),
        sweepRequests.run(before),
        sweepPinProofs.run(before - longestPinWindowMs),
      ].reduce((sum, { changes }) => sum + Number(changes), 0),
    );
  }

  forget(cards: readonly { readonly cardId: CardId; readonly cardKey: CardKey }[]): Promise<void> {
    return this.#group.run(() => {
      for (const { cardId, cardKey } of cards) {
        this.#statements.forgetTaps.run(octetsOf(cardKey));
        this.#statements.forgetPinProofs.run(cardId);
      }
    });
  }

  async find(tapId: TapId): Promise<Tap | undefined> {
    const row = orFault(code, () => this.#statements.tapById.get(tapId));
    return row && toTap(row).tap;
  }

  async close(): Promise<void> {
    await this.#unsynced.finished();
    await this.#group.finished();
    await this.#turn.run(async () => {
      await this.#walSync.close();
      closeAll(this.#connection);
    });
  }

  #count(tap: Tap, counter: number): NotKept | undefined {
    const { changes } = this.#statements.raiseCounter.run(tap.readerId, counter);
    return changes === 0 ? 'counter-not-risen' : undefined;
  }

  #answer({ nonce = '', receivedAt }: Tap): NotKept | undefined {
    const row = this.#statements.promptByNonce.get(nonce);
    if (row === undefined) return 'prompt-unknown';
    const { answered, expiresAt } = toPrompt(row);
    if (answered) return 'prompt-answered';
    if (receivedAt >= expiresAt) return 'prompt-expired';
    this.#statements.answerPrompt.run(nonce);
    return undefined;
  }

  #insert(tap: Tap, returnCodeHash: string | null): void {
    this.#statements.insertTap.run(
      tap.tapId,
      tap.readerId,
      octetsOf(tap.cardKey),
      JSON.stringify(tap.evidence),
      tap.readAt,
      tap.receivedAt,
      tap.nonce ?? null,
      returnCodeHash,
    );
  }
}
