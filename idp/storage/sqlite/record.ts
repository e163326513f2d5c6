import type { DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurnOfTheEventLoop } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { Kysely } from 'kysely';
import type { CardFacts, CardKey } from '../../domain/card.ts';
import type { Clock } from '../../ports/clock.ts';
import type { IndexedCard, ReadTables, SystemRecord, Tables } from '../../ports/system-record.ts';
import { cardFactsToText } from '../card-facts.ts';
import { octetsOf } from '../card-key-octets.ts';
import { StoredFields } from '../stored-fields.ts';
import { closeAll, openForReading, openForWriting } from './connection.ts';
import { NodeSqliteDialect } from './dialect.ts';
import { migrateToLatest } from './migrate.ts';
import { first } from './migrations/record-001-first.ts';
import { revocation } from './migrations/record-002-revocation.ts';
import { sessionEnds } from './migrations/record-003-session-ends.ts';
import { notices } from './migrations/record-004-notices.ts';
import { peopleDirectory } from './migrations/record-005-people-directory.ts';
import { deviceRequests } from './migrations/record-006-device-requests.ts';
import { passkeys } from './migrations/record-007-passkeys.ts';
import { stations } from './migrations/record-008-stations.ts';
import { clientPeople } from './migrations/record-010-client-people.ts';
import { signInEnds } from './migrations/record-012-sign-in-ends.ts';
import { temporaryCodes } from './migrations/record-013-temporary-codes.ts';
import type { RecordSchema } from './schema.ts';
import { factsOfRows, factsQuery } from './tables/facts.ts';
import { noteCard } from './tables/index-notes.ts';
import { tablesOver } from './tables/tables.ts';
import type { WriteTurn } from './write-turn.ts';

export const recordMigrations = {
  '001-first': first,
  '002-revocation': revocation,
  '003-session-ends': sessionEnds,
  '004-notices': notices,
  '005-people-directory': peopleDirectory,
  '006-device-requests': deviceRequests,
  '007-passkeys': passkeys,
  '008-stations': stations,
  '010-client-people': clientPeople,
  '012-sign-in-ends': signInEnds,
  '013-temporary-codes': temporaryCodes,
};
const code = 'ERR_RECORD_UNAVAILABLE';
const forgottenAtOnce = 32;

/**
 * Opens the record, bringing its schema up to date.
 * @param turn orders the writers of this file, the audit trail among them.
 * @param clock says when people came and changed.
 * @param whoIsTold the audit trail: its events keep their order, and new ones are to be vouched for.
 */
export async function openSqliteRecord(
  path: string,
  turn: WriteTurn,
  clock: Clock,
  whoIsTold: ToldOfChanges = { before() {}, after() {} },
): Promise<SystemRecord> {
  const writing = openForWriting(path, 'FULL', code);
  try {
    await migrateToLatest(writing, recordMigrations, code);
    return new SqliteRecord(writing, openForReading(path, code), turn, clock, whoIsTold);
  } catch (error) {
    writing.close();
    throw error;
  }
}

/** Called before a change has its turn, and when it is on disk. */
export interface ToldOfChanges {
  before(): void;
  after(): void;
}

/** Changes and reads have a connection each: a read waits for no change, and sees the last one that finished. */
class SqliteRecord implements SystemRecord {
  readonly organizations: ReadTables['organizations'];
  readonly people: ReadTables['people'];
  readonly directory: ReadTables['directory'];
  readonly invitations: ReadTables['invitations'];
  readonly registrations: ReadTables['registrations'];
  readonly cards: ReadTables['cards'];
  readonly readers: ReadTables['readers'];
  readonly stations: ReadTables['stations'];
  readonly clients: ReadTables['clients'];
  readonly appliedLists: ReadTables['appliedLists'];
  readonly crlRuns: ReadTables['crlRuns'];
  readonly sessionEnds: ReadTables['sessionEnds'];
  readonly logoutDeliveries: ReadTables['logoutDeliveries'];
  readonly notices: ReadTables['notices'];
  readonly passkeys: ReadTables['passkeys'];
  readonly clientIdentifiers: ReadTables['clientIdentifiers'];
  readonly clientConsents: ReadTables['clientConsents'];
  readonly temporaryCodes: ReadTables['temporaryCodes'];
  readonly consents: ReadTables['consents'];
  readonly settings: ReadTables['settings'];
  readonly #connections: readonly DatabaseSync[];
  readonly #writing: Kysely<RecordSchema>;
  readonly #reading: Kysely<RecordSchema>;
  readonly #turn: WriteTurn;
  readonly #clock: Clock;
  readonly #whoIsTold: ToldOfChanges;

  constructor(
    writing: DatabaseSync,
    reading: DatabaseSync,
    turn: WriteTurn,
    clock: Clock,
    whoIsTold: ToldOfChanges,
  ) {
    this.#connections = [reading, writing];
    this.#writing = new Kysely({ dialect: new NodeSqliteDialect(writing, code) });
    this.#reading = new Kysely({ dialect: new NodeSqliteDialect(reading, code) });
    this.#turn = turn;
    this.#clock = clock;
    this.#whoIsTold = whoIsTold;
    const tables = tablesOver(this.#reading, clock);
    this.organizations = tables.organizations;
    this.people = tables.people;
    this.directory = tables.directory;
    this.invitations = tables.invitations;
    this.registrations = tables.registrations;
    this.cards = tables.cards;
    this.readers = tables.readers;
    this.stations = tables.stations;
    this.clients = tables.clients;
    this.appliedLists = tables.appliedLists;
    this.crlRuns = tables.crlRuns;
    this.sessionEnds = tables.sessionEnds;
    this.logoutDeliveries = tables.logoutDeliveries;
    this.notices = tables.notices;
    this.passkeys = tables.passkeys;
    this.clientIdentifiers = tables.clientIdentifiers;
    this.clientConsents = tables.clientConsents;
    this.temporaryCodes = tables.temporaryCodes;
    this.consents = tables.consents;
    this.settings = tables.settings;
  }

  async change<T>(work: (tables: Tables) => Promise<T>): Promise<T> {
    this.#whoIsTold.before();
    const result = await this.#write((db) => work(tablesOver(db, this.#clock)));
    this.#whoIsTold.after();
    return result;
  }

  async pendingIndexKeys(): Promise<readonly CardKey[]> {
    const rows = await this.#reading.selectFrom('index_notes').select('card_key').execute();
    return rows.map((row) => new StoredFields(row, 'index_notes').hex<CardKey>('card_key'));
  }

  async indexed(entries: readonly IndexedCard[]): Promise<void> {
    await this.#write(async (db) => {
      for (const [index, { cardKey, facts }] of entries.entries()) {
        // Thousands of cards that a list revoked must not hold up who only looks something up.
        if (index % forgottenAtOnce === forgottenAtOnce - 1) await nextTurnOfTheEventLoop();
        await forgetNote(db, cardKey, facts);
      }
    });
  }

  async factsOf(cardKey: CardKey): Promise<readonly CardFacts[]> {
    return factsOfRows(await factsQuery(this.#reading, cardKey).execute());
  }

  async close(): Promise<void> {
    // After the changes that are under way.
    await this.#turn.run(async () => closeAll(...this.#connections));
  }

  #write<T>(work: (db: Kysely<RecordSchema>) => Promise<T>): Promise<T> {
    return this.#turn.run(() => this.#turn.changes.during(() => this.#writing.transaction().execute(work)));
  }
}

async function forgetNote(
  db: Kysely<RecordSchema>,
  cardKey: CardKey,
  facts: readonly CardFacts[],
): Promise<void> {
  const current = factsOfRows(await factsQuery(db, cardKey).execute());
  // What was put is older than the record, and may have overwritten what was newer: it is to be put again.
  if (!isDeepStrictEqual(current, facts)) return noteCard(db, cardKey);
  // The record's own index too, whichever one is in use: without its note it must hold the same.
  await replaceEntry(db, cardKey, facts);
  await db.deleteFrom('index_notes').where('card_key', '=', octetsOf(cardKey)).execute();
}

async function replaceEntry(
  db: Kysely<RecordSchema>,
  cardKey: CardKey,
  cards: readonly CardFacts[],
): Promise<void> {
  const card_key = octetsOf(cardKey);
  await db.deleteFrom('card_index').where('card_key', '=', card_key).execute();
  if (cards.length === 0) return;
  await db
    .insertInto('card_index')
    .values({ card_key, facts: cardFactsToText(cards) })
    .execute();
}
