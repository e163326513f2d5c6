import { InvalidInput } from '../../../idp/domain/fault.ts';
import { type BerReader, malformed } from './ber-reader.ts';

/**
 * A search filter. Attribute descriptions are in lower case; assertion values are text, because
 * every attribute that the façade shows is.
 * @see RFC 4511 §4.5.1.7
 */
export type Filter =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Filter[] }
  | { readonly kind: 'not'; readonly part: Filter }
  | {
      readonly kind: 'equality' | 'greaterOrEqual' | 'lessOrEqual' | 'approx';
      readonly attribute: string;
      readonly value: string;
    }
  | {
      readonly kind: 'substrings';
      readonly attribute: string;
      readonly initial: string | undefined;
      readonly any: readonly string[];
      readonly final: string | undefined;
    }
  | { readonly kind: 'present'; readonly attribute: string }
  | {
      readonly kind: 'extensible';
      readonly matchingRule: string | undefined;
      readonly attribute: string | undefined;
      readonly value: string;
      readonly dnAttributes: boolean;
    };

/** How large a filter may be; both are far above what any known client sends. */
export interface FilterLimits {
  readonly maxFilterDepth: number;
  readonly maxFilterNodes: number;
}

const octetString = 0x04;
const comparisons = { 163: 'equality', 165: 'greaterOrEqual', 166: 'lessOrEqual', 168: 'approx' } as const;

/**
 * Decodes a filter. It recurses, but never deeper than the limit allows.
 * @throws {InvalidInput} `ERR_LDAP_MALFORMED`, or `ERR_LDAP_FILTER_TOO_COMPLEX` beyond the limits
 * @see RFC 4511 §4.5.1.7
 */
export function decodeFilter(reader: BerReader, limits: FilterLimits): Filter {
  let nodes = 0;
  const decode = (depth: number): Filter => {
    nodes += 1;
    if (depth > limits.maxFilterDepth || nodes > limits.maxFilterNodes) {
      throw new InvalidInput('ERR_LDAP_FILTER_TOO_COMPLEX', 'the filter is nested too deeply or too long');
    }
    const tag = reader.peekTag();
    switch (tag) {
      case 0xa0:
      case 0xa1:
        return { kind: tag === 0xa0 ? 'and' : 'or', parts: decodeSet(depth) };
      case 0xa2: {
        const outer = reader.enter(tag);
        const part = decode(depth + 1);
        reader.leave(outer);
        return { kind: 'not', part };
      }
      case 0xa3:
      case 0xa5:
      case 0xa6:
      case 0xa8:
        return decodeComparison(reader, tag);
      case 0xa4:
        return decodeSubstrings(reader, limits.maxFilterNodes);
      case 0x87:
        return { kind: 'present', attribute: reader.text(tag).toLowerCase() };
      case 0xa9:
        return decodeExtensible(reader);
      default:
        throw malformed('an unknown kind of filter');
    }
  };
  const decodeSet = (depth: number): Filter[] => {
    const outer = reader.enter(reader.peekTag());
    const parts: Filter[] = [];
    while (!reader.atEnd) parts.push(decode(depth + 1));
    reader.leave(outer);
    return parts;
  };
  return decode(1);
}

function decodeComparison(reader: BerReader, tag: keyof typeof comparisons): Filter {
  const outer = reader.enter(tag);
  const attribute = reader.text(octetString).toLowerCase();
  const value = reader.text(octetString);
  reader.leave(outer);
  return { kind: comparisons[tag], attribute, value };
}

function decodeSubstrings(reader: BerReader, maxParts: number): Filter {
  const outer = reader.enter(0xa4);
  const attribute = reader.text(octetString).toLowerCase();
  const outerParts = reader.enter(0x30);
  let initial: string | undefined;
  let final: string | undefined;
  const any: string[] = [];
  if (reader.atEnd) throw malformed('a substring filter without substrings');
  for (let index = 0; !reader.atEnd; index += 1) {
    const tag = reader.peekTag();
    if (final !== undefined || index > maxParts) throw malformed('substrings after the final one');
    if (tag === 0x80 && index === 0) initial = reader.text(tag);
    else if (tag === 0x81) any.push(reader.text(tag));
    else if (tag === 0x82) final = reader.text(tag);
    else throw malformed('an unknown kind of substring');
  }
  reader.leave(outerParts);
  reader.leave(outer);
  return { kind: 'substrings', attribute, initial, any, final };
}

function decodeExtensible(reader: BerReader): Filter {
  const outer = reader.enter(0xa9);
  const matchingRule = reader.peekTag() === 0x81 ? reader.text(0x81).toLowerCase() : undefined;
  const attribute = reader.peekTag() === 0x82 ? reader.text(0x82).toLowerCase() : undefined;
  const value = reader.text(0x83);
  const dnAttributes = reader.peekTag() === 0x84 ? reader.boolean(0x84) : false;
  reader.leave(outer);
  if (matchingRule === undefined && attribute === undefined) throw malformed('a match by nothing');
  return { kind: 'extensible', matchingRule, attribute, value, dnAttributes };
}
