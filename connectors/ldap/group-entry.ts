import type { DeviceProfile } from '../../idp/domain/device-profile.ts';
import { isUnixName } from '../../idp/domain/unix-accounts.ts';
import type { GroupWithMembers } from './directory-service.ts';
import { type Entry, type EntryAttribute, operational } from './entry.ts';
import { knownType } from './schema/attribute-types.ts';
import type { Tree } from './tree.ts';

const types = {
  objectClass: knownType('objectClass'),
  structuralObjectClass: knownType('structuralObjectClass'),
  cn: knownType('cn'),
  member: knownType('member'),
  gidNumber: knownType('gidNumber'),
  memberUid: knownType('memberUid'),
};

const classes = ['top', 'groupOfNames'];
const accountClasses = [...classes, 'posixGroup'];
const structuralClass = ['groupOfNames'];
const no = ['FALSE'];
const keys: ReadonlySet<string> = new Set(['cn', 'member']);
const accountKeys: ReadonlySet<string> = new Set([...keys, 'gidnumber', 'memberuid']);

/** Keys of the user attributes that a group's entry can have for this device. */
export function groupTypes({ unixAccounts }: DeviceProfile): ReadonlySet<string> {
  return unixAccounts === undefined ? keys : accountKeys;
}

/** Every class that a group's entry can have for this device. */
export function groupClasses({ unixAccounts }: DeviceProfile): readonly string[] {
  return unixAccounts === undefined ? classes : accountClasses;
}

/** A group as one device sees it. */
export function groupEntry(
  tree: Tree,
  { name, number, memberUids }: GroupWithMembers,
  { unixAccounts }: DeviceProfile,
): Entry {
  const dn = tree.groupDn(name);
  const attributes: EntryAttribute[] = [
    { type: types.objectClass, values: unixAccounts === undefined ? classes : accountClasses },
    { type: types.cn, values: [name] },
  ];
  if (memberUids.length > 0) attributes.push(made(types.member, () => memberUids.map(tree.personDn)));
  if (unixAccounts !== undefined) {
    attributes.push({ type: types.gidNumber, values: [String(unixAccounts.groupNumberFrom + number)] });
    const accounts = memberUids.filter(isUnixName);
    if (accounts.length > 0) attributes.push({ type: types.memberUid, values: accounts });
  }
  attributes.push({ type: types.structuralObjectClass, values: structuralClass }, ...operational(dn, no));
  return { dn, attributes };
}

/** A hundred thousand names are made when they are looked at, once. */
function made(type: EntryAttribute['type'], make: () => readonly string[]): EntryAttribute {
  let values: readonly string[] | undefined;
  return {
    type,
    get values() {
      values ??= make();
      return values;
    },
  };
}
