import { parseDn } from '../codec/dn.ts';
import type { Filter } from '../codec/filter.ts';
import type { Entry } from '../entry.ts';
import { compares } from '../schema/attribute-type.ts';
import { type AttributeType, attributeDescription, attributeType } from '../schema/attribute-types.ts';
import { matchingRule } from '../schema/matching-rules.ts';

type ExtensibleMatch = Extract<Filter, { readonly kind: 'extensible' }>;

interface TypeAndValue {
  readonly type: AttributeType;
  readonly value: string;
}

/**
 * A match by a rule that the client names, over an attribute, or over all that the rule can compare; with
 * `dnAttributes` over the entry's name, too.
 * @returns `undefined` where rule or attribute is unknown, or the one does not go with the other
 * @see RFC 4511 §4.5.1.7.7
 */
export function evaluateExtensible(filter: ExtensibleMatch, entry: Entry): boolean | undefined {
  const named = filter.attribute === undefined ? undefined : attributeDescription(filter.attribute);
  if (filter.attribute !== undefined && named === undefined) return undefined;
  const rule = filter.matchingRule === undefined ? named?.type.equality : matchingRule(filter.matchingRule);
  if (rule === undefined || rule.use === 'substrings') return undefined;
  if (named !== undefined && !compares(rule, named.type)) return undefined;
  const asserted = rule.prepare(filter.value);
  if (asserted === undefined) return undefined;
  if (named?.tagged) return false;
  return candidates(filter, entry, named?.type).some(({ type, value }) => {
    if (!compares(rule, type)) return false;
    const prepared = rule.prepare(value);
    if (prepared === undefined) return false;
    // By an ordering rule: what stands before the assertion (RFC 4517 §4.2.12).
    return rule.use === 'ordering' ? prepared < asserted : prepared === asserted;
  });
}

function candidates(
  { dnAttributes }: ExtensibleMatch,
  entry: Entry,
  named: AttributeType | undefined,
): readonly TypeAndValue[] {
  const found = entry.attributes.flatMap(({ type, values }) => values.map((value) => ({ type, value })));
  const all = dnAttributes ? [...found, ...inName(entry.dn)] : found;
  return named === undefined ? all : all.filter(({ type }) => named.family.includes(type));
}

function inName(dn: string): readonly TypeAndValue[] {
  return parseDn(dn).rdns.flatMap(({ pairs }) =>
    pairs.flatMap(({ type: name, value }) => {
      const type = attributeType(name);
      return type === undefined ? [] : [{ type, value }];
    }),
  );
}
