import type { Kysely, SelectQueryBuilder } from 'kysely';
import type { CardKey } from '../../../domain/card.ts';
import { octetsOf } from '../../card-key-octets.ts';
import type { RecordSchema } from '../schema.ts';

/** People, as a query that selects their ids. */
type PeopleQuery = SelectQueryBuilder<RecordSchema, 'people', { person_id: string }>;

/** Notes that the index entry of a card may be older than the record. */
export async function noteCard(db: Kysely<RecordSchema>, cardKey: CardKey): Promise<void> {
  await db
    .insertInto('index_notes')
    .values({ card_key: octetsOf(cardKey) })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** The same for every card of some people. */
export async function noteCardsOfPeople(db: Kysely<RecordSchema>, people: PeopleQuery): Promise<void> {
  await db
    .insertInto('index_notes')
    .columns(['card_key'])
    .expression(db.selectFrom('cards').select('card_key').distinct().where('person_id', 'in', people))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
