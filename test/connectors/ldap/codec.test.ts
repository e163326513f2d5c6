import { describe, expect, test } from 'vitest';
import { BerReader } from '../../../connectors/ldap/codec/ber-reader.ts';
import { BerWriter } from '../../../connectors/ldap/codec/ber-writer.ts';
import type { Filter } from '../../../connectors/ldap/codec/filter.ts';
import { MessageFramer } from '../../../connectors/ldap/codec/message-framer.ts';
import {
  decodeRequest,
  decodeTrailingControls,
  type LdapRequest,
  openMessage,
} from '../../../connectors/ldap/codec/request.ts';
import { bindRequest, equal, message, searchRequest } from './support/requests.ts';

const limits = { maxFilterDepth: 8, maxFilterNodes: 20 };
const decode = (bytes: Buffer): LdapRequest => decodeRequest(openMessage(bytes, 0, bytes.length), limits);
const hex = (text: string) => Buffer.from(text.replace(/\s/g, ''), 'hex');
const malformed = expect.objectContaining({ code: 'ERR_LDAP_MALFORMED' });

describe('a request', () => {
  test('a bind of RFC 4511 is read to the last octet', () => {
    // 30 l(20) | 02 01 01 | 60 l(15) | 02 01 03 | 04 03 "cn=" is not a DN yet here | 80 05 "hello"
    const bytes = hex('3014 020101 600f 020103 0403 636e3d 8005 68656c6c6f');
    expect(decode(bytes)).toEqual({
      op: 'bind',
      version: 3,
      name: 'cn=',
      authentication: { kind: 'simple', password: Buffer.from('hello') },
    });
  });

  test.each<Filter>([
    { kind: 'present', attribute: 'objectclass' },
    { kind: 'and', parts: [equal('uid', 'a'), { kind: 'not', part: equal('cn', '田中') }] },
    { kind: 'or', parts: [] },
    { kind: 'substrings', attribute: 'cn', initial: 'a', any: ['b', 'c'], final: 'd' },
    { kind: 'substrings', attribute: 'cn', initial: undefined, any: ['b'], final: undefined },
    { kind: 'greaterOrEqual', attribute: 'uid', value: 'm' },
    { kind: 'lessOrEqual', attribute: 'uid', value: 'm' },
    { kind: 'approx', attribute: 'uid', value: 'm' },
    { kind: 'extensible', matchingRule: 'x', attribute: 'cn', value: 'v', dnAttributes: true },
    { kind: 'extensible', matchingRule: undefined, attribute: 'cn', value: 'v', dnAttributes: false },
  ])('a search carries the filter $kind', (filter) => {
    const request = decode(searchRequest(7, { base: 'dc=jp', filter, attributes: ['CN', '*'] }));
    expect(request).toMatchObject({ op: 'search', base: 'dc=jp', filter, attributes: ['CN', '*'] });
  });

  test('controls come with their criticality and value', () => {
    const control = { type: '1.2.3', critical: true, value: Buffer.from('v') };
    const bytes = searchRequest(7, { base: '', controls: [control, { ...control, critical: false }] });
    const envelope = openMessage(bytes, 0, bytes.length);
    decodeRequest(envelope, limits);
    expect(decodeTrailingControls(envelope)).toEqual([control, { ...control, critical: false }]);
  });

  test.each([
    ['an indefinite length inside', '300c 020101 6080 020103 0400 8000'],
    ['an element longer than its parent', '3010 020101 600b 020103 04ff 00 8005 68656c'],
    ['a message id of zero', '300c 020100 6007 020103 0400 8000'],
    ['a negative message id', '300c 0201ff 6007 020103 0400 8000'],
    ['a message id of five octets', '3010 02050101010101 6007 020103 0400 8000'],
    ['an unknown operation', '3005 020101 7f00'],
    ['no operation', '3003 020101'],
    ['an unknown way to authenticate', '300c 020101 6007 020103 0400 8500'],
    ['a scope that does not exist', '3019 020101 6314 0400 0a0109 0a0100 020100 020100 010100 8700 3000'],
    ['an empty message', '3000'],
  ])('%s is malformed', (_, text) => {
    expect(() => decode(hex(text))).toThrow(malformed);
  });

  test('a filter beyond the limits is refused as too complex, not as malformed', () => {
    let deep: Filter = equal('uid', 'a');
    for (let depth = 0; depth < 9; depth += 1) deep = { kind: 'not', part: deep };
    const wide: Filter = { kind: 'or', parts: Array.from({ length: 21 }, () => equal('uid', 'a')) };
    for (const filter of [deep, wide]) {
      expect(() => decode(searchRequest(1, { base: '', filter }))).toThrow(
        expect.objectContaining({ code: 'ERR_LDAP_FILTER_TOO_COMPLEX' }),
      );
    }
  });

  test('trailing elements that nobody knows are ignored (RFC 4511 §4)', () => {
    const bytes = message(3, (writer) => {
      const bind = writer.begin(0x60);
      writer.integer(0x02, 3);
      writer.text(0x04, '');
      writer.text(0x80, '');
      writer.text(0x9f, 'later version');
      writer.end(bind);
    });
    expect(decode(bytes)).toMatchObject({ op: 'bind' });
  });
});

describe('the writer', () => {
  test.each([0, 1, 127, 128, 255, 256, 32_767, 32_768, 65_535, 8_388_608, 2_147_483_647])(
    'writes the integer %i so that it is read back positive',
    (value) => {
      const writer = new BerWriter();
      writer.integer(0x02, value);
      const bytes = writer.take();
      expect(new BerReader(bytes, 0, bytes.length).integer(0x02)).toBe(value);
    },
  );

  test.each([0, 1, 39, 40, 41, 127, 128, 255, 256, 65_535, 65_536, 300_000])(
    'writes a text of %i characters in its shortest form, alone and inside another element',
    (length) => {
      for (const character of ['a', '田']) {
        const text = character.repeat(length);
        const writer = new BerWriter();
        const outer = writer.begin(0x30);
        writer.text(0x04, text);
        writer.end(outer);
        const bytes = writer.take();
        const reader = new BerReader(bytes, 0, bytes.length);
        reader.enter(0x30);
        expect(reader.text(0x04)).toBe(text);
        expect(reader.atEnd).toBe(true);
        const first = bytes[1]!;
        if (first >= 0x80) expect(bytes[2]).not.toBe(0);
      }
    },
  );
});

describe('the framer', () => {
  const messages = [
    bindRequest(1, 'cn=a', 'b'),
    searchRequest(2, { base: 'x'.repeat(300) }),
    bindRequest(3, '', ''),
  ];
  const whole = Buffer.concat(messages);

  test.each([1, 2, 3, 5, 64, 200, 1000])('finds the same messages in chunks of %i octets', (size) => {
    const framer = new MessageFramer();
    const found: Buffer[] = [];
    for (let at = 0; at < whole.length; at += size) {
      framer.append(Buffer.from(whole.subarray(at, at + size)));
      while (framer.next(10_000)) found.push(Buffer.from(framer.bytes.subarray(framer.start, framer.end)));
      framer.keepRest();
    }
    expect(found).toEqual(messages);
    expect(framer.waiting).toBe(0);
  });

  test('a claimed 512 MB are refused at the header and never allocated', () => {
    const framer = new MessageFramer();
    framer.append(hex('30 84 20000000'));
    expect(() => framer.next(256 * 1024)).toThrow(
      expect.objectContaining({ code: 'ERR_LDAP_MESSAGE_TOO_LARGE' }),
    );
    expect(framer.bytes.length).toBeLessThan(1024);
  });

  test.each([
    ['a TLS hello', '160301'],
    ['HTTP', '47455420'],
    ['an indefinite length', '3080'],
    ['a length of five octets', '30850000000001'],
  ])('%s is no LDAPMessage', (_, text) => {
    const framer = new MessageFramer();
    framer.append(hex(text));
    expect(() => framer.next(10_000)).toThrow(malformed);
  });

  test('a value that was decoded keeps its bytes while more arrive', () => {
    const framer = new MessageFramer();
    framer.append(Buffer.from(whole.subarray(0, whole.length - 3)));
    framer.next(10_000);
    framer.next(10_000);
    framer.keepRest();
    framer.append(Buffer.from(whole.subarray(whole.length - 3)));
    framer.next(10_000);
    const kept = framer.bytes.subarray(framer.start, framer.end);
    framer.append(Buffer.from(whole));
    expect(kept).toEqual(messages[2]);
  });
});
