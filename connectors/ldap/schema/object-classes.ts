import { posixObjectClasses } from './posix-schema.ts';

/** @see RFC 4512 §4.1.1; the classes of RFC 4519, 2798 and 4524 with what the façade shows of them */
export const objectClasses: readonly string[] = [
  "( 2.5.6.0 NAME 'top' ABSTRACT MUST objectClass )",
  "( 2.5.20.1 NAME 'subschema' AUXILIARY MAY ( objectClasses $ attributeTypes $ matchingRules $ matchingRuleUse $ ldapSyntaxes ) )",
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
