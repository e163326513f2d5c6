import type { Instant } from '../../../idp/domain/instant.ts';
import { type Entry, moment } from '../entry.ts';
import { subschemaDn } from '../tree.ts';
import { compares } from './attribute-type.ts';
import { attributeTypes, knownType } from './attribute-types.ts';
import { matchingRules } from './matching-rules.ts';
import { objectClasses } from './object-classes.ts';

/** @see RFC 4517 §3.3 */
const ldapSyntaxes = [
  ['1.3.6.1.4.1.1466.115.121.1.3', 'Attribute Type Description'],
  ['1.3.6.1.4.1.1466.115.121.1.7', 'Boolean'],
  ['1.3.6.1.4.1.1466.115.121.1.12', 'DN'],
  ['1.3.6.1.4.1.1466.115.121.1.15', 'Directory String'],
  ['1.3.6.1.4.1.1466.115.121.1.24', 'Generalized Time'],
  ['1.3.6.1.4.1.1466.115.121.1.26', 'IA5 String'],
  ['1.3.6.1.4.1.1466.115.121.1.27', 'INTEGER'],
  ['1.3.6.1.4.1.1466.115.121.1.30', 'Matching Rule Description'],
  ['1.3.6.1.4.1.1466.115.121.1.31', 'Matching Rule Use Description'],
  ['1.3.6.1.4.1.1466.115.121.1.36', 'Numeric String'],
  ['1.3.6.1.4.1.1466.115.121.1.37', 'Object Class Description'],
  ['1.3.6.1.4.1.1466.115.121.1.38', 'OID'],
  ['1.3.6.1.4.1.1466.115.121.1.44', 'Printable String'],
  ['1.3.6.1.4.1.1466.115.121.1.50', 'Telephone Number'],
  ['1.3.6.1.4.1.1466.115.121.1.54', 'LDAP Syntax Description'],
  ['1.3.6.1.4.1.1466.115.121.1.58', 'Substring Assertion'],
  ['1.3.6.1.1.16.1', 'UUID'],
].map(([oid, description]) => `( ${oid} DESC '${description}' )`);

const syntaxArc = '1.3.6.1.4.1.1466.115.121.1';

const rules = matchingRules.map(({ oid, name, syntax }) => {
  const syntaxOid = syntax.includes('.') ? syntax : `${syntaxArc}.${syntax}`;
  return `( ${oid} NAME '${name}' SYNTAX ${syntaxOid} )`;
});

/** Which attributes a rule can be named for in an extensible match. @see RFC 4512 §4.1.4 */
const ruleUses = matchingRules.flatMap((rule) => {
  const names = attributeTypes.filter((type) => compares(rule, type)).map(({ name }) => name);
  if (names.length === 0 || rule.use === 'substrings') return [];
  const applies = names.length === 1 ? names[0] : `( ${names.join(' $ ')} )`;
  return [`( ${rule.oid} NAME '${rule.name}' APPLIES ${applies} )`];
});

/** The schema as clients see it: they read it anew when it was changed since they did. */
export function subschemaSince(startedAt: Instant): Entry {
  const times = [knownType('createTimestamp'), knownType('modifyTimestamp')];
  return {
    ...subschemaEntry,
    attributes: [...subschemaEntry.attributes, ...times.map((type) => moment(type, startedAt))],
  };
}

/** The schema as one entry, which clients read before anything else. @see RFC 4512 §4.2 */
export const subschemaEntry: Entry = {
  dn: subschemaDn,
  attributes: [
    { type: knownType('objectClass'), values: ['top', 'subentry', 'subschema', 'extensibleObject'] },
    { type: knownType('structuralObjectClass'), values: ['subentry'] },
    { type: knownType('cn'), values: ['Subschema'] },
    { type: knownType('subschemaSubentry'), values: [subschemaDn] },
    { type: knownType('entryDN'), values: [subschemaDn] },
    { type: knownType('ldapSyntaxes'), values: ldapSyntaxes },
    { type: knownType('matchingRules'), values: rules },
    { type: knownType('matchingRuleUse'), values: ruleUses },
    { type: knownType('attributeTypes'), values: attributeTypes.map(({ definition }) => definition) },
    { type: knownType('objectClasses'), values: objectClasses },
  ],
};
