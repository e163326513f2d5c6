import { type Kysely, sql } from 'kysely';

/** Under which identifiers clients know people, and what people let clients have. */
export const clientPeople = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

const statements = [
  `CREATE TABLE client_identifiers (
    client_id TEXT NOT NULL REFERENCES clients, person_id TEXT NOT NULL REFERENCES people,
    identifier TEXT NOT NULL, linked_at INTEGER NOT NULL, PRIMARY KEY (client_id, person_id)
  ) STRICT, WITHOUT ROWID`,
  // One person a number, whatever runs at once.
  `CREATE UNIQUE INDEX holder_of_client_identifier ON client_identifiers (client_id, identifier)`,
  `CREATE INDEX client_identifiers_of_person ON client_identifiers (person_id)`,

  `CREATE TABLE client_consents (
    client_id TEXT NOT NULL REFERENCES clients, person_id TEXT NOT NULL REFERENCES people,
    released TEXT NOT NULL, given_at INTEGER NOT NULL, PRIMARY KEY (client_id, person_id)
  ) STRICT, WITHOUT ROWID`,
  `CREATE INDEX client_consents_of_person ON client_consents (person_id)`,
];
