import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { CardFacts, CardKey } from '../../domain/card.ts';
import type { CardIndex } from '../../ports/card-index.ts';
import { cardFactsToText } from '../card-facts.ts';
import { octetsOf } from '../card-key-octets.ts';
import { CardLookUp, cardIndexCode } from './card-look-up.ts';
import { closeAll, openForReading, openForWriting } from './connection.ts';
import { GroupCommit } from './group-commit.ts';
import type { WriteTurn } from './write-turn.ts';

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
  readonly #lookUp: CardLookUp;
  readonly #put: StatementSync;
  readonly #remove: StatementSync;

  /**
   * @param path the record's file, its schema up to date.
   * @param reading the connection of the audit trail, where there is one: SQLite forgets every page that a connection
   * has read as soon as another one writes, and each look-up is followed by a line of audit.
   */
  constructor(path: string, turn: WriteTurn, reading?: DatabaseSync) {
    this.#reading = reading ?? openForReading(path, cardIndexCode);
    this.#ownsReading = reading === undefined;
    this.#writing = openForWriting(path, 'FULL', cardIndexCode);
    this.#turn = turn;
    this.#group = new GroupCommit(this.#writing, turn, cardIndexCode);
    this.#lookUp = new CardLookUp(this.#reading, turn.changes);
    this.#put = this.#writing.prepare(
      `INSERT INTO card_index (card_key, facts) VALUES (?, ?)
       ON CONFLICT (card_key) DO UPDATE SET facts = excluded.facts`,
    );
    this.#remove = this.#writing.prepare('DELETE FROM card_index WHERE card_key = ?');
  }

  find(cardKey: CardKey): readonly CardFacts[] {
    return this.#lookUp.find(cardKey);
  }

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
