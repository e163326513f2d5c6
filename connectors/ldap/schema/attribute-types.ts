import { type AttributeType, makeType } from './attribute-type.ts';
import { posixAttributeRows } from './posix-schema.ts';

export type { AttributeType };

const directoryString = '1.3.6.1.4.1.1466.115.121.1.15';
const ia5String = '1.3.6.1.4.1.1466.115.121.1.26';
const printableString = '1.3.6.1.4.1.1466.115.121.1.44';
const dnSyntax = '1.3.6.1.4.1.1466.115.121.1.12';
const oidSyntax = '1.3.6.1.4.1.1466.115.121.1.38';
const integerSyntax = '1.3.6.1.4.1.1466.115.121.1.27';
const generalizedTime = '1.3.6.1.4.1.1466.115.121.1.24';
const telephoneNumber = '1.3.6.1.4.1.1466.115.121.1.50';
const uuidSyntax = '1.3.6.1.1.16.1';
const booleanSyntax = '1.3.6.1.4.1.1466.115.121.1.7';

const text = `EQUALITY caseIgnoreMatch SUBSTR caseIgnoreSubstringsMatch SYNTAX ${directoryString}`;
const ia5 = `EQUALITY caseIgnoreIA5Match SUBSTR caseIgnoreIA5SubstringsMatch SYNTAX ${ia5String}`;
const single = `${text} SINGLE-VALUE`;
const dn = `EQUALITY distinguishedNameMatch SYNTAX ${dnSyntax}`;
const dnOperational = `${dn} SINGLE-VALUE NO-USER-MODIFICATION USAGE directoryOperation`;
const timeOperational = `EQUALITY generalizedTimeMatch ORDERING generalizedTimeOrderingMatch SYNTAX ${generalizedTime} SINGLE-VALUE NO-USER-MODIFICATION USAGE directoryOperation`;
const dsa = 'USAGE dSAOperation';
const schemaUsage = 'EQUALITY objectIdentifierFirstComponentMatch';

/** oid, names (the first is the one shown), the rest of the definition. @see RFC 4519, 2798, 4512, 4524, 3045, 5020 */
const rows: readonly (readonly [string, string, string])[] = [
  ['2.5.4.0', 'objectClass', `EQUALITY objectIdentifierMatch SYNTAX ${oidSyntax}`],
  ['2.5.4.41', 'name', text],
  ['2.5.4.3', 'cn commonName', `SUP name ${text}`],
  ['2.5.4.4', 'sn surname', `SUP name ${text}`],
  ['2.5.4.5', 'serialNumber', text.replace(directoryString, printableString)],
  ['2.5.4.10', 'o organizationName', `SUP name ${text}`],
  ['2.5.4.11', 'ou organizationalUnitName', `SUP name ${text}`],
  ['2.5.4.12', 'title', `SUP name ${text}`],
  ['2.5.4.13', 'description', text],
  ['2.5.4.42', 'givenName gn', `SUP name ${text}`],
  ['2.5.4.31', 'member', dn],
  ['0.9.2342.19200300.100.1.1', 'uid userid', text],
  ['0.9.2342.19200300.100.1.3', 'mail rfc822Mailbox', ia5],
  ['0.9.2342.19200300.100.1.25', 'dc domainComponent', `${ia5} SINGLE-VALUE`],
  [
    '0.9.2342.19200300.100.1.42',
    'pager pagerTelephoneNumber',
    `EQUALITY telephoneNumberMatch SUBSTR telephoneNumberSubstringsMatch SYNTAX ${telephoneNumber}`,
  ],
  ['2.16.840.1.113730.3.1.3', 'employeeNumber', single],
  ['2.16.840.1.113730.3.1.241', 'displayName', single],
  ['1.2.840.113556.1.2.141', 'department', single],
  // Names that devices made for Active Directory ask by; a profile may show an attribute of people under them.
  ['1.2.840.113556.1.4.35', 'employeeID', single],
  ['1.2.840.113556.1.4.221', 'sAMAccountName', single],
  ['1.2.840.113556.1.4.656', 'userPrincipalName', single],
  ['1.2.840.113556.1.4.1946', 'msDS-PhoneticDisplayName', single],
  [
    '1.2.840.113556.1.2.102',
    'memberOf',
    `${dn} NO-USER-MODIFICATION USAGE directoryOperation X-ORIGIN 'kazasu'`,
  ],
  ['2.5.18.1', 'createTimestamp', timeOperational],
  ['2.5.18.2', 'modifyTimestamp', timeOperational],
  [
    '1.3.6.1.1.16.4',
    'entryUUID',
    `EQUALITY uuidMatch ORDERING uuidOrderingMatch SYNTAX ${uuidSyntax} SINGLE-VALUE NO-USER-MODIFICATION USAGE directoryOperation`,
  ],
  ['1.3.6.1.1.20', 'entryDN', dnOperational],
  ['2.5.18.10', 'subschemaSubentry', dnOperational],
  [
    '2.5.18.9',
    'hasSubordinates',
    `EQUALITY booleanMatch SYNTAX ${booleanSyntax} SINGLE-VALUE NO-USER-MODIFICATION USAGE directoryOperation`,
  ],
  [
    '2.5.21.9',
    'structuralObjectClass',
    `EQUALITY objectIdentifierMatch SYNTAX ${oidSyntax} SINGLE-VALUE NO-USER-MODIFICATION USAGE directoryOperation`,
  ],
  ['1.3.6.1.4.1.1466.101.120.5', 'namingContexts', `${dn} ${dsa}`],
  ['1.3.6.1.4.1.1466.101.120.7', 'supportedExtension', `SYNTAX ${oidSyntax} ${dsa}`],
  ['1.3.6.1.4.1.1466.101.120.13', 'supportedControl', `SYNTAX ${oidSyntax} ${dsa}`],
  ['1.3.6.1.4.1.1466.101.120.14', 'supportedSASLMechanisms', `SYNTAX ${directoryString} ${dsa}`],
  [
    '1.3.6.1.4.1.1466.101.120.15',
    'supportedLDAPVersion',
    `EQUALITY integerMatch SYNTAX ${integerSyntax} ${dsa}`,
  ],
  [
    '1.3.6.1.4.1.4203.1.3.5',
    'supportedFeatures',
    `EQUALITY objectIdentifierMatch SYNTAX ${oidSyntax} ${dsa}`,
  ],
  ['1.3.6.1.1.4', 'vendorName', `${text} SINGLE-VALUE NO-USER-MODIFICATION ${dsa}`],
  [
    '1.3.6.1.4.1.1466.101.120.16',
    'ldapSyntaxes',
    `${schemaUsage} SYNTAX 1.3.6.1.4.1.1466.115.121.1.54 USAGE directoryOperation`,
  ],
  [
    '2.5.21.4',
    'matchingRules',
    `${schemaUsage} SYNTAX 1.3.6.1.4.1.1466.115.121.1.30 USAGE directoryOperation`,
  ],
  [
    '2.5.21.8',
    'matchingRuleUse',
    `${schemaUsage} SYNTAX 1.3.6.1.4.1.1466.115.121.1.31 USAGE directoryOperation`,
  ],
  [
    '2.5.21.5',
    'attributeTypes',
    `${schemaUsage} SYNTAX 1.3.6.1.4.1.1466.115.121.1.3 USAGE directoryOperation`,
  ],
  [
    '2.5.21.6',
    'objectClasses',
    `${schemaUsage} SYNTAX 1.3.6.1.4.1.1466.115.121.1.37 USAGE directoryOperation`,
  ],
];

const byName = new Map<string, AttributeType>();
const all: AttributeType[] = [];

for (const [oid, nameList, rest] of [...rows, ...posixAttributeRows]) {
  const names = nameList.split(' ');
  const type = makeType(oid, names, rest, (name) => byName.get(name));
  all.push(type);
  for (const name of [oid, ...names]) byName.set(name, type).set(name.toLowerCase(), type);
}

/** Every attribute that the façade knows. */
export const attributeTypes: readonly AttributeType[] = all;

/** Finds a type by any of its names or its OID, in any case. */
export function attributeType(description: string): AttributeType | undefined {
  return byName.get(description) ?? byName.get(description.toLowerCase());
}

/** What an attribute description means. `tagged`: a subtype with a language, of which nobody has a value. */
export interface AttributeDescription {
  readonly type: AttributeType;
  readonly tagged: boolean;
}

/**
 * Reads a description with its options. Language tags are known; any other option names a subtype that is not.
 * @see RFC 4512 §2.5.2, RFC 3866 §2.1
 */
export function attributeDescription(description: string): AttributeDescription | undefined {
  const plain = attributeType(description);
  if (plain !== undefined) return { type: plain, tagged: false };
  const [name = '', ...options] = description.split(';');
  const type = options.length > 0 ? attributeType(name) : undefined;
  const known = options.every((option) => /^lang-[a-z0-9-]*$/i.test(option));
  return type !== undefined && known ? { type, tagged: true } : undefined;
}

/** The type of a name that this code itself writes. */
export function knownType(name: string): AttributeType {
  const type = byName.get(name);
  if (type === undefined) throw new TypeError(`no attribute type ${name}`);
  return type;
}
