import { InvalidInput } from '../domain/fault.ts';
import type { Organization, Person } from '../domain/person.ts';
import type { Reader } from '../domain/reader.ts';
import type { Registration, RegistrationId } from '../domain/registration.ts';
import type { Card, ReadTables } from '../ports/system-record.ts';

/** @throws {InvalidInput} `ERR_PERSON_UNKNOWN` */
export async function requirePerson(tables: Pick<ReadTables, 'people'>, idOrUid: string): Promise<Person> {
  const person = await tables.people.find(idOrUid);
  if (person !== undefined) return person;
  throw new InvalidInput(
    'ERR_PERSON_UNKNOWN',
    `No person "${idOrUid}". \`kazasu person list\` shows who there is.`,
  );
}

/** @throws {InvalidInput} `ERR_CARD_UNKNOWN` */
export async function requireCard(tables: Pick<ReadTables, 'cards'>, id: string): Promise<Card> {
  const card = await tables.cards.find(id as Card['cardId']);
  if (card !== undefined) return card;
  throw new InvalidInput(
    'ERR_CARD_UNKNOWN',
    `No card "${id}". \`kazasu card list\` shows the cards and their ids.`,
  );
}

/** @throws {InvalidInput} `ERR_REGISTRATION_UNKNOWN` */
export async function requireRegistration(
  tables: Pick<ReadTables, 'registrations'>,
  id: string,
): Promise<Registration> {
  const registration = await tables.registrations.find(id as RegistrationId);
  if (registration !== undefined) return registration;
  throw new InvalidInput(
    'ERR_REGISTRATION_UNKNOWN',
    `No registration "${id}". \`kazasu card list\` shows what waits for approval.`,
  );
}

/** @throws {InvalidInput} `ERR_READER_UNKNOWN` */
export async function requireReader(tables: Pick<ReadTables, 'readers'>, idOrName: string): Promise<Reader> {
  const reader = await tables.readers.find(idOrName);
  if (reader !== undefined) return reader;
  throw new InvalidInput('ERR_READER_UNKNOWN', `No reader "${idOrName}". \`kazasu reader list\` shows them.`);
}

/** @throws {InvalidInput} `ERR_ORGANIZATION_UNKNOWN` */
export async function requireOrganization(
  tables: Pick<ReadTables, 'organizations'>,
  name: string,
): Promise<Organization> {
  const organization = await tables.organizations.findByName(name);
  if (organization !== undefined) return organization;
  throw new InvalidInput(
    'ERR_ORGANIZATION_UNKNOWN',
    `No organisation "${name}". It comes into being with its first people: \`kazasu person import\`.`,
  );
}
