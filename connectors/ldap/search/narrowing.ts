import { InvalidInput } from '../../../idp/domain/fault.ts';
import type { Filter } from '../codec/filter.ts';
import type { GroupLookUp, PersonLookUp } from '../directory-service.ts';
import { attributeType } from '../schema/attribute-types.ts';
import type { Place, Tree } from '../tree.ts';
import { evaluate } from './evaluate.ts';

/**
 * Look-ups that together reach every entry that a filter can match: none where it can match no entry of this kind,
 * `undefined` where all of them must be looked at.
 */
export type LookUps<T> = readonly T[] | undefined;

/** What an equality, or another assertion, says of one kind of entry. */
export interface Kind<T> {
  /** Keys of the user attributes that entries of this kind can have for the viewer. */
  readonly attributes: ReadonlySet<string>;
  readonly classes: readonly string[];
  /** `undefined`: this attribute is in no index. */
  readonly lookUp: (key: string, value: string) => LookUps<T>;
}

type LookUp = PersonLookUp | GroupLookUp;

/** More alternatives than this are no longer cheaper than reading everybody. */
const maxLookUps = 64;

/** Narrows a search of one kind of entry to look-ups, so that the record need not be read whole. */
export function narrow<T extends LookUp>(filter: Filter, kind: Kind<T>): LookUps<T> {
  switch (filter.kind) {
    case 'and':
      return narrowestOf(filter.parts, kind);
    case 'or':
      return unionOf(filter.parts, kind);
    case 'not':
    case 'extensible':
      return undefined;
    default:
      return narrowItem(filter, kind);
  }
}

type Item = Exclude<Filter, { readonly kind: 'and' | 'or' | 'not' | 'extensible' }>;

function narrowItem<T>(filter: Item, kind: Kind<T>): LookUps<T> {
  const type = attributeType(filter.attribute);
  // A subtype (`cn;lang-ja`), or a type above others (`name`): left to the evaluation.
  if (type === undefined || type.family.length > 1) return undefined;
  if (type.key === 'objectclass') {
    const entry = { dn: '', attributes: [{ type, values: kind.classes }] };
    return evaluate(filter, entry) === true ? undefined : [];
  }
  if (!type.operational && !kind.attributes.has(type.key)) return [];
  return filter.kind === 'equality' ? kind.lookUp(type.key, filter.value) : undefined;
}

function narrowestOf<T extends LookUp>(parts: readonly Filter[], kind: Kind<T>): LookUps<T> {
  let best: LookUps<T>;
  for (const part of parts) {
    const lookUps = narrow(part, kind);
    if (lookUps !== undefined && (best === undefined || costOf(lookUps) < costOf(best))) best = lookUps;
  }
  return best;
}

/** A group has many members, a name has few bearers. */
function costOf(lookUps: readonly LookUp[]): number {
  return lookUps.reduce((sum, { attribute }) => sum + (attribute === 'group' ? 1_000 : 1), 0);
}

function unionOf<T extends LookUp>(parts: readonly Filter[], kind: Kind<T>): LookUps<T> {
  const union: T[] = [];
  for (const part of parts) {
    const lookUps = narrow(part, kind);
    if (lookUps === undefined) return undefined;
    union.push(...lookUps);
  }
  return union.length > maxLookUps ? undefined : union;
}

/** Where a DN in an assertion points to; what is no DN points nowhere. */
export function placeOf(tree: Tree, dn: string): Place | undefined {
  try {
    return tree.locate(dn);
  } catch (error) {
    if (error instanceof InvalidInput) return undefined;
    throw error;
  }
}
