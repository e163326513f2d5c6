import { Attribute, Change, EqualityFilter } from 'ldapts';
import { escapeDnValue } from '../ldap/codec/dn.ts';
import {
  type Conversation,
  cardSearch,
  needed,
  readBack,
  serviceBind,
  type Trial,
  unknownCardSearch,
} from './steps.ts';
import { systemConversations } from './system-conversations.ts';
import type { Found, Talk } from './talk.ts';

/** The devices whose conversations are scripted, from what their vendors document; named as their presets are. */
export const scriptedDevices = [
  'konica-minolta',
  'fujifilm',
  'ricoh',
  'hp',
  'papercut',
  'unix',
  'freeradius',
  'door',
] as const;
export type ScriptedDevice = (typeof scriptedDevices)[number];

/** Card mode: the service account binds and the search is the login; both spellings of hexadecimal are sent. */
const konicaMinolta: Conversation = async (talk, trial) => {
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
  'konica-minolta': konicaMinolta,
  fujifilm,
  ricoh,
  hp,
  papercut,
  ...systemConversations,
};

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
