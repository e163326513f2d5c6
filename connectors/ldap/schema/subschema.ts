import type { Entry } from '../entry.ts';
import { subschemaDn } from '../tree.ts';
import { attributeTypes, knownType } from './attribute-types.ts';
import { posixObjectClasses } from './posix-schema.ts';

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
  ['1.3.6.1.4.1.1466.115.121.1.37', 'Object Class Description'],
  ['1.3.6.1.4.1.1466.115.121.1.38', 'OID'],
  ['1.3.6.1.4.1.1466.115.121.1.44', 'Printable String'],
  ['1.3.6.1.4.1.1466.115.121.1.54', 'LDAP Syntax Description'],
  ['1.3.6.1.4.1.1466.115.121.1.58', 'Substring Assertion'],
].map(([oid, description]) => `( ${oid} DESC '${description}' )`);

/** @see RFC 4517 §4.2 */
const matchingRules = [
  ['2.5.13.0', 'objectIdentifierMatch', '38'],
  ['2.5.13.1', 'distinguishedNameMatch', '12'],
  ['2.5.13.2', 'caseIgnoreMatch', '15'],
  ['2.5.13.4', 'caseIgnoreSubstringsMatch', '58'],
  ['2.5.13.13', 'booleanMatch', '7'],
  ['2.5.13.14', 'integerMatch', '27'],
  ['2.5.13.27', 'generalizedTimeMatch', '24'],
  ['2.5.13.30', 'objectIdentifierFirstComponentMatch', '38'],
  ['1.3.6.1.4.1.1466.109.114.1', 'caseExactIA5Match', '26'],
  ['1.3.6.1.4.1.1466.109.114.2', 'caseIgnoreIA5Match', '26'],
  ['1.3.6.1.4.1.1466.109.114.3', 'caseIgnoreIA5SubstringsMatch', '58'],
].map(([oid, name, syntax]) => `( ${oid} NAME '${name}' SYNTAX 1.3.6.1.4.1.1466.115.121.1.${syntax} )`);

/** @see RFC 4512 §4.1.1; the classes of RFC 4519, 2798 and 4524 with what the façade shows of them */
const objectClasses = [
  "( 2.5.6.0 NAME 'top' ABSTRACT MUST objectClass )",
  "( 2.5.20.1 NAME 'subschema' AUXILIARY MAY ( objectClasses $ attributeTypes $ matchingRules $ ldapSyntaxes ) )",
  "( 2.5.17.0 NAME 'subentry' SUP top STRUCTURAL MUST cn )",
  "( 2.5.6.6 NAME 'person' SUP top STRUCTURAL MUST ( sn $ cn ) MAY ( serialNumber $ description ) )",
  "( 2.5.6.7 NAME 'organizationalPerson' SUP person STRUCTURAL MAY ( title $ ou ) )",
  "( 2.16.840.1.113730.3.2.2 NAME 'inetOrgPerson' SUP organizationalPerson STRUCTURAL " +
    'MAY ( uid $ mail $ displayName $ employeeNumber $ department $ o $ pager $ msDS-PhoneticDisplayName ) )',
  "( 2.5.6.9 NAME 'groupOfNames' SUP top STRUCTURAL MUST cn MAY ( member $ description $ ou $ o ) )",
  "( 2.5.6.5 NAME 'organizationalUnit' SUP top STRUCTURAL MUST ou MAY description )",
  "( 2.5.6.4 NAME 'organization' SUP top STRUCTURAL MUST o MAY description )",
  "( 0.9.2342.19200300.100.4.13 NAME 'domain' SUP top STRUCTURAL MUST dc MAY ( o $ description ) )",
  "( 1.3.6.1.4.1.1466.344 NAME 'dcObject' SUP top AUXILIARY MUST dc )",
  "( 1.3.6.1.4.1.1466.101.120.111 NAME 'extensibleObject' SUP top AUXILIARY )",
  ...posixObjectClasses,
];

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
    { type: knownType('matchingRules'), values: matchingRules },
    { type: knownType('attributeTypes'), values: attributeTypes.map(({ definition }) => definition) },
    { type: knownType('objectClasses'), values: objectClasses },
  ],
};
