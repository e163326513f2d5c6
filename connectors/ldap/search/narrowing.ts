import type { Filter } from '../codec/filter.ts';
import type { PersonLookUp } from '../directory-service.ts';
import { attributeType } from '../schema/attribute-types.ts';

const lookUpOf: ReadonlyMap<string, PersonLookUp['attribute']> = new Map([
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
export function narrow(filter: Filter): readonly PersonLookUp[] | undefined {
  if (filter.kind === 'equality') {
    const attribute = lookUpOf.get(attributeType(filter.attribute)?.key ?? '');
    return attribute === undefined
      ? undefined
      : [{ attribute, value: filter.value.trim().replace(/\s+/g, ' ') }];
  }
  if (filter.kind === 'and') return narrowestOf(filter.parts);
  return filter.kind === 'or' ? unionOf(filter.parts) : undefined;
}

function narrowestOf(parts: readonly Filter[]): readonly PersonLookUp[] | undefined {
  let best: readonly PersonLookUp[] | undefined;
  for (const part of parts) {
    const lookUps = narrow(part);
    if (lookUps !== undefined && (best === undefined || lookUps.length < best.length)) best = lookUps;
  }
  return best;
}

function unionOf(parts: readonly Filter[]): readonly PersonLookUp[] | undefined {
  const union: PersonLookUp[] = [];
  for (const part of parts) {
    const lookUps = narrow(part);
    if (lookUps === undefined) return undefined;
    union.push(...lookUps);
  }
  return union.length > maxLookUps ? undefined : union;
}
