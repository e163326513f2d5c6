import { objectIdentifier, printableString, sequence, set, utf8String } from './der-writer.ts';

/** A distinguished name as attribute and value, most general first. */
export type NameParts = readonly (readonly ['C' | 'O' | 'OU' | 'CN', string])[];

/** The organisation that signs: test cards say so in their issuer's name. */
export type JpkiOrganization = 'JPKI' | 'JPKI-TEST';

const attributeTypes = { C: '2.5.4.6', O: '2.5.4.10', OU: '2.5.4.11', CN: '2.5.4.3' } as const;

/** Name ::= RDNSequence; the country is a PrintableString, the rest UTF8String. @see RFC 5280 §4.1.2.4 */
export function encodeName(parts: NameParts): Uint8Array {
  return sequence(
    ...parts.map(([type, value]) =>
      set(
        sequence(
          objectIdentifier(attributeTypes[type]),
          type === 'C' ? printableString(value) : utf8String(value),
        ),
      ),
    ),
  );
}

/** The one name that every generation of the user-authentication authority bears. */
export const userAuthenticationIssuer = (organization: JpkiOrganization): NameParts => [
  ['C', 'JP'],
  ['O', organization],
  ['OU', 'JPKI for user authentication'],
  ['OU', 'Japan Agency for Local Authority Information Systems'],
];

/** The authority of the signature certificates, which this product never accepts. */
export const digitalSignatureIssuer = (organization: JpkiOrganization): NameParts => [
  ['C', 'JP'],
  ['O', organization],
  ['OU', 'JPKI for digital signature'],
  ['OU', 'Japan Agency for Local Authority Information Systems'],
];

/** Where the list of one municipality is published: there is one list a municipality. */
export const municipalityCrlName = (
  organization: JpkiOrganization,
  prefecture: string,
  municipality: string,
): NameParts => [
  ['C', 'JP'],
  ['O', organization],
  ['OU', 'JPKI for user authentication'],
  ['OU', 'CRL Distribution Points'],
  ['OU', prefecture],
  ['CN', `${municipality} CRLDP`],
];
