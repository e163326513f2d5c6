import { InvalidInput } from '../../../idp/domain/fault.ts';
import { dnKey, parseDn } from '../codec/dn.ts';
import type { Filter } from '../codec/filter.ts';
import type { Entry } from '../entry.ts';
import { type AttributeType, attributeType } from '../schema/attribute-types.ts';
import { foldPart, foldText, matchesSubstrings } from '../schema/matching.ts';

/** What a filter says of an entry; `undefined` where it asks for something nobody knows. */
export type Verdict = boolean | undefined;

/** Answers for an attribute in place of the entry; `no-override` leaves it to the entry. */
export type Override = (filter: Filter) => Verdict | 'no-override';

/**
 * Evaluates a filter on an entry in three-valued logic.
 * @see RFC 4511 §4.5.1.7
 */
export function evaluate(filter: Filter, entry: Entry, override?: Override): Verdict {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return evaluateSet(filter.kind === 'or', filter.parts, entry, override);
    case 'not': {
      const verdict = evaluate(filter.part, entry, override);
      return verdict === undefined ? undefined : !verdict;
    }
    default: {
      const overridden = override?.(filter) ?? 'no-override';
      return overridden === 'no-override' ? evaluateItem(filter, entry) : overridden;
    }
  }
}

/** `decisive` ends it: true for an OR, false for an AND. */
function evaluateSet(
  decisive: boolean,
  parts: readonly Filter[],
  entry: Entry,
  override: Override | undefined,
): Verdict {
  let verdict: Verdict = !decisive;
  for (const part of parts) {
    const each = evaluate(part, entry, override);
    if (each === decisive) return decisive;
    if (each === undefined) verdict = undefined;
  }
  return verdict;
}

type Item = Exclude<Filter, { readonly kind: 'and' | 'or' | 'not' }>;

function evaluateItem(filter: Item, entry: Entry): Verdict {
  // Extensible matches (dnAttributes, matching rules by OID) are not offered: undefined, as RFC 4511 asks.
  if (filter.kind === 'extensible') return undefined;
  const type = attributeType(filter.attribute);
  if (type === undefined) return undefined;
  const values = valuesOf(entry, type);
  if (filter.kind === 'present') return values.length > 0;
  if (filter.kind === 'substrings') {
    if (type.matching !== 'caseIgnore') return undefined;
    const initial = filter.initial === undefined ? undefined : foldPart(filter.initial);
    const any = filter.any.map(foldPart);
    const final = filter.final === undefined ? undefined : foldPart(filter.final);
    return values.some((value) => matchesSubstrings(foldText(value), initial, any, final));
  }
  return compareValues(filter, type, values);
}

function compareValues(
  filter: Extract<Item, { readonly kind: 'equality' | 'approx' | 'greaterOrEqual' | 'lessOrEqual' }>,
  type: AttributeType,
  values: readonly string[],
): Verdict {
  if (filter.kind === 'equality' || filter.kind === 'approx') return equalsAny(type, values, filter.value);
  // None of our types has an ordering rule but text; slapd answers the others with nothing, too.
  if (type.matching !== 'caseIgnore') return undefined;
  const bound = foldText(filter.value);
  return values.some((value) =>
    filter.kind === 'greaterOrEqual' ? foldText(value) >= bound : foldText(value) <= bound,
  );
}

/** Whether one of the values equals the asserted one by the type's equality rule. */
export function equalsAny(type: AttributeType, values: readonly string[], asserted: string): Verdict {
  const key = comparisonKey(type, asserted);
  if (key === undefined) return undefined;
  return values.some((value) => comparisonKey(type, value) === key);
}

/** @returns `undefined` for a value that is none of this syntax */
function comparisonKey(type: AttributeType, value: string): string | undefined {
  if (type.matching !== 'dn') return foldText(value);
  try {
    return dnKey(parseDn(value));
  } catch (error) {
    if (error instanceof InvalidInput) return undefined;
    throw error;
  }
}

export function valuesOf(entry: Entry, type: AttributeType): readonly string[] {
  return entry.attributes.find((attribute) => attribute.type === type)?.values ?? [];
}
