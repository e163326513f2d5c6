import { InvalidInput } from '../../../idp/domain/fault.ts';
import { foldExactText, foldText } from '../../../idp/domain/fold-text.ts';
import { dnKey, parseDn } from '../codec/dn.ts';
import { noteDescriptors, oidOfDescriptor } from './descriptors.ts';
import { readGeneralizedTime } from './generalized-time.ts';
import { numericText, telephoneText } from './matching.ts';

/** A value made ready for comparison: equal where values match, and ordered as they are. */
export type Prepared = string | bigint | number;

/** @see RFC 4512 §4.1.3, RFC 4517 §4.2 */
export interface MatchingRule {
  readonly oid: string;
  readonly name: string;
  readonly use: 'equality' | 'ordering' | 'substrings';
  /** Of the assertion value: the last arc under 1.3.6.1.4.1.1466.115.121.1, or the whole OID. */
  readonly syntax: string;
  /** Syntaxes of attributes that it compares beside its own. */
  readonly alsoFor: readonly string[];
  /** @returns `undefined` for a value that is none of the syntax */
  prepare(value: string): Prepared | undefined;
}

/** Directory, printable and telephone strings: one family of texts. */
const texts = ['15', '44', '50', '11'];

const text = (prepare: (value: string) => string) => (value: string) =>
  value === '' ? undefined : prepare(value);
const ia5 = (prepare: (value: string) => string) => (value: string) =>
  /^\p{ASCII}*$/u.test(value) ? prepare(value) : undefined;
const onlyIf =
  (pattern: RegExp, prepare: (value: string) => Prepared = (value) => value) =>
  (value: string) =>
    pattern.test(value) ? prepare(value) : undefined;

const integer = onlyIf(/^-?(?:0|[1-9]\d{0,99})$/, BigInt);
const boolean = onlyIf(/^(?:TRUE|FALSE)$/i, (value) => value.toUpperCase());
const uuid = onlyIf(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, (value) => value.toLowerCase());
const numeric = onlyIf(/^[\d ]+$/, numericText);
/** A name and its OID are one; a name that nobody knows could be any. */
const oid = (value: string) => (/^\d+(?:\.\d+)*$/.test(value) ? value : oidOfDescriptor(value));
/** `( 2.5.4.3 NAME …` compares by its OID. */
const firstComponent = (value: string) => oid(/^\(\s*(\S+)/.exec(value)?.[1] ?? value);

function name(value: string): string | undefined {
  try {
    return dnKey(parseDn(value));
  } catch (error) {
    if (error instanceof InvalidInput) return undefined;
    throw error;
  }
}

type Row = readonly [string, string, string, MatchingRule['prepare'], (readonly string[])?];

const equality: readonly Row[] = [
  ['2.5.13.0', 'objectIdentifierMatch', '38', oid],
  ['2.5.13.1', 'distinguishedNameMatch', '12', name],
  ['2.5.13.2', 'caseIgnoreMatch', '15', text(foldText), texts],
  ['2.5.13.5', 'caseExactMatch', '15', text(foldExactText), texts],
  ['2.5.13.8', 'numericStringMatch', '36', numeric],
  ['2.5.13.13', 'booleanMatch', '7', boolean],
  ['2.5.13.14', 'integerMatch', '27', integer],
  ['2.5.13.20', 'telephoneNumberMatch', '50', text(telephoneText)],
  ['2.5.13.27', 'generalizedTimeMatch', '24', readGeneralizedTime],
  ['2.5.13.30', 'objectIdentifierFirstComponentMatch', '38', firstComponent, ['3', '30', '31', '37', '54']],
  ['1.3.6.1.4.1.1466.109.114.1', 'caseExactIA5Match', '26', ia5(foldExactText)],
  ['1.3.6.1.4.1.1466.109.114.2', 'caseIgnoreIA5Match', '26', ia5(foldText)],
  ['1.3.6.1.1.16.2', 'uuidMatch', '1.3.6.1.1.16.1', uuid],
];

const ordering: readonly Row[] = [
  ['2.5.13.3', 'caseIgnoreOrderingMatch', '15', text(foldText), texts],
  ['2.5.13.6', 'caseExactOrderingMatch', '15', text(foldExactText), texts],
  ['2.5.13.9', 'numericStringOrderingMatch', '36', numeric],
  ['2.5.13.15', 'integerOrderingMatch', '27', integer],
  ['2.5.13.28', 'generalizedTimeOrderingMatch', '24', readGeneralizedTime],
  ['1.3.6.1.1.16.3', 'uuidOrderingMatch', '1.3.6.1.1.16.1', uuid],
];

const substrings: readonly Row[] = [
  ['2.5.13.4', 'caseIgnoreSubstringsMatch', '58', foldText, texts],
  ['2.5.13.7', 'caseExactSubstringsMatch', '58', foldExactText, texts],
  ['2.5.13.10', 'numericStringSubstringsMatch', '58', numericText, ['36']],
  ['2.5.13.21', 'telephoneNumberSubstringsMatch', '58', telephoneText, ['50']],
  ['1.3.6.1.4.1.4203.1.2.1', 'caseExactIA5SubstringsMatch', '58', ia5(foldExactText), ['26']],
  ['1.3.6.1.4.1.1466.109.114.3', 'caseIgnoreIA5SubstringsMatch', '58', ia5(foldText), ['26']],
];

const toRules = (use: MatchingRule['use'], rows: readonly Row[]) =>
  rows.map(
    ([oid, name, syntax, prepare, alsoFor = []]): MatchingRule => ({
      ...{ oid, name, use, syntax, prepare, alsoFor },
    }),
  );

/** Every rule that values are compared by; the subschema lists them. */
export const matchingRules: readonly MatchingRule[] = [
  ...toRules('equality', equality),
  ...toRules('ordering', ordering),
  ...toRules('substrings', substrings),
];

const byName = new Map<string, MatchingRule>();
for (const rule of matchingRules) {
  byName.set(rule.oid, rule).set(rule.name.toLowerCase(), rule);
  noteDescriptors(rule.oid, [rule.name]);
}

/** Finds a rule by its name, in any case, or its OID. */
export function matchingRule(nameOrOid: string): MatchingRule | undefined {
  return byName.get(nameOrOid.toLowerCase());
}
