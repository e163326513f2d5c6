import { describe, expect, test } from 'vitest';
import { readCardNumber } from '../../../idp/domain/card-spelling.ts';
import type { CardSpelling } from '../../../idp/domain/device-profile.ts';

const jpki: CardSpelling = {
  kind: 'jpki',
  base: 'hex',
  octets: { from: 1, to: 20 },
  letters: 'either',
  separators: 'optional',
};

describe('a card number as a device spells it', () => {
  test.each<[string, CardSpelling, string, string | undefined]>([
    ['hex in either case', jpki, '0A1b2C3d', '0a1b2c3d'],
    ['hex with separators', jpki, '0A:1B:2C:3D', '0a1b2c3d'],
    ['mixed separators', jpki, '0A:1B-2C:3D', undefined],
    ['an odd number of digits', jpki, 'a1b', undefined],
    ['other characters', jpki, '0a1b2c3g', undefined],
    ['nothing', jpki, '', undefined],
    ['a zero serial', jpki, '00000000', undefined],
    ['too long a text', jpki, '0'.repeat(400), undefined],
    ['lower case where upper is meant', { ...jpki, letters: 'upper' }, '0a1b2c3d', undefined],
    ['upper case where lower is meant', { ...jpki, letters: 'lower' }, '0A1B2C3D', undefined],
    ['separators where none are meant', { ...jpki, separators: 'none' }, '0a:1b', undefined],
    ['a decimal number', { ...jpki, base: 'decimal', octets: { from: 4, to: 4 } }, '169552957', '0a1b2c3d'],
    ['hex digits where decimal is meant', { ...jpki, base: 'decimal' }, '0a1b2c3d', undefined],
    [
      'a UID of four octets where FeliCa is meant',
      { ...jpki, kind: 'felica', octets: { from: 8, to: 8 } },
      '0a1b2c3d',
      undefined,
    ],
    [
      'an IDm',
      { ...jpki, kind: 'felica', octets: { from: 8, to: 8 } },
      '0123456789ABCDEF',
      '0123456789abcdef',
    ],
  ])('%s', (_, spelling, text, value) => {
    expect(readCardNumber(spelling, text)?.value).toBe(value);
  });
});
