import { describe, expect, test } from 'vitest';
import { CardError } from '../../reader-bridge/card-error.ts';
import { derHeader, findSerialNumber } from '../../reader-bridge/der-header.ts';

const bytes = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex');
const hexOf = (octets: Uint8Array | undefined) => octets && Buffer.from(octets).toString('hex');

describe('the serial number in the first octets of a certificate', () => {
  test.each([
    ['as on the cards seen', '3082062e 30820516 a003020102 02040a000001 300d', '0a000001'],
    ['with a leading zero octet', '3082062e 30820516 a003020102 02050085a1b2c3 300d', '0085a1b2c3'],
    ['of 20 octets', `3082062e 30820516 a003020102 0214${'1f'.repeat(20)} 300d`, '1f'.repeat(20)],
    ['in a certificate of version 1', '3081b0 3081a0 02021234 300d', '1234'],
    ['with short lengths', '3030 302e a003020102 020101 300d', '01'],
  ])('%s', (_name, hex, serialNumber) => {
    expect(hexOf(findSerialNumber(bytes(hex)))).toBe(serialNumber);
  });

  test('is not guessed when the octets at hand end before it does', () => {
    const whole = bytes('3082062e 30820516 a003020102 02040a000001');
    for (let length = 0; length < whole.length; length += 1) {
      expect(findSerialNumber(whole.subarray(0, length)), `${length} octets`).toBeUndefined();
    }
  });

  test.each([
    ['another structure', '0282062e 30820516 a003020102 02040a000001'],
    ['no INTEGER where it belongs', '3082062e 30820516 a003020102 04040a000001'],
    ['a negative one', '3082062e 30820516 a003020102 02048a000001'],
    ['an empty one', '3082062e 30820516 a003020102 0200 300d'],
    ['one of 22 octets', `3082062e 30820516 a003020102 0216${'1f'.repeat(22)}`],
    ['an indefinite length', '3080 30820516 a003020102 02040a000001'],
    ['a length of three octets', '3083010000 30820516 a003020102 02040a000001'],
  ])('is refused: %s', (_name, hex) => {
    expect(() => findSerialNumber(bytes(hex))).toThrow(CardError);
  });

  test('never fails otherwise, whatever a card answers', () => {
    let state = 1;
    const next = () => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return state;
    };
    const template = bytes('3082062e 30820516 a003020102 02040a000001 300d06092a864886f70d01010b');
    for (let round = 0; round < 5_000; round += 1) {
      const mutated = Uint8Array.from(template);
      for (let times = 0; times < 3; times += 1) mutated[next() % mutated.length] = next() & 0xff;
      try {
        const found = findSerialNumber(mutated.subarray(0, next() % (mutated.length + 1)));
        expect(found === undefined || found.length <= 21).toBe(true);
      } catch (error) {
        expect(error).toBeInstanceOf(CardError);
      }
    }
  });

  test('a header gives where its value ends, also beyond what is at hand', () => {
    expect(derHeader(bytes('3082062e'), 0)).toEqual({ tag: 0x30, valueStart: 4, valueEnd: 4 + 0x062e });
  });
});
