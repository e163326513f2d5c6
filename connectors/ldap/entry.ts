import type { DeviceProfile } from '../../idp/domain/device-profile.ts';
import type { Instant } from '../../idp/domain/instant.ts';
import type { ReleasedPerson } from '../../idp/domain/person.ts';
import { dnKey, parseDn } from './codec/dn.ts';
import { nameUuid } from './name-uuid.ts';
import { type AttributeType, attributeType, knownType } from './schema/attribute-types.ts';
import { writeGeneralizedTime } from './schema/generalized-time.ts';
import { subschemaDn, type Tree } from './tree.ts';
import { accountAttributes, accountClasses, accountTypes } from './unix-account.ts';

export interface EntryAttribute {
  readonly type: AttributeType;
  readonly values: readonly string[];
}

/** What a search can find. Attributes without a value are not in it. */
export interface Entry {
  readonly dn: string;
  readonly attributes: readonly EntryAttribute[];
}

const types = {
  objectClass: knownType('objectClass'),
  structuralObjectClass: knownType('structuralObjectClass'),
  uid: knownType('uid'),
  cn: knownType('cn'),
  sn: knownType('sn'),
  displayName: knownType('displayName'),
  phonetic: knownType('msDS-PhoneticDisplayName'),
  mail: knownType('mail'),
  employeeNumber: knownType('employeeNumber'),
  o: knownType('o'),
  ou: knownType('ou'),
  department: knownType('department'),
  title: knownType('title'),
  memberOf: knownType('memberOf'),
  entryDN: knownType('entryDN'),
  entryUUID: knownType('entryUUID'),
  subschemaSubentry: knownType('subschemaSubentry'),
  hasSubordinates: knownType('hasSubordinates'),
  createTimestamp: knownType('createTimestamp'),
  modifyTimestamp: knownType('modifyTimestamp'),
};

const personClasses = ['top', 'person', 'organizationalPerson', 'inetOrgPerson'];
const accountPersonClasses = [...personClasses, ...accountClasses];
const personClass = ['inetOrgPerson'];
const subschemaSubentry = [subschemaDn];
const no = ['FALSE'];

/** Every attribute of a person and where its value comes from, in the order in which they are shown. */
const personColumns: readonly (readonly [AttributeType, (person: ReleasedPerson) => string | undefined])[] = [
  [types.uid, ({ uid }) => uid],
  [types.cn, ({ displayName }) => displayName],
  // The record keeps a name as people write it, undivided; `sn` is demanded by the class.
  [types.sn, ({ displayName }) => displayName],
  [types.displayName, ({ displayName }) => displayName],
  [types.phonetic, ({ displayNameKana }) => displayNameKana],
  [types.mail, ({ mail }) => mail],
  [types.employeeNumber, ({ employeeNumber }) => employeeNumber],
  [types.o, ({ organization }) => organization],
  [types.ou, ({ department }) => department],
  [types.department, ({ department }) => department],
  [types.title, ({ title }) => title],
];

type Column = readonly [AttributeType, (person: ReleasedPerson) => string | undefined];

const readerOf = new Map(personColumns.map(([type, read]) => [type.key, read]));
const columnsOfProfile = new WeakMap<DeviceProfile, readonly Column[]>();

/**
 * What this device sees, under the names by which it does. A card attribute of the device never comes out of the
 * record: the same name would otherwise mean a card to the device and something else to us.
 */
function visibleColumns(profile: DeviceProfile): readonly Column[] {
  const known = columnsOfProfile.get(profile);
  if (known !== undefined) return known;
  const columns = profile.released.flatMap(({ shown, from }): readonly Column[] => {
    const [type, read] = [attributeType(shown), readerOf.get(from)];
    if (type === undefined || read === undefined) return [];
    return type === types.uid || !profile.cardAttributes.includes(type.key) ? [[type, read]] : [];
  });
  columnsOfProfile.set(profile, columns);
  return columns;
}

/** Keys of the user attributes that a person's entry can have for this device. */
export function personTypes(profile: DeviceProfile): ReadonlySet<string> {
  const own = visibleColumns(profile).map(([type]) => type.key);
  return new Set([...own, ...(profile.unixAccounts === undefined ? [] : accountTypes)]);
}

/** Every class that a person's entry can have for this device. */
export function personClassesFor({ unixAccounts }: DeviceProfile): readonly string[] {
  return unixAccounts === undefined ? personClasses : accountPersonClasses;
}

/**
 * A person as one device sees them.
 * @param echo the card number as this device searched it, and under which attributes
 */
export function personEntry(
  tree: Tree,
  person: ReleasedPerson,
  profile: DeviceProfile,
  echo?: { readonly attributes: readonly AttributeType[]; readonly number: string },
): Entry {
  const entry = knownEntry(tree, person, profile);
  if (echo === undefined) return entry;
  const attributes = [...entry.attributes];
  for (const type of echo.attributes) {
    if (type !== types.uid) attributes.push({ type, values: [echo.number] });
  }
  return { dn: entry.dn, attributes };
}

interface KnownEntry {
  readonly tree: Tree;
  readonly profile: DeviceProfile;
  readonly entry: Entry;
}

/** By the person as looked up: whoever remembers that, until a change, need not have the entry made anew. */
const lastEntryOf = new WeakMap<ReleasedPerson, KnownEntry>();

function knownEntry(tree: Tree, person: ReleasedPerson, profile: DeviceProfile): Entry {
  const last = lastEntryOf.get(person);
  if (last !== undefined && last.profile === profile && last.tree === tree) return last.entry;
  const entry = makeEntry(tree, person, profile);
  lastEntryOf.set(person, { tree, profile, entry });
  return entry;
}

function makeEntry(tree: Tree, person: ReleasedPerson, profile: DeviceProfile): Entry {
  const dn = tree.personDn(person.uid);
  const account = profile.unixAccounts && accountAttributes(person, profile.unixAccounts);
  const classes = account === undefined ? personClasses : accountPersonClasses;
  const attributes: EntryAttribute[] = [{ type: types.objectClass, values: classes }];
  for (const [type, read] of visibleColumns(profile)) {
    const value = read(person);
    if (value !== undefined && value !== '') attributes.push({ type, values: [value] });
  }
  if (account !== undefined) attributes.push(...account);
  if (person.groups.length > 0 && profile.released.some(({ from }) => from === 'memberof')) {
    // Most searches do not ask for it: its names are made when they are looked at.
    attributes.push({
      type: types.memberOf,
      get values() {
        return person.groups.map(tree.groupDn);
      },
    });
  }
  const structural = { type: types.structuralObjectClass, values: personClass };
  attributes.push(structural, ...operational(dn, no, person.personId));
  if (person.addedAt !== undefined) attributes.push(moment(types.createTimestamp, person.addedAt));
  if (person.changedAt !== undefined) attributes.push(moment(types.modifyTimestamp, person.changedAt));
  return { dn, attributes };
}

/** A time among the attributes of an entry. */
export function moment(type: AttributeType, at: Instant): EntryAttribute {
  return {
    type,
    get values() {
      return [writeGeneralizedTime(at)];
    },
  };
}

/**
 * What every entry has beside what people look for.
 * @param uuid without one, that of its name
 */
export function operational(
  dn: string,
  hasSubordinates: readonly string[],
  uuid?: string,
): readonly EntryAttribute[] {
  return [
    { type: types.entryDN, values: [dn] },
    uuid === undefined ? uuidOfName(dn) : { type: types.entryUUID, values: [uuid] },
    { type: types.subschemaSubentry, values: subschemaSubentry },
    { type: types.hasSubordinates, values: hasSubordinates },
  ];
}

/** Made when it is looked at, which is seldom. */
function uuidOfName(dn: string): EntryAttribute {
  return {
    type: types.entryUUID,
    get values() {
      return [nameUuid(dnKey(parseDn(dn)))];
    },
  };
}
