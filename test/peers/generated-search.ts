import { escapeDnValue, parseDn } from '../../connectors/ldap/codec/dn.ts';
import type { Filter } from '../../connectors/ldap/codec/filter.ts';
import type { SearchOptions } from '../connectors/ldap/support/requests.ts';
import type { Random } from '../support/random.ts';

/** An entry of the directory that searches are made up for. */
export interface KnownEntry {
  readonly dn: string;
  readonly attributes: Readonly<Record<string, readonly string[]>>;
}

/** What the generator draws from. */
export interface Pool {
  readonly random: Random;
  readonly entries: readonly [KnownEntry, ...KnownEntry[]];
}

export interface GeneratedSearch extends SearchOptions {
  /** Of its pages; `undefined`: all at once. */
  readonly pageSize: number | undefined;
}

const texts = [
  'uid',
  'cn',
  'sn',
  'displayName',
  'msDS-PhoneticDisplayName',
  'employeeNumber',
  'o',
  'ou',
  'title',
  'department',
] as const;
const ia5s = ['mail', 'dc'] as const;
const names = ['member', 'memberOf', 'entryDN'] as const;
const classes = ['objectClass', 'structuralObjectClass'] as const;
const others = [
  'description',
  'serialNumber',
  'subschemaSubentry',
  'nonsense',
  'cn;lang-ja',
  'mail;x-unknown',
] as const;
const aliases: Readonly<Record<string, readonly [string, ...string[]]>> = {
  uid: ['userid', '0.9.2342.19200300.100.1.1', 'UID'],
  cn: ['commonName', '2.5.4.3', 'CN'],
  sn: ['surname', '2.5.4.4'],
  mail: ['rfc822Mailbox', 'MAIL'],
  ou: ['organizationalUnitName', 'OU'],
  o: ['organizationName', '2.5.4.10'],
  dc: ['domainComponent'],
  objectClass: ['OBJECTCLASS', '2.5.4.0'],
};
const classNames = [
  'top',
  'person',
  'inetOrgPerson',
  'INETORGPERSON',
  '2.5.6.6',
  'groupOfNames',
  'organizationalUnit',
  'domain',
  'noSuchClass',
] as const;
/** Without classes above them, which slapd takes an entry's structural class for, too. */
const structuralNames = [
  'inetOrgPerson',
  'GROUPOFNAMES',
  'organizationalUnit',
  '2.5.6.9',
  'noSuchClass',
] as const;
/** Without objectIdentifierMatch: named by a client, it compares the names of classes in slapd and the classes here. */
const rules = [
  'caseIgnoreMatch',
  'caseExactMatch',
  '2.5.13.5',
  'caseIgnoreIA5Match',
  'caseExactIA5Match',
  'distinguishedNameMatch',
  'integerMatch',
  'noSuchRule',
] as const;

/** One search of any kind that clients could send. */
export function generateSearch(pool: Pool): GeneratedSearch {
  const { random } = pool;
  const pageSize = random.below(4) === 0 ? 1 + random.below(40) : undefined;
  return {
    base: base(pool),
    scope: random.pick(['base', 'one', 'sub', 'sub', 'sub', 'children']),
    filter: filter(pool, 0),
    attributes: attributeList(pool),
    typesOnly: random.below(8) === 0,
    sizeLimit: pageSize === undefined && random.below(8) === 0 ? 1 + random.below(20) : 0,
    pageSize,
  };
}

function base(pool: Pool): string {
  const { random, entries } = pool;
  const [root] = entries;
  const choice = random.below(10);
  if (choice < 4) return respell(random, root.dn);
  if (choice < 9) return respell(random, random.pick(entries).dn);
  return random.pick([
    `cn=nobody,${root.dn}`,
    `uid=nobody,ou=people,${root.dn}`,
    `ou=nowhere,${root.dn}`,
    'dc=elsewhere',
    'no name',
  ]);
}

/** The same name, spelled as some client might. @see RFC 4514 §3, RFC 2253 §4 */
function respell(random: Random, dn: string): string {
  const separator = random.pick([',', ',', ', ', ' , ', ';', ' ; ']);
  const steps = parseDn(dn).rdns.map(({ pairs }) =>
    pairs
      .map(
        ({ type, value }) =>
          `${random.pick([type, type.toUpperCase(), ...(aliases[type] ?? [])])}=${respellValue(random, value)}`,
      )
      .join('+'),
  );
  return steps.join(separator);
}

function respellValue(random: Random, value: string): string {
  const bytes = Buffer.from(value);
  switch (random.below(6)) {
    case 0:
      return `"${value.replace(/[\\"]/g, '\\$&')}"`;
    case 1:
      return [...bytes].map((octet) => `\\${octet.toString(16).padStart(2, '0')}`).join('');
    case 2:
      return escapeDnValue(value.toUpperCase());
    default:
      return escapeDnValue(value);
  }
}

function filter(pool: Pool, depth: number): Filter {
  const { random } = pool;
  const kind = random.below(depth > 2 ? 7 : 11);
  if (kind < 7) return item(pool);
  if (kind === 7) return { kind: 'not', part: filter(pool, depth + 1) };
  const parts = Array.from({ length: random.below(4) }, () => filter(pool, depth + 1));
  return { kind: kind % 2 === 0 ? 'and' : 'or', parts };
}

function item(pool: Pool): Filter {
  const { random } = pool;
  const attribute = anyAttribute(random);
  const value = valueFor(pool, attribute);
  const spelled = random.pick([attribute, attribute, ...(aliases[attribute] ?? [])]);
  switch (random.below(12)) {
    case 0:
    case 1:
      return { kind: 'present', attribute: spelled };
    case 2:
      return { kind: random.pick(['greaterOrEqual', 'lessOrEqual']), attribute: spelled, value };
    case 3: {
      const other = random.pick([...classes, ...names.slice(0, 2), 'nonsense'] as const);
      return { kind: 'approx', attribute: other, value: valueFor(pool, other) };
    }
    case 4:
    case 5:
    case 6:
      return substrings(random, spelled, value);
    case 7:
      return extensible(pool, attribute, value);
    default:
      return { kind: 'equality', attribute: spelled, value };
  }
}

function anyAttribute(random: Random): string {
  const choice = random.below(12);
  if (choice < 6) return random.pick(texts);
  if (choice < 7) return random.pick(ia5s);
  if (choice < 9) return random.pick(names);
  return choice < 11 ? random.pick(classes) : random.pick([...others, 'name']);
}

/** Mostly a value that somebody has, often in another spelling. */
function valueFor({ random, entries }: Pool, attribute: string): string {
  if (attribute === 'objectClass') return random.pick(classNames);
  if (attribute === 'structuralObjectClass') return random.pick(structuralNames);
  if (random.below(6) === 0)
    return random.pick(['', 'x', '田中', 'x,y=z', 'dc=jp', '0', ' ', 'no such value']);
  for (let attempt = 0; attempt < 8; attempt += 1) {
    const { dn, attributes } = random.pick(entries);
    const [value, ...more] =
      attribute === 'entryDN' ? [dn] : (attributes[attribute === 'name' ? 'cn' : attribute] ?? []);
    if (value !== undefined) return respellText(random, random.pick([value, ...more]), attribute);
  }
  return 'nothing';
}

function respellText(random: Random, value: string, attribute: string): string {
  if ((names as readonly string[]).includes(attribute)) return respell(random, value);
  switch (random.below(7)) {
    case 0:
      return value.toUpperCase();
    case 1:
      return `  ${value.replaceAll(' ', '   ')} `;
    case 2:
      return value.normalize('NFD');
    case 3:
      // Full-width letters, which no IA5 string has.
      return value.replace(/[!-~]/g, (letter) => String.fromCodePoint(letter.charCodeAt(0) + 0xfee0));
    default:
      return value;
  }
}

/** Parts of one value, without spaces at their edges: those are where the servers differ on purpose. */
function substrings(random: Random, attribute: string, value: string): Filter {
  const letters = [...value.trim()];
  const cut = random.below(letters.length + 1);
  const end = cut + random.below(letters.length - cut + 1);
  const part = (from: number, to: number) => letters.slice(from, to).join('').trim() || 'a';
  const [first, middle, last] = [part(0, cut), part(cut, end), part(end, letters.length)];
  const kind = random.below(4);
  return {
    kind: 'substrings',
    attribute,
    initial: kind === 0 || kind === 3 ? first : undefined,
    any: kind === 1 || kind === 3 ? [middle] : [],
    final: kind === 2 || kind === 3 ? last : undefined,
  };
}

function extensible(pool: Pool, attribute: string, value: string): Filter {
  const { random } = pool;
  const kind = random.below(4);
  const inName = random.pick(['ou', 'dc', 'uid', 'cn'] as const);
  if (kind === 0)
    return { kind: 'extensible', matchingRule: undefined, attribute, value, dnAttributes: false };
  if (kind === 1) {
    return { kind: 'extensible', matchingRule: random.pick(rules), attribute, value, dnAttributes: false };
  }
  if (kind === 2) {
    const dnValue = random.pick(['people', 'GROUPS', 'example', value]);
    return {
      kind: 'extensible',
      matchingRule: undefined,
      attribute: inName,
      value: dnValue,
      dnAttributes: true,
    };
  }
  return {
    kind: 'extensible',
    matchingRule: random.pick(rules),
    attribute: undefined,
    // Whom slapd notes as the writer of its entries has the empty name.
    value: value === '' ? 'x' : value,
    dnAttributes: random.below(2) === 0,
  };
}

function attributeList({ random }: Pool): readonly string[] {
  const choice = random.below(8);
  if (choice < 2) return [];
  if (choice === 2)
    return random.pick([['*'], ['+'], ['*', '+'], ['1.1'], ['1.1', 'uid'], ['*', 'memberOf']]);
  return Array.from({ length: 1 + random.below(4) }, () => {
    const attribute = random.pick([
      ...texts,
      ...ia5s,
      ...names,
      ...classes,
      ...others,
      'name',
      '@person',
      '@groupOfNames',
      '@noSuchClass',
    ] as const);
    return random.pick([attribute, attribute, attribute.toUpperCase(), ...(aliases[attribute] ?? [])]);
  });
}
