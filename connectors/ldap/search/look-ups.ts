import type { DeviceProfile, PersonAttributeName } from '../../../idp/domain/device-profile.ts';
import type { Filter } from '../codec/filter.ts';
import type { GroupLookUp, PersonLookUp } from '../directory-service.ts';
import { personClassesFor, personTypes } from '../entry.ts';
import { groupClasses, groupTypes } from '../group-entry.ts';
import type { Tree } from '../tree.ts';
import { type Kind, type LookUps, narrow, placeOf } from './narrowing.ts';

/** Which attributes of people the record has an index of. */
const indexOf: { readonly [name in PersonAttributeName]?: PersonLookUp['attribute'] } = {
  uid: 'uid',
  mail: 'mail',
  cn: 'displayName',
  sn: 'displayName',
  displayname: 'displayName',
  employeenumber: 'employeeNumber',
};

/** Whom of the people a filter can match. */
export function personLookUps(filter: Filter, profile: DeviceProfile, tree: Tree): LookUps<PersonLookUp> {
  return narrow(filter, personKind(profile, tree));
}

/** Which of the groups a filter can match. */
export function groupLookUps(filter: Filter, profile: DeviceProfile, tree: Tree): LookUps<GroupLookUp> {
  return narrow(filter, groupKind(profile, tree));
}

function personKind(profile: DeviceProfile, tree: Tree): Kind<PersonLookUp> {
  const shown = new Map(profile.released.map((one) => [one.shown, one.from]));
  return {
    attributes: personTypes(profile),
    classes: personClassesFor(profile),
    lookUp(key, value) {
      if (key === 'uidnumber') return numbered(value, profile.unixAccounts?.uidNumberFrom, 'unixNumber');
      if (key === 'memberof') {
        // Looked up all the same, the time of the answer would tell what the device is not shown.
        if (!shown.has('memberof')) return [];
        const place = placeOf(tree, value);
        return place?.kind === 'group' ? [{ attribute: 'group', value: place.cn }] : [];
      }
      if (key === 'entrydn') {
        const place = placeOf(tree, value);
        return place?.kind === 'person' ? [{ attribute: 'uid', value: place.uid }] : [];
      }
      const from = shown.get(key);
      const attribute = from && indexOf[from];
      return attribute && [{ attribute, value }];
    },
  };
}

function groupKind(profile: DeviceProfile, tree: Tree): Kind<GroupLookUp> {
  return {
    attributes: groupTypes(profile),
    classes: groupClasses(profile),
    lookUp(key, value) {
      if (key === 'cn') return [{ attribute: 'name', value }];
      if (key === 'gidnumber') return numbered(value, profile.unixAccounts?.groupNumberFrom, 'number');
      if (key === 'memberuid') return [{ attribute: 'memberUid', value }];
      const place = key === 'member' || key === 'entrydn' ? placeOf(tree, value) : undefined;
      if (key === 'member')
        return place?.kind === 'person' ? [{ attribute: 'memberUid', value: place.uid }] : [];
      if (key === 'entrydn') return place?.kind === 'group' ? [{ attribute: 'name', value: place.cn }] : [];
      return undefined;
    },
  };
}

/** The record's number behind the one that a device sees. */
function numbered<Name extends 'unixNumber' | 'number'>(
  value: string,
  from: number | undefined,
  attribute: Name,
): readonly { readonly attribute: Name; readonly value: string }[] {
  const number = /^\s*[0-9]{1,15}\s*$/.test(value) ? Number(value) - (from ?? 0) : 0;
  return number > 0 ? [{ attribute, value: String(number) }] : [];
}

/**
 * Members whom a filter names, where it says nothing else about members: then only theirs must be known to judge it.
 * `undefined`: it asks more than that.
 */
export function assertedMembers(filter: Filter, tree: Tree): readonly string[] | undefined {
  switch (filter.kind) {
    case 'and':
    case 'or': {
      const all = filter.parts.map((part) => assertedMembers(part, tree));
      return all.some((one) => one === undefined) ? undefined : all.flatMap((one) => one ?? []);
    }
    case 'not':
      return assertedMembers(filter.part, tree);
    case 'extensible':
      return undefined;
    default:
      return membersOfItem(filter, tree);
  }
}

function membersOfItem(
  filter: Exclude<Filter, { readonly kind: 'and' | 'or' | 'not' | 'extensible' }>,
  tree: Tree,
): readonly string[] | undefined {
  const name = filter.attribute.split(';', 1)[0] ?? '';
  const isDn = ['member', '2.5.4.31'].includes(name);
  if (!isDn && !['memberuid', '1.3.6.1.1.1.1.12'].includes(name)) return [];
  if (filter.kind !== 'equality') return undefined;
  if (!isDn) return [filter.value];
  const place = placeOf(tree, filter.value);
  return place?.kind === 'person' ? [place.uid] : [];
}
