import { type Kysely, sql } from 'kysely';

/** People as a directory shows them: since when, under which number, found by folded names, in groups with numbers. */
export const peopleDirectory = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of columns) await sql.raw(statement).execute(db);
    await foldNames(db);
    await numberGroups(db);
    for (const statement of indexes) await sql.raw(statement).execute(db);
  },
};

const now = `CAST(unixepoch() AS INTEGER) * 1000`;

const columns = [
  // When somebody came is not known of those who are here already: the earliest known moment is this one.
  ...['added_at', 'changed_at', 'unix_number'].map(
    (name) => `ALTER TABLE people ADD COLUMN ${name} INTEGER NOT NULL DEFAULT 0`,
  ),
  ...['uid_key', 'display_name_key', 'mail_key', 'employee_number_key'].map(
    (name) => `ALTER TABLE people ADD COLUMN ${name} TEXT`,
  ),
  `UPDATE people SET added_at = ${now}, changed_at = ${now}, unix_number = numbered.n
    FROM (SELECT person_id, row_number() OVER (ORDER BY rowid) AS n FROM people) AS numbered
    WHERE numbered.person_id = people.person_id`,

  // Numbers once given are not given again, whoever is deleted.
  `CREATE TABLE counters (name TEXT PRIMARY KEY, last INTEGER NOT NULL) STRICT, WITHOUT ROWID`,
  `INSERT INTO counters SELECT 'unix-number', coalesce(max(unix_number), 0) FROM people`,

  `CREATE TABLE group_names (
    group_number INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, name_key TEXT NOT NULL UNIQUE
  ) STRICT`,
  `CREATE TABLE person_groups (
    group_number INTEGER NOT NULL REFERENCES group_names,
    uid TEXT NOT NULL COLLATE NOCASE REFERENCES people (uid) ON DELETE CASCADE ON UPDATE CASCADE,
    PRIMARY KEY (group_number, uid)
  ) STRICT, WITHOUT ROWID`,

  // What the index says of a person. Of cards that share a number the record itself says it, until it is put anew.
  `UPDATE card_index SET facts = json_set(facts, '$[0].person.kept',
      json_array(added_at / 1000, changed_at / 1000, unix_number))
    FROM people WHERE json_array_length(facts) = 1 AND person_id = json_extract(facts, '$[0].person.personId')`,
  `INSERT OR IGNORE INTO index_notes SELECT card_key FROM card_index WHERE json_array_length(facts) > 1`,
];

const indexes = [
  `CREATE UNIQUE INDEX people_by_unix_number ON people (unix_number)`,
  `CREATE INDEX person_groups_by_uid ON person_groups (uid)`,
  `CREATE INDEX people_by_uid_key ON people (uid_key)`,
  // By uid within: where thousands have it in common, they are read page by page.
  `CREATE INDEX people_by_display_name_key ON people (display_name_key, uid)`,
  `CREATE INDEX people_by_mail_key ON people (mail_key, uid) WHERE mail_key IS NOT NULL`,
  `CREATE INDEX people_by_employee_number_key ON people (employee_number_key, uid) WHERE employee_number_key IS NOT NULL`,
  `DROP INDEX people_by_display_name`,
  `DROP INDEX people_by_mail`,
  `DROP INDEX people_by_employee_number`,
  `DROP INDEX people_by_organization`,
  `CREATE INDEX people_by_organization ON people (organization_id, uid)`,
];

const peoplePerStatement = 5_000;

/** SQLite folds ASCII only. */
async function foldNames(db: Kysely<unknown>): Promise<void> {
  for (let after = 0; ; ) {
    const { rows } = await sql<{ id: number; u: string; d: string; m: string | null; e: string | null }>`
      SELECT rowid AS id, uid AS u, display_name AS d, mail AS m, employee_number AS e
      FROM people WHERE rowid > ${after} ORDER BY rowid LIMIT ${peoplePerStatement}`.execute(db);
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.id;
    const folded = rows.map(({ id, u, d, m, e }) => [id, fold(u), fold(d), m && fold(m), e && fold(e)]);
    await sql`UPDATE people SET uid_key = value ->> 1, display_name_key = value ->> 2, mail_key = value ->> 3,
        employee_number_key = value ->> 4
      FROM json_each(${JSON.stringify(folded)}) WHERE people.rowid = value ->> 0`.execute(db);
  }
}

async function numberGroups(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    SELECT DISTINCT value AS name FROM people, json_each(people.groups) ORDER BY name`.execute(db);
  for (const { name } of rows) {
    await sql`INSERT OR IGNORE INTO group_names (name, name_key) VALUES (${name}, ${fold(name)})`.execute(db);
  }
  const keys = JSON.stringify(rows.map(({ name }) => [name, fold(name)]));
  await sql`INSERT OR IGNORE INTO person_groups
    SELECT group_number, uid FROM people, json_each(people.groups) AS given, json_each(${keys}) AS spelt
      JOIN group_names ON name_key = spelt.value ->> 1
    WHERE spelt.value ->> 0 = given.value`.execute(db);
}

/** As names were folded when this was written: a migration never changes. */
function fold(value: string): string {
  const nothing = /(?![\t\n\v\f\r\x85])[\p{Cc}\p{Cf}]|\u034f|\u1806|[\u180b-\u180d]|[\ufe00-\ufe0f]|\ufffc/gu;
  const spaced = value
    .replace(nothing, '')
    .normalize('NFKC')
    .replace(/[\s\x85]+/g, ' ')
    .trim();
  return spaced.toLowerCase().replaceAll('ß', 'ss').replaceAll('ς', 'σ');
}
