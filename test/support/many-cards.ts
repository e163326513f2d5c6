import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parseSerialNumber, type SerialNumber } from '../../idp/domain/certificate-id.ts';
import { recordFileName } from '../../idp/storage/file-names.ts';
import { createCardNumbers } from '../../idp/storage/keys/card-numbers.ts';
import type { Keys } from '../../idp/storage/keys/key-directory.ts';

/** The serial number of the n-th card of `multiplyCard`. */
export function serialNumberOf(n: number): SerialNumber {
  return parseSerialNumber((0x1000_0000 + n).toString(16));
}

/** What differs from card to card, as SQL over the row of `many`. */
const own = {
  people: {
    person_id: `'many-' || n`,
    uid: `'many-' || n`,
    employee_number: 'NULL',
    mail: 'NULL',
    unix_number: 'n + 1000',
    uid_key: `'many-' || n`,
    employee_number_key: 'NULL',
    mail_key: 'NULL',
  },
  card_index: {
    card_key: 'many.card_key',
    facts: `json_set(facts, '$[0].cardId', 'many-' || n,
      '$[0].person.personId', 'many-' || n, '$[0].person.uid', 'many-' || n, '$[0].person.kept[2]', n + 1000)`,
  },
  cards: {
    card_id: `'many-' || n`,
    card_key: 'many.card_key',
    sealed_number: 'sealed',
    person_id: `'many-' || n`,
    proved_by_signature_at: 'source.proved_by_signature_at - 86400000',
  },
} as const;

/**
 * Makes many cards out of the only one of an installation: each with a holder of its own, a number of its own under the
 * installation's keys, and its entry in the index, proved a day before; everything else is as it was registered. By SQL, because a million
 * registrations would take a day.
 */
export function multiplyCard(dataDir: string, keys: Keys, count: number): void {
  const record = new DatabaseSync(join(dataDir, recordFileName));
  try {
    record.exec('PRAGMA synchronous = OFF; PRAGMA cache_size = -400000; BEGIN IMMEDIATE');
    record.exec('CREATE TEMP TABLE many (n INTEGER PRIMARY KEY, card_key BLOB, sealed TEXT)');
    const insert = record.prepare('INSERT INTO many VALUES (?, ?, ?)');
    const numbers = createCardNumbers(keys);
    for (let n = 0; n < count; n += 1) {
      const value = serialNumberOf(n);
      const key = numbers.keyOf({ kind: 'jpki', value });
      insert.run(n, Buffer.from(key, 'hex'), numbers.seal(Buffer.from(value), key));
    }
    withoutIndexes(record, () => {
      copyRow(record, 'people', 'WHERE person_id = (SELECT person_id FROM cards)');
      joinGroups(record);
      // In the order of the keys, so that a table by key grows at its end.
      copyRow(record, 'card_index', '', 'ORDER BY many.card_key');
      copyRow(record, 'cards', '');
    });
    record.exec('COMMIT; PRAGMA wal_checkpoint(TRUNCATE)');
  } finally {
    record.close();
  }
}

/** Made anew at the end they are sorted once, instead of a million random places being looked for. */
function withoutIndexes(record: DatabaseSync, work: () => void): void {
  const indexes = record
    .prepare(
      `SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ('people', 'cards')`,
    )
    .all();
  for (const { name } of indexes) record.exec(`DROP INDEX ${String(name)}`);
  work();
  for (const { sql } of indexes) record.exec(String(sql));
}

/** Every one of `many` in the groups of the only person. */
function joinGroups(record: DatabaseSync): void {
  record.exec(`INSERT INTO person_groups SELECT group_number, 'many-' || n AS uid FROM person_groups, many
    WHERE person_groups.uid = (SELECT uid FROM people JOIN cards USING (person_id) ORDER BY cards.rowid LIMIT 1)
    ORDER BY group_number, uid`);
}

/** The row of a table once for every one of `many`, with some columns of its own. */
function copyRow(record: DatabaseSync, table: keyof typeof own, where: string, order = ''): void {
  const columns: { readonly [column: string]: string } = own[table];
  const names = record
    .prepare(`SELECT name FROM pragma_table_info('${table}')`)
    .all()
    .map(({ name }) => String(name));
  const values = names.map((name) => columns[name] ?? `source.${name}`);
  record.exec(
    `INSERT INTO ${table} (${names.join(', ')})
     SELECT ${values.join(', ')} FROM (SELECT * FROM ${table} ${where} LIMIT 1) AS source, many ${order}`,
  );
}
