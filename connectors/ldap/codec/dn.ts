import { InvalidInput } from '../../../idp/domain/fault.ts';
import { foldText } from '../../../idp/domain/fold-text.ts';

export interface AttributeTypeAndValue {
  /** In lower case; a known OID is replaced by its short name. */
  readonly type: string;
  /** Unescaped, as it was spelled. */
  readonly value: string;
}

/** One step of a distinguished name; more than one pair where `+` joins them. */
export interface Rdn {
  readonly pairs: readonly AttributeTypeAndValue[];
  /** Equal for RDNs that are spelled differently and mean the same. */
  readonly key: string;
}

/** A distinguished name, the entry's own RDN first. */
export interface Dn {
  readonly rdns: readonly Rdn[];
}

/** @see RFC 4514 §3, RFC 4519 for the OIDs */
const shortNames: ReadonlyMap<string, string> = new Map([
  ['2.5.4.3', 'cn'],
  ['commonname', 'cn'],
  ['2.5.4.6', 'c'],
  ['2.5.4.7', 'l'],
  ['2.5.4.8', 'st'],
  ['2.5.4.10', 'o'],
  ['organizationname', 'o'],
  ['2.5.4.11', 'ou'],
  ['organizationalunitname', 'ou'],
  ['0.9.2342.19200300.100.1.25', 'dc'],
  ['domaincomponent', 'dc'],
  ['0.9.2342.19200300.100.1.1', 'uid'],
  ['userid', 'uid'],
  ['2.5.4.5', 'serialnumber'],
]);

const maxDnLength = 8192;
const maxRdns = 64;
const typePattern = /^(?:[a-z][a-z0-9-]*|(?:oid\.)?\d+(?:\.\d+)*)$/i;
const hexPair = /^[0-9a-f]{2}$/i;
const specials = '"+,;<>\\=# ';

/**
 * Reads a distinguished name in any spelling that clients use: RFC 4514, and the quotes, semicolons and
 * spaces around separators of RFC 2253 and RFC 1779.
 * @throws {InvalidInput} `ERR_LDAP_DN`
 * @see RFC 4514 §3
 */
export function parseDn(text: string): Dn {
  if (text.length > maxDnLength) throw invalid();
  if (text === '') return { rdns: [] };
  const rdns: Rdn[] = [];
  const scanner = { text, position: 0 };
  let pairs: AttributeTypeAndValue[] = [];
  for (;;) {
    pairs.push(readPair(scanner));
    const separator = text[scanner.position];
    scanner.position += 1;
    if (separator === '+') continue;
    rdns.push(makeRdn(pairs));
    if (rdns.length > maxRdns) throw invalid();
    if (separator === undefined) return { rdns };
    pairs = [];
  }
}

const plainStep = /^([a-z][a-z0-9-]*)=([\w:.@-]+),/i;
const maxTails = 64;

/**
 * A `parseDn` for names that differ in their first step only, as those that are bound to do: what follows
 * is read once and remembered, for a bounded number of spellings.
 */
export function rememberingParseDn(): (text: string) => Dn {
  const tails = new Map<string, Dn>();
  return (text) => {
    const [step, type, value] = plainStep.exec(text) ?? [];
    if (step === undefined || type === undefined || value === undefined || text.length > maxDnLength) {
      return parseDn(text);
    }
    const tailText = text.slice(step.length);
    let tail = tails.get(tailText);
    if (tail === undefined) {
      tail = parseDn(tailText);
      // An empty tail would hide a comma at the end.
      if (tail.rdns.length === 0) throw invalid();
      if (tails.size >= maxTails) tails.clear();
      tails.set(tailText, tail);
    }
    const lower = type.toLowerCase();
    return { rdns: [makeRdn([{ type: shortNames.get(lower) ?? lower, value }]), ...tail.rdns] };
  };
}

/**
 * Escapes a value for use in a DN.
 * @see RFC 4514 §2.4
 */
export function escapeDnValue(value: string): string {
  if (/^[\w.@-]+$/.test(value)) return value;
  const escaped = value.replace(/[\\"+,;<>=]/g, '\\$&').replaceAll('\0', '\\00');
  const startSafe = /^[ #]/.test(escaped) ? `\\${escaped}` : escaped;
  return / $/.test(startSafe) && startSafe !== '\\ ' ? `${startSafe.slice(0, -1)}\\ ` : startSafe;
}

/** One text for all spellings of a DN: equal if and only if the names are the same entry's. */
export function dnKey(dn: Dn): string {
  return dn.rdns.map((rdn) => rdn.key).join(',');
}

interface Scanner {
  readonly text: string;
  position: number;
}

function readPair(scanner: Scanner): AttributeTypeAndValue {
  const { text } = scanner;
  const equals = text.indexOf('=', scanner.position);
  if (equals === -1) throw invalid();
  const spelled = text.slice(scanner.position, equals).trim();
  if (!typePattern.test(spelled)) throw invalid();
  const lower = spelled.toLowerCase();
  const name = lower.startsWith('oid.') ? lower.slice(4) : lower;
  scanner.position = equals + 1;
  while (text[scanner.position] === ' ') scanner.position += 1;
  return { type: shortNames.get(name) ?? name, value: readValue(scanner) };
}

/** Leaves the scanner on the separator after the value, or at the end. */
function readValue(scanner: Scanner): string {
  const first = scanner.text[scanner.position];
  if (first === '"') return readQuoted(scanner);
  if (first === '#') return readHexString(scanner);
  return readString(scanner);
}

function readString(scanner: Scanner): string {
  const { text } = scanner;
  const start = scanner.position;
  const end = valueEnd(text, start);
  scanner.position = end;
  const raw = text.slice(start, end);
  return raw.includes('\\') ? unescapeValue(trimUnescaped(raw)) : raw.trimEnd();
}

/** A space that was escaped belongs to the value; the ones after it do not. */
function trimUnescaped(raw: string): string {
  const trimmed = raw.trimEnd();
  const backslashes = trimmed.length - trimmed.replace(/\\+$/, '').length;
  return backslashes % 2 === 1 ? raw.slice(0, trimmed.length + 1) : trimmed;
}

function valueEnd(text: string, start: number): number {
  for (let index = start; index < text.length; index += 1) {
    const character = text[index];
    if (character === '\\') index += 1;
    else if (character === ',' || character === '+' || character === ';') return index;
    else if (character === '"' || character === '<' || character === '>') throw invalid();
  }
  return text.length;
}

function readQuoted(scanner: Scanner): string {
  const { text } = scanner;
  let index = scanner.position + 1;
  while (index < text.length && text[index] !== '"') index += text[index] === '\\' ? 2 : 1;
  if (index >= text.length) throw invalid();
  const value = unescapeValue(text.slice(scanner.position + 1, index));
  index += 1;
  while (text[index] === ' ') index += 1;
  if (index < text.length && !',+;'.includes(text[index] ?? '')) throw invalid();
  scanner.position = index;
  return value;
}

/** `#` and the BER of the value: only strings are of use here. */
function readHexString(scanner: Scanner): string {
  const end = valueEnd(scanner.text, scanner.position);
  const hex = scanner.text.slice(scanner.position + 1, end).trim();
  scanner.position = end;
  if (!/^(?:[0-9a-f]{2}){2,}$/i.test(hex)) throw invalid();
  const bytes = Buffer.from(hex, 'hex');
  if (bytes[1] !== bytes.length - 2) throw invalid();
  return bytes.toString('utf8', 2);
}

function unescapeValue(raw: string): string {
  const bytes: Buffer[] = [];
  for (let index = 0; index < raw.length; ) {
    const next = raw.indexOf('\\', index);
    const plainEnd = next === -1 ? raw.length : next;
    if (plainEnd > index) bytes.push(Buffer.from(raw.slice(index, plainEnd)));
    if (next === -1) break;
    const pair = raw.slice(next + 1, next + 3);
    const special = raw[next + 1];
    if (hexPair.test(pair)) bytes.push(Buffer.from(pair, 'hex'));
    else if (special !== undefined && specials.includes(special)) bytes.push(Buffer.from(special));
    else throw invalid();
    index = next + (hexPair.test(pair) ? 3 : 2);
  }
  return Buffer.concat(bytes).toString('utf8');
}

function makeRdn(pairs: readonly AttributeTypeAndValue[]): Rdn {
  const [only] = pairs;
  if (only !== undefined && pairs.length === 1) return { pairs, key: pairKey(only) };
  return { pairs, key: pairs.map(pairKey).sort().join('+') };
}

function pairKey({ type, value }: AttributeTypeAndValue): string {
  return `${type}=${escapeDnValue(foldText(value))}`;
}

function invalid(): InvalidInput {
  return new InvalidInput('ERR_LDAP_DN', 'not a distinguished name');
}
