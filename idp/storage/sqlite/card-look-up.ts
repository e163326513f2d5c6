import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { Kysely } from 'kysely';
import type { CardFacts, CardKey } from '../../domain/card.ts';
import { parseCardFacts } from '../card-facts.ts';
import { octetsOf } from '../card-key-octets.ts';
import { NodeSqliteDialect } from './dialect.ts';
import { orFault } from './faults.ts';
import type { RecordChanges } from './record-changes.ts';
import { RememberedFacts } from './remembered-facts.ts';
import type { RecordSchema } from './schema.ts';
import { factsOfRows, factsQuery } from './tables/facts.ts';

export const cardIndexCode = 'ERR_CARD_INDEX_UNAVAILABLE';

/** Always one row: what the index says, and whether a note says that it may be older than the record. */
const findSql = `SELECT (SELECT facts FROM card_index WHERE card_key = ?1),
                        EXISTS (SELECT 1 FROM index_notes WHERE card_key = ?1)`;

/**
 * The reading half of the card index: one B-tree look-up, and the record itself where a change is noted and not yet in the
 * index. Any number of threads may have one each.
 */
export class CardLookUp {
  readonly #find: StatementSync;
  readonly #factsOfRecord: StatementSync;
  readonly #remembered: RememberedFacts;
  /** What the index said of the card before: read again in place of one that is not there. */
  #lastRead: string | undefined;

  /** @param connection to the record; @param changes of whoever writes it */
  constructor(connection: DatabaseSync, changes: RecordChanges) {
    // Arrays, because naming the columns of every row costs a third of the look-up.
    this.#find = connection.prepare(findSql);
    this.#find.setReturnArrays(true);
    this.#factsOfRecord = connection.prepare(factsSql(connection));
    this.#remembered = new RememberedFacts(changes);
  }

  /** @throws {Fault} `ERR_CARD_INDEX_UNAVAILABLE` */
  find(cardKey: CardKey): readonly CardFacts[] {
    return this.#remembered.of(cardKey, this.#lookUp);
  }

  readonly #lookUp = (cardKey: CardKey): readonly CardFacts[] => {
    const key = octetsOf(cardKey);
    return orFault(cardIndexCode, () => {
      const [facts, noted] = this.#find.get(key) as unknown as [string | null, number];
      if (noted !== 0) return factsOfRows(this.#factsOfRecord.all(key));
      if (facts === null) {
        // Reading what is found is half the work: the time of an answer would tell which numbers are somebody's.
        if (this.#lastRead !== undefined) parseCardFacts(this.#lastRead);
        return [];
      }
      this.#lastRead = facts;
      return parseCardFacts(facts);
    });
  };
}

/** The record's own query as text: Kysely's way of running it costs ten times a prepared statement. */
function factsSql(connection: DatabaseSync): string {
  const db = new Kysely<RecordSchema>({ dialect: new NodeSqliteDialect(connection, cardIndexCode) });
  return factsQuery(db, '' as CardKey).compile().sql;
}
