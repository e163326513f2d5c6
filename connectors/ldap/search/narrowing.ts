import {
  type DeviceProfile,
  type PersonAttributeName,
  personAttributeNames,
} from '../../../idp/domain/device-profile.ts';
import type { Filter } from '../codec/filter.ts';
import type { PersonLookUp } from '../directory-service.ts';
import { attributeType } from '../schema/attribute-types.ts';

const lookUpOf: ReadonlyMap<PersonAttributeName, PersonLookUp['attribute']> = new Map([
  ['uid', 'uid'],
  ['mail', 'mail'],
  ['cn', 'displayName'],
  ['sn', 'displayName'],
  ['displayname', 'displayName'],
  ['employeenumber', 'employeeNumber'],
]);

/** More alternatives than this are no longer cheaper than reading everybody. */
const maxLookUps = 32;

/**
 * Look-ups that together reach everyone whom the filter can match, so that the record need not be read whole.
 * @returns `undefined` when the filter says nothing of the kind.
 */
export function narrow(filter: Filter, profile: DeviceProfile): readonly PersonLookUp[] | undefined {
  if (filter.kind === 'equality') return lookUpsOf(filter.attribute, filter.value, profile);
  if (filter.kind === 'and') return narrowestOf(filter.parts, profile);
  return filter.kind === 'or' ? unionOf(filter.parts, profile) : undefined;
}

/**
 * A look-up in what the device is shown under this name. An attribute of people that it is not shown is one that nobody
 * has: looked up all the same, the time of the answer would tell who has it.
 */
function lookUpsOf(
  description: string,
  value: string,
  { released }: DeviceProfile,
): readonly PersonLookUp[] | undefined {
  const key = attributeType(description)?.key;
  const sources = released.filter(({ shown }) => shown === key).map(({ from }) => from);
  if (sources.length === 0) return isOfPeople(key) ? [] : undefined;
  const attributes = sources.map((source) => lookUpOf.get(source));
  const text = value.trim().replace(/\s+/g, ' ');
  return attributes.every((attribute) => attribute !== undefined)
    ? attributes.map((attribute) => ({ attribute, value: text }))
    : undefined;
}

/** Of those that only the released ones of an entry can hold. */
function isOfPeople(key: string | undefined): boolean {
  return key !== undefined && key !== 'objectclass' && personAttributeNames.some((name) => name === key);
}

function narrowestOf(parts: readonly Filter[], profile: DeviceProfile): readonly PersonLookUp[] | undefined {
  let best: readonly PersonLookUp[] | undefined;
  for (const part of parts) {
    const lookUps = narrow(part, profile);
    if (lookUps !== undefined && (best === undefined || lookUps.length < best.length)) best = lookUps;
  }
  return best;
}

function unionOf(parts: readonly Filter[], profile: DeviceProfile): readonly PersonLookUp[] | undefined {
  const union: PersonLookUp[] = [];
  for (const part of parts) {
    const lookUps = narrow(part, profile);
    if (lookUps === undefined) return undefined;
    union.push(...lookUps);
  }
  return union.length > maxLookUps ? undefined : union;
}
