import { Attribute, Change, EqualityFilter, OrFilter } from 'ldapts';
import { InvalidInput } from '../../idp/domain/fault.ts';
import { escapeDnValue } from '../ldap/codec/dn.ts';
import type { Found, Talk } from './talk.ts';

/** The devices whose conversations are scripted, from what their vendors document. */
export const scriptedDevices = ['konica', 'fujifilm', 'ricoh', 'hp', 'papercut'] as const;
export type ScriptedDevice = (typeof scriptedDevices)[number];

/** What is entered on the device, and who stands in front of it. */
export interface Trial {
  readonly bindDn: string;
  readonly secret: string;
  readonly baseDn: string;
  /** Under which attribute the device searches a card; Ricoh takes several. */
  readonly cardAttributes: readonly string[];
  /** As the device's reader sends it. */
  readonly card?: string;
  /** A number that is nobody's: the device must be told so. */
  readonly unknownCard?: string;
  readonly user?: string;
  readonly password?: string;
  /** A number that the person enrols at the device. */
  readonly enrolCard?: string;
}

/** What printers read back of the person. */
const readBack = ['uid', 'cn', 'displayName', 'mail', 'department', 'ou', 'memberOf'];

/** One conversation with each device; ends with the person whom the device lets in. @throws {GaveUp} */
export type Conversation = (talk: Talk, trial: Trial) => Promise<Found | undefined>;

/** Card mode: the service account binds and the search is the login; both spellings of hexadecimal are sent. */
const konica: Conversation = async (talk, trial) => {
  await serviceBind(talk, trial);
  const card = needed(trial.card, '--card');
  const person = await cardSearch(talk, trial, card.toUpperCase());
  if (card.toLowerCase() !== card.toUpperCase()) await cardSearch(talk, trial, card.toLowerCase());
  await unknownCardSearch(talk, trial);
  if (trial.enrolCard !== undefined) await enrol(talk, trial, person);
  return person;
};

/** One attribute for the card; with "IC card and password" it binds as the entry that it found. */
const fujifilm: Conversation = async (talk, trial) => {
  await serviceBind(talk, trial);
  const person = await cardSearch(talk, trial, needed(trial.card, '--card'));
  await unknownCardSearch(talk, trial);
  if (trial.password !== undefined) {
    await talk.connect();
    await talk.bind('binds as the person whose card it was, with the password', person.dn, trial.password);
    if (trial.enrolCard !== undefined) await modifyCard(talk, trial, person, trial.enrolCard);
  }
  return person;
};

/** A comma list of login-name attributes becomes an OR over all of them with the same value. */
const ricoh: Conversation = async (talk, trial) => {
  await serviceBind(talk, trial);
  const person = await cardSearch(talk, trial, needed(trial.card, '--card'));
  await unknownCardSearch(talk, trial);
  return person;
};

/** Builds the DN from a prefix and the user name and binds as the user; then reads the user's entry. */
const hp: Conversation = async (talk, trial) => {
  const user = needed(trial.user, '--user');
  const dn = `uid=${escapeDnValue(user)},ou=people,${trial.baseDn}`;
  await talk.connect();
  await talk.bind(`binds as ${dn} with the password`, dn, needed(trial.password, '--user-password-file'));
  const filter = new EqualityFilter({ attribute: 'uid', value: user });
  const search = { scope: 'sub' as const, filter, attributes: readBack };
  const [person] = await talk.search(
    `searches (uid=${user}) below ${trial.baseDn}`,
    trial.baseDn,
    search,
    'one',
  );
  return person;
};

/** Copies all people page by page, asks for the groups of one, and binds as the user who types a password. */
const papercut: Conversation = async (talk, trial) => {
  await serviceBind(talk, trial);
  const attributes = [...new Set([...readBack, ...trial.cardAttributes])];
  const everybody = { scope: 'sub' as const, filter: '(objectClass=inetOrgPerson)', attributes };
  const people = await talk.search(
    'copies everybody, 500 a page (paged results)',
    `ou=people,${trial.baseDn}`,
    { ...everybody, paged: { pageSize: 500 } },
    'some',
  );
  const groups = {
    scope: 'one' as const,
    filter: '(objectClass=groupOfNames)',
    attributes: ['cn', 'member'],
  };
  await talk.search('copies the groups', `ou=groups,${trial.baseDn}`, groups, 'some');
  const person = people.find(({ uid }) => trial.user === undefined || uid === trial.user);
  if (person !== undefined && trial.user !== undefined && trial.password !== undefined) {
    await talk.connect();
    await talk.bind(`binds as ${person.dn} with the password`, person.dn, trial.password);
  }
  return person;
};

export const conversations: { readonly [device in ScriptedDevice]: Conversation } = {
  konica,
  fujifilm,
  ricoh,
  hp,
  papercut,
};

async function serviceBind(talk: Talk, { bindDn, secret }: Trial): Promise<void> {
  await talk.connect();
  await talk.bind(`binds as ${bindDn} (service account)`, bindDn, secret);
}

async function cardSearch(talk: Talk, trial: Trial, card: string): Promise<Found> {
  const does = `searches the card by ${trial.cardAttributes.join(' or ')} below ${trial.baseDn}`;
  const [person] = await talk.search(does, trial.baseDn, cardQuery(trial, card), 'one');
  return person as Found;
}

async function unknownCardSearch(talk: Talk, trial: Trial): Promise<void> {
  if (trial.unknownCard === undefined) return;
  const does = 'searches a card that is nobody’s, as when a stranger holds one to it';
  await talk.search(does, trial.baseDn, cardQuery(trial, trial.unknownCard), 'none');
}

function cardQuery({ cardAttributes }: Trial, value: string) {
  const filters = cardAttributes.map((attribute) => new EqualityFilter({ attribute, value }));
  const filter = filters.length === 1 && filters[0] ? filters[0] : new OrFilter({ filters });
  return { scope: 'sub' as const, filter, attributes: readBack };
}

/** The person types the password once, and the device notes the new card as that person. */
async function enrol(talk: Talk, trial: Trial, person: Found): Promise<void> {
  await talk.connect();
  const password = needed(trial.password, '--user-password-file');
  await talk.bind(`binds as ${person.dn} with the password, to note a new card`, person.dn, password);
  await modifyCard(talk, trial, person, needed(trial.enrolCard, '--enrol-card'));
}

async function modifyCard(talk: Talk, trial: Trial, { dn }: Found, card: string): Promise<void> {
  const [type = ''] = trial.cardAttributes;
  const modification = new Attribute({ type, values: [card] });
  const does = `adds the new card to ${type} of ${dn}: a request that an approver decides`;
  await talk.modify(does, dn, new Change({ operation: 'add', modification }));
}

function needed(value: string | undefined, option: string): string {
  if (value !== undefined) return value;
  throw new InvalidInput('ERR_OPTION', `This device’s conversation needs ${option}.`);
}
