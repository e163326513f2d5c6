import { BerWriter, FilterParser } from 'ldapts';
import { InvalidInput } from '../../idp/domain/fault.ts';
import { BerReader } from '../ldap/codec/ber-reader.ts';
import { decodeFilter, type Filter } from '../ldap/codec/filter.ts';
import { defaultLimits } from '../ldap/limits.ts';

/**
 * Reads a filter as people write it, by way of the bytes that a device would send.
 * @throws {InvalidInput} `ERR_LDAP_FILTER`; what was typed may hold a card number and is not in the message.
 * @see RFC 4515
 */
export function readFilterText(text: string): Filter {
  try {
    const writer = new BerWriter();
    FilterParser.parseString(text).write(writer);
    const octets = Buffer.from(writer.buffer);
    return decodeFilter(new BerReader(octets, 0, octets.length), defaultLimits);
  } catch {
    // No cause either: the library's message quotes the whole filter.
    throw new InvalidInput('ERR_LDAP_FILTER', 'This is no LDAP filter: "(serialNumber=0a1b2c3d)" is one.');
  }
}
