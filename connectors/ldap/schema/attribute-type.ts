import { noteDescriptors } from './descriptors.ts';
import { type MatchingRule, matchingRule } from './matching-rules.ts';

export interface AttributeType {
  readonly oid: string;
  readonly name: string;
  /** The name in lower case: how it is found. */
  readonly key: string;
  /** Returned only when asked for by name or with `+`. */
  readonly operational: boolean;
  /** The rules by which filters compare its values; without one, such a filter is undefined. */
  readonly equality: MatchingRule | undefined;
  readonly ordering: MatchingRule | undefined;
  readonly substrings: MatchingRule | undefined;
  /** The OID of its syntax. */
  readonly syntax: string;
  /** Itself, and every type that is derived from it: their values are its values, too. @see RFC 4512 §2.5.1 */
  readonly family: readonly AttributeType[];
  /** As the subschema publishes it. @see RFC 4512 §4.1.2 */
  readonly definition: string;
  /** The name as an OCTET STRING, ready to be sent. */
  readonly encodedType: Buffer;
}

/**
 * A type as its definition says.
 * @param names the first is the one shown
 * @param rest the definition behind NAME
 * @param find finds the types before it, of which one may be the one that it is derived from
 */
export function makeType(
  oid: string,
  names: readonly string[],
  rest: string,
  find: (name: string) => AttributeType | undefined,
): AttributeType {
  const [name = oid] = names;
  const quoted = names.length === 1 ? `'${name}'` : `( ${names.map((each) => `'${each}'`).join(' ')} )`;
  const header = Buffer.from([0x04, Buffer.byteLength(name)]);
  noteDescriptors(oid, names);
  const family: AttributeType[] = [];
  const type: AttributeType = {
    oid,
    name,
    key: name.toLowerCase(),
    operational: rest.includes('USAGE '),
    equality: ruleOf(rest, 'EQUALITY'),
    ordering: ruleOf(rest, 'ORDERING'),
    substrings: ruleOf(rest, 'SUBSTR'),
    syntax: wordBehind(rest, 'SYNTAX') ?? '',
    family,
    definition: `( ${oid} NAME ${quoted} ${rest} )`,
    encodedType: Buffer.concat([header, Buffer.from(name)]),
  };
  family.push(type);
  const above = find(wordBehind(rest, 'SUP') ?? '');
  if (above !== undefined) (above.family as AttributeType[]).push(type);
  return type;
}

/** Whether a rule goes with the values of a type. @see RFC 4512 §4.1.4 */
export function compares(rule: MatchingRule, type: AttributeType): boolean {
  if (rule === type.equality || rule === type.ordering || rule === type.substrings) return true;
  const arc = type.syntax.replace(/^1\.3\.6\.1\.4\.1\.1466\.115\.121\.1\./, '');
  return rule.syntax === arc || rule.alsoFor.includes(arc);
}

function ruleOf(rest: string, keyword: string): MatchingRule | undefined {
  const name = wordBehind(rest, keyword);
  if (name === undefined) return undefined;
  const rule = matchingRule(name);
  if (rule === undefined) throw new TypeError(`no matching rule ${name}`);
  return rule;
}

function wordBehind(rest: string, keyword: string): string | undefined {
  return new RegExp(`\\b${keyword} (\\S+)`).exec(rest)?.[1];
}
