import { AndFilter, EqualityFilter } from 'ldapts';
import { escapeDnValue } from '../ldap/codec/dn.ts';
import {
  type Conversation,
  cardSearch,
  needed,
  serviceBind,
  type Trial,
  unknownCardSearch,
} from './steps.ts';
import type { Found, Talk } from './talk.ts';

/** As nslcd and SSSD do: the account by its name, its groups, then a bind as it with the password. */
const unix: Conversation = async (talk, trial) => {
  await serviceBind(talk, trial);
  const user = needed(trial.user, '--user');
  const person = await accountSearch(talk, trial, user);
  const groups = { scope: 'sub' as const, filter: '(objectClass=posixGroup)', attributes: groupFields };
  await talk.search('reads the groups', `ou=groups,${trial.baseDn}`, groups, 'any');
  await passwordBind(talk, trial, person);
  return person;
};

/** rlm_ldap: the number that the door sent as `User-Name` is searched; a name with a password is bound besides. */
const freeradius: Conversation = async (talk, trial) => {
  await serviceBind(talk, trial);
  const person = await cardSearch(talk, trial, needed(trial.card, '--card'));
  await unknownCardSearch(talk, trial);
  if (trial.user === undefined) return person;
  const named = await personSearch(talk, trial, trial.user);
  await passwordBind(talk, trial, named);
  return person;
};

/** The controller binds as the card itself, with its own secret; who that is it may read, and nobody else. */
const door: Conversation = async (talk, trial) => {
  const card = needed(trial.card, '--card');
  await talk.connect();
  await talk.bind('binds as the card that is held to it', cardDn(trial, card), trial.secret);
  const own = {
    scope: 'sub' as const,
    filter: '(objectClass=person)',
    attributes: ['uid', 'cn', 'memberOf'],
  };
  const [person] = await talk.search('reads who that is', `ou=people,${trial.baseDn}`, own, 'one');
  if (trial.unknownCard !== undefined) {
    await talk.connect();
    const stranger = cardDn(trial, trial.unknownCard);
    await talk.refusedBind('binds as a card that is nobody’s', stranger, trial.secret);
  }
  return person;
};

export const systemConversations = { unix, freeradius, door };

/** What getpwnam(3) and getgrnam(3) give. */
const accountFields = ['uid', 'uidNumber', 'gidNumber', 'cn', 'gecos', 'homeDirectory', 'loginShell'];
const groupFields = ['cn', 'gidNumber', 'memberUid', 'member'];

async function accountSearch(talk: Talk, { baseDn }: Trial, user: string): Promise<Found> {
  const name = new EqualityFilter({ attribute: 'uid', value: user });
  const account = new EqualityFilter({ attribute: 'objectClass', value: 'posixAccount' });
  const filter = new AndFilter({ filters: [account, name] });
  const search = { scope: 'sub' as const, filter, attributes: accountFields };
  const does = `searches the account ${user} (posixAccount)`;
  const [person] = await talk.search(does, `ou=people,${baseDn}`, search, 'one');
  return person as Found;
}

async function personSearch(talk: Talk, { baseDn }: Trial, user: string): Promise<Found> {
  const filter = new EqualityFilter({ attribute: 'uid', value: user });
  const search = { scope: 'sub' as const, filter };
  const [person] = await talk.search(`searches (uid=${user})`, `ou=people,${baseDn}`, search, 'one');
  return person as Found;
}

async function passwordBind(talk: Talk, { password }: Trial, { dn }: Found): Promise<void> {
  if (password === undefined) return;
  await talk.connect();
  await talk.bind(`binds as ${dn} with the password`, dn, password);
}

/** `cn=CARD,cn=DEVICE,ou=cards,…`, with the device’s name out of its own bind DN. */
function cardDn({ bindDn, baseDn }: Trial, card: string): string {
  const [device = ''] = bindDn.split(/,\s*ou=devices\b/i);
  return `cn=${escapeDnValue(card)},${device},ou=cards,${baseDn}`;
}
