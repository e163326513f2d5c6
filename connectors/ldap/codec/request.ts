import { BerReader, malformed } from './ber-reader.ts';
import { type Control, decodeControls } from './controls.ts';
import { decodeFilter, type Filter, type FilterLimits } from './filter.ts';

export interface BindRequest {
  readonly op: 'bind';
  readonly version: number;
  readonly name: string;
  readonly authentication:
    | { readonly kind: 'simple'; readonly password: Buffer }
    | { readonly kind: 'sasl'; readonly mechanism: string; readonly credentials: string | undefined };
}

export type SearchScope = 'base' | 'one' | 'sub' | 'children';

export interface SearchRequest {
  readonly op: 'search';
  readonly base: string;
  readonly scope: SearchScope;
  readonly sizeLimit: number;
  readonly timeLimitSeconds: number;
  readonly typesOnly: boolean;
  readonly filter: Filter;
  /** As the client spelled them; empty means all user attributes. */
  readonly attributes: readonly string[];
}

export interface CompareRequest {
  readonly op: 'compare';
  readonly entry: string;
  readonly attribute: string;
  readonly value: string;
}

export interface ExtendedRequest {
  readonly op: 'extended';
  readonly name: string;
  readonly value: Buffer | undefined;
}

export interface PartialAttribute {
  readonly attribute: string;
  readonly values: readonly string[];
}

export interface Modification extends PartialAttribute {
  readonly operation: 'add' | 'delete' | 'replace';
}

export interface ModifyRequest {
  readonly op: 'modify';
  readonly entry: string;
  readonly changes: readonly Modification[];
}

/** What the façade refuses whatever is in it; only the entry is read. */
export interface UpdateRequest {
  readonly op: 'add' | 'delete' | 'modifyDN';
  readonly entry: string;
}

export type LdapRequest =
  | BindRequest
  | SearchRequest
  | CompareRequest
  | ExtendedRequest
  | ModifyRequest
  | UpdateRequest
  | { readonly op: 'unbind' }
  | { readonly op: 'abandon'; readonly messageId: number };

/** The tag of a request. @see RFC 4511 §4.2 to §4.14 */
export const requestTags = {
  bind: 0x60,
  unbind: 0x42,
  search: 0x63,
  modify: 0x66,
  add: 0x68,
  delete: 0x4a,
  modifyDN: 0x6c,
  compare: 0x6e,
  abandon: 0x50,
  extended: 0x77,
} as const;

const octetString = 0x04;
const sequenceTag = 0x30;
const setTag = 0x31;
const integerTag = 0x02;
const enumeratedTag = 0x0a;
const scopes: readonly SearchScope[] = ['base', 'one', 'sub', 'children'];
const maxAttributes = 256;
const noControls: readonly Control[] = [];

/** The envelope of a request: enough to answer even one whose body is refused. */
export interface Envelope {
  readonly messageId: number;
  readonly tag: number;
  readonly reader: BerReader;
}

/**
 * Opens an LDAPMessage that the framer cut out.
 * @throws {InvalidInput} `ERR_LDAP_MALFORMED`
 * @see RFC 4511 §4.1.1
 */
export function openMessage(bytes: Buffer, start: number, end: number): Envelope {
  const reader = new BerReader(bytes, start, end);
  reader.enter(sequenceTag);
  const messageId = reader.integer(integerTag);
  // Zero is the server's own, for notices.
  if (messageId === 0 && reader.peekTag() !== requestTags.abandon) throw malformed('message id zero');
  return { messageId, tag: reader.peekTag(), reader };
}

/** @throws {InvalidInput} `ERR_LDAP_MALFORMED`, `ERR_LDAP_FILTER_TOO_COMPLEX` */
export function decodeRequest({ tag, reader }: Envelope, limits: FilterLimits): LdapRequest {
  switch (tag) {
    case requestTags.search:
      return decodeSearch(reader, limits);
    case requestTags.bind:
      return decodeBind(reader);
    case requestTags.unbind:
      reader.octets(tag);
      return { op: 'unbind' };
    case requestTags.abandon:
      return { op: 'abandon', messageId: reader.integer(tag) };
    case requestTags.compare:
      return decodeCompare(reader);
    case requestTags.extended:
      return decodeExtended(reader);
    case requestTags.modify:
      return decodeModify(reader);
    case requestTags.add:
      return decodeUpdate(reader, 'add', tag);
    case requestTags.modifyDN:
      return decodeUpdate(reader, 'modifyDN', tag);
    case requestTags.delete:
      return { op: 'delete', entry: reader.text(tag) };
    default:
      throw malformed('an unknown operation');
  }
}

/** What follows the request. @throws {InvalidInput} `ERR_LDAP_MALFORMED` */
export function decodeTrailingControls({ reader }: Envelope): readonly Control[] {
  return reader.peekTag() === 0xa0 ? decodeControls(reader) : noControls;
}

function decodeBind(reader: BerReader): BindRequest {
  const outer = reader.enter(requestTags.bind);
  const version = reader.integer(integerTag);
  const name = reader.text(octetString);
  const authentication = decodeAuthentication(reader);
  reader.leave(outer);
  return { op: 'bind', version, name, authentication };
}

function decodeAuthentication(reader: BerReader): BindRequest['authentication'] {
  const tag = reader.peekTag();
  if (tag === 0x80) return { kind: 'simple', password: reader.octets(tag) };
  if (tag !== 0xa3) throw malformed('an unknown way to authenticate');
  const outer = reader.enter(tag);
  const mechanism = reader.text(octetString);
  const credentials = reader.peekTag() === octetString ? reader.text(octetString) : undefined;
  reader.leave(outer);
  return { kind: 'sasl', mechanism, credentials };
}

function decodeSearch(reader: BerReader, limits: FilterLimits): SearchRequest {
  const outer = reader.enter(requestTags.search);
  const base = reader.text(octetString);
  const scope = scopes[reader.integer(enumeratedTag)];
  const derefAliases = reader.integer(enumeratedTag);
  if (scope === undefined || derefAliases > 3) throw malformed('an unknown scope or alias rule');
  const sizeLimit = reader.integer(integerTag);
  const timeLimitSeconds = reader.integer(integerTag);
  const typesOnly = reader.boolean(0x01);
  const filter = decodeFilter(reader, limits);
  const attributes: string[] = [];
  const outerList = reader.enter(sequenceTag);
  while (!reader.atEnd) {
    if (attributes.length === maxAttributes) throw malformed('too many attributes');
    attributes.push(reader.text(octetString));
  }
  reader.leave(outerList);
  reader.leave(outer);
  return { op: 'search', base, scope, sizeLimit, timeLimitSeconds, typesOnly, filter, attributes };
}

function decodeCompare(reader: BerReader): CompareRequest {
  const outer = reader.enter(requestTags.compare);
  const entry = reader.text(octetString);
  const outerAssertion = reader.enter(sequenceTag);
  const attribute = reader.text(octetString).toLowerCase();
  const value = reader.text(octetString);
  reader.leave(outerAssertion);
  reader.leave(outer);
  return { op: 'compare', entry, attribute, value };
}

function decodeExtended(reader: BerReader): ExtendedRequest {
  const outer = reader.enter(requestTags.extended);
  const name = reader.text(0x80);
  const value = reader.peekTag() === 0x81 ? reader.octets(0x81) : undefined;
  reader.leave(outer);
  return { op: 'extended', name, value };
}

function decodeModify(reader: BerReader): ModifyRequest {
  const outer = reader.enter(requestTags.modify);
  const entry = reader.text(octetString);
  const outerChanges = reader.enter(sequenceTag);
  const changes: Modification[] = [];
  while (!reader.atEnd) {
    if (changes.length === maxAttributes) throw malformed('too many changes');
    changes.push(decodeModification(reader));
  }
  reader.leave(outerChanges);
  reader.leave(outer);
  return { op: 'modify', entry, changes };
}

function decodeModification(reader: BerReader): Modification {
  const outer = reader.enter(sequenceTag);
  const operation = (['add', 'delete', 'replace'] as const)[reader.integer(enumeratedTag)];
  if (operation === undefined) throw malformed('an unknown kind of change');
  const outerAttribute = reader.enter(sequenceTag);
  const attribute = reader.text(octetString).toLowerCase();
  const outerValues = reader.enter(setTag);
  const values: string[] = [];
  while (!reader.atEnd) {
    if (values.length === maxAttributes) throw malformed('too many values');
    values.push(reader.text(octetString));
  }
  reader.leave(outerValues);
  reader.leave(outerAttribute);
  reader.leave(outer);
  return { operation, attribute, values };
}

function decodeUpdate(reader: BerReader, op: UpdateRequest['op'], tag: number): UpdateRequest {
  const outer = reader.enter(tag);
  const entry = reader.text(octetString);
  reader.leave(outer);
  return { op, entry };
}
