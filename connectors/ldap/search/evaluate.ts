import type { Filter } from '../codec/filter.ts';
import type { Entry } from '../entry.ts';
import { type AttributeType, attributeDescription } from '../schema/attribute-types.ts';
import { matchesSubstrings, type PartPosition, paddedPart, paddedValue } from '../schema/matching.ts';
import type { MatchingRule } from '../schema/matching-rules.ts';
import { evaluateExtensible } from './extensible-match.ts';

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
  if (filter.kind === 'extensible') return evaluateExtensible(filter, entry);
  const description = attributeDescription(filter.attribute);
  if (description === undefined) return undefined;
  const { type } = description;
  const values = description.tagged ? [] : valuesOf(entry, type);
  switch (filter.kind) {
    case 'present':
      return values.length > 0;
    case 'substrings':
      return type.substrings && evaluateSubstrings(filter, type.substrings, values);
    case 'greaterOrEqual':
    case 'lessOrEqual':
      return type.ordering && isInOrder(filter.kind, filter.value, type.ordering, values);
    default:
      // What sounds alike is for people to judge: an approximation is as exact as an equality (RFC 4511 §4.5.1.7.6).
      return type.equality && equalsAny(type.equality, values, filter.value);
  }
}

function evaluateSubstrings(
  { initial, any, final }: Extract<Item, { readonly kind: 'substrings' }>,
  rule: MatchingRule,
  values: readonly string[],
): Verdict {
  const prepare = (text: string) => String(rule.prepare(text) ?? '');
  const part = (text: string | undefined, position: PartPosition) =>
    text === undefined ? undefined : paddedPart(text, position, prepare);
  if ([initial, ...any, final].some((text) => text !== undefined && rule.prepare(text) === undefined)) {
    return undefined;
  }
  const [first, last] = [part(initial, 'initial'), part(final, 'final')];
  const inner = any.map((text) => paddedPart(text, 'any', prepare));
  return values.some((value) => matchesSubstrings(paddedValue(prepare(value)), first, inner, last));
}

function isInOrder(
  kind: 'greaterOrEqual' | 'lessOrEqual',
  asserted: string,
  rule: MatchingRule,
  values: readonly string[],
): Verdict {
  const bound = rule.prepare(asserted);
  if (bound === undefined) return undefined;
  return values.some((value) => {
    const prepared = rule.prepare(value);
    if (prepared === undefined) return false;
    return kind === 'greaterOrEqual' ? prepared >= bound : prepared <= bound;
  });
}

/** Whether one of the values equals the asserted one; `undefined` for an assertion that is none of the rule's syntax. */
export function equalsAny(rule: MatchingRule, values: readonly string[], asserted: string): Verdict {
  // Most clients spell a value as they were shown it.
  if (values.includes(asserted)) return true;
  const wanted = rule.prepare(asserted);
  return wanted === undefined ? undefined : values.some((value) => rule.prepare(value) === wanted);
}

const none: readonly string[] = [];

/** The values of a type, and of those that are derived from it. */
export function valuesOf(entry: Entry, type: AttributeType): readonly string[] {
  if (type.family.length === 1) {
    return entry.attributes.find((attribute) => attribute.type === type)?.values ?? none;
  }
  return entry.attributes.flatMap((attribute) =>
    type.family.includes(attribute.type) ? attribute.values : none,
  );
}
