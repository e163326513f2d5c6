import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { Kysely } from 'kysely';
import type { CardFacts, CardKey } from '../../domain/card.ts';
import type { CardIndex } from '../../ports/card-index.ts';
import { cardFactsToText, parseCardFacts } from '../card-facts.ts';
import { octetsOf } from '../card-key-octets.ts';
import { closeAll, openForReading, openForWriting } from './connection.ts';
import { NodeSqliteDialect } from './dialect.ts';
import { orFault } from './faults.ts';
import { GroupCommit } from './group-commit.ts';
import { RememberedFacts } from './remembered-facts.ts';
import type { RecordSchema } from './schema.ts';
import { factsOfRows, factsQuery } from './tables/facts.ts';
import type { WriteTurn } from './write-turn.ts';

const code = 'ERR_CARD_INDEX_UNAVAILABLE';

/** Always one row: what the index says, and whether a note says that it may be older than the record. */
const findSql = `SELECT (SELECT facts FROM card_index WHERE card_key = ?1),
                        EXISTS (SELECT 1 FROM index_notes WHERE card_key = ?1)`;

/**
 * The card index as a table of the record: nothing to load at start, one B-tree look-up on a connection of its own.
 * A change notes the keys it touches in its own transaction, and a noted key is answered from the record itself:
 * from the moment a change is done nobody finds an older yes here, even if the process dies before the index is written.
 */
export class SqliteCardIndex implements CardIndex {
  readonly #reading: DatabaseSync;
  readonly #ownsReading: boolean;
  readonly #writing: DatabaseSync;
  readonly #turn: WriteTurn;
  readonly #group: GroupCommit;
  readonly #find: StatementSync;
  readonly #factsOfRecord: StatementSync;
  readonly #put: StatementSync;
  readonly #remove: StatementSync;
  readonly #remembered: RememberedFacts;

  /**
   * @param path the record's file, its schema up to date.
   * @param reading the connection of the audit trail, where there is one: SQLite forgets every page that a connection
   * has read as soon as another one writes, and each look-up is followed by a line of audit.
   */
  constructor(path: string, turn: WriteTurn, reading?: DatabaseSync) {
    this.#remembered = new RememberedFacts(turn.changes);
    this.#reading = reading ?? openForReading(path, code);
    this.#ownsReading = reading === undefined;
    this.#writing = openForWriting(path, 'FULL', code);
    this.#turn = turn;
    this.#group = new GroupCommit(this.#writing, turn, code);
    // Arrays, because naming the columns of every row costs a third of the look-up.
    this.#find = this.#reading.prepare(findSql);
    this.#find.setReturnArrays(true);
    this.#factsOfRecord = this.#reading.prepare(factsSql(this.#reading));
    this.#put = this.#writing.prepare(
      `INSERT INTO card_index (card_key, facts) VALUES (?, ?)
       ON CONFLICT (card_key) DO UPDATE SET facts = excluded.facts`,
    );
    this.#remove = this.#writing.prepare('DELETE FROM card_index WHERE card_key = ?');
  }

  find(cardKey: CardKey): readonly CardFacts[] {
    return this.#remembered.of(cardKey, this.#lookUp);
  }

  readonly #lookUp = (cardKey: CardKey): readonly CardFacts[] => {
    const key = octetsOf(cardKey);
    return orFault(code, () => {
      const [facts, noted] = this.#find.get(key) as unknown as [string | null, number];
      if (noted !== 0) return factsOfRows(this.#factsOfRecord.all(key));
      return facts === null ? [] : parseCardFacts(facts);
    });
  };

  async put(cardKey: CardKey, cards: readonly CardFacts[]): Promise<void> {
    const key = octetsOf(cardKey);
    await this.#turn.changes.during(() =>
      this.#group.run(() => {
        if (cards.length === 0) this.#remove.run(key);
        else this.#put.run(key, cardFactsToText(cards));
      }),
    );
  }

  async close(): Promise<void> {
    await this.#group.finished();
    const connections = this.#ownsReading ? [this.#reading, this.#writing] : [this.#writing];
    await this.#turn.run(async () => closeAll(...connections));
  }
}

/** The record's own query as text: Kysely's way of running it costs ten times a prepared statement. */
function factsSql(connection: DatabaseSync): string {
  const db = new Kysely<RecordSchema>({ dialect: new NodeSqliteDialect(connection, code) });
  return factsQuery(db, '' as CardKey).compile().sql;
}
