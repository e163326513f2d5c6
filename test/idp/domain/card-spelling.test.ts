import { describe, expect, test } from 'vitest';
import { parseCardNumber } from '../../../idp/domain/card.ts';
import { readCardNumber, spellCardNumber, spellingProblems } from '../../../idp/domain/card-spelling.ts';
import type { CardSpelling } from '../../../idp/domain/device-profile.ts';

const jpki: CardSpelling = {
  kind: 'jpki',
  base: 'hex',
  octets: 4,
  byteOrder: 'as-read',
  digits: 8,
  letters: 'either',
  separators: 'optional',
};
const decimal: CardSpelling = { ...jpki, base: 'decimal', digits: 0 };
const felica: CardSpelling = { ...jpki, kind: 'felica', octets: 8, digits: 16 };

describe('a card number as a device spells it', () => {
  test.each<[string, CardSpelling, string, string | undefined]>([
    ['hex in either case', jpki, '0A1b2C3d', '0a1b2c3d'],
    ['hex with separators', jpki, '0A:1B:2C:3D', '0a1b2c3d'],
    ['mixed separators', jpki, '0A:1B-2C:3D', undefined],
    ['an odd number of digits', jpki, 'a1b2c3d', undefined],
    ['fewer octets than the card has', jpki, '1b2c3d', undefined],
    ['more octets than the card has', jpki, '000a1b2c3d', undefined],
    ['other characters', jpki, '0a1b2c3g', undefined],
    ['nothing', jpki, '', undefined],
    ['a zero serial', jpki, '00000000', undefined],
    ['too long a text', jpki, '0'.repeat(400), undefined],
    ['lower case where upper is meant', { ...jpki, letters: 'upper' }, '0a1b2c3d', undefined],
    ['upper case where lower is meant', { ...jpki, letters: 'lower' }, '0A1B2C3D', undefined],
    ['separators where none are meant', { ...jpki, separators: 'none' }, '0a:1b:2c:3d', undefined],
    ['the last octet first', { ...jpki, byteOrder: 'reversed' }, '3d2c1b0a', '0a1b2c3d'],
    ['no zeros in front', { ...jpki, digits: 0 }, 'a1b2c3d', '0a1b2c3d'],
    ['zeros in front where none are meant', { ...jpki, digits: 0 }, '0a1b2c3d', undefined],
    ['more zeros in front than octets', { ...jpki, digits: 12 }, '00000a1b2c3d', '0a1b2c3d'],
    ['a number where padding is meant', { ...jpki, digits: 12 }, '00010a1b2c3d', undefined],
    ['a decimal number', decimal, '169552957', '0a1b2c3d'],
    ['a padded decimal number', { ...decimal, digits: 10 }, '0169552957', '0a1b2c3d'],
    ['a decimal number of other padding', { ...decimal, digits: 10 }, '169552957', undefined],
    ['a decimal number beyond the octets', { ...decimal, digits: 10 }, '9999999999', undefined],
    ['a reversed decimal number', { ...decimal, byteOrder: 'reversed' }, '1026300682', '0a1b2c3d'],
    ['hex digits where decimal is meant', decimal, '0a1b2c3d', undefined],
    ['digits of another script', decimal, '１６９５５２９５７', undefined],
    ['what a pattern strips', { ...jpki, pattern: ';########?' }, ';0a1b2c3d?', '0a1b2c3d'],
    ['separators of a pattern', { ...jpki, pattern: '##:##:##:##' }, '0a:1b:2c:3d', '0a1b2c3d'],
    ['a prefix of a pattern', { ...decimal, pattern: 'ID-*' }, 'ID-169552957', '0a1b2c3d'],
    ['another prefix than the pattern’s', { ...decimal, pattern: 'ID-*' }, 'IX-169552957', undefined],
    ['more than the pattern has', { ...jpki, pattern: ';########?' }, ';0a1b2c3d5?', undefined],
    ['nothing within a pattern', { ...decimal, pattern: 'ID-*' }, 'ID-', undefined],
    ['a UID of four octets where FeliCa is meant', felica, '0a1b2c3d', undefined],
    ['an IDm', felica, '0123456789ABCDEF', '0123456789abcdef'],
  ])('%s', (_, spelling, text, value) => {
    expect(readCardNumber(spelling, text)?.value).toBe(value);
  });

  test.each<[string, CardSpelling]>([
    ['hex', jpki],
    ['upper case', { ...jpki, letters: 'upper' }],
    ['reversed and unpadded', { ...jpki, byteOrder: 'reversed', digits: 0 }],
    ['decimal', decimal],
    ['padded decimal in a pattern', { ...decimal, digits: 10, pattern: '<##########>' }],
    ['prefixed', { ...decimal, pattern: 'ID-*' }],
  ])('is written as it is read: %s', (_, spelling) => {
    for (const text of ['0a1b2c3d', '00000001', 'ffffffff', '10000000', '12345600']) {
      const number = parseCardNumber('jpki', text);
      expect(readCardNumber(spelling, spellCardNumber(spelling, number) ?? '')).toEqual(number);
    }
    expect(spellCardNumber(spelling, parseCardNumber('jpki', '0102030405'))).toBeUndefined();
  });

  test.each<[string, CardSpelling, number]>([
    ['fits together', jpki, 0],
    ['pads a decimal number', { ...decimal, digits: 10 }, 0],
    ['has fewer digits than its octets', { ...decimal, digits: 9 }, 1],
    ['has a pattern that drops digits', { ...jpki, pattern: '######' }, 1],
    ['has a pattern without a number', { ...jpki, pattern: 'ID' }, 1],
    ['has a pattern with both marks', { ...jpki, pattern: '########*' }, 1],
    ['counts digits that it does not know', { ...decimal, pattern: '#########' }, 1],
  ])('a spelling that %s is told from one that does not', (_, spelling, count) => {
    expect(spellingProblems(spelling)).toHaveLength(count);
  });
});
