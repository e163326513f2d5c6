import { describe, expect, it } from 'vitest';
import { type CardKind, isCardKind, parseCardNumber } from '../../../idp/domain/card.ts';
import { parseIssuerKeyId, parseSerialNumber } from '../../../idp/domain/certificate-id.ts';
import { InvalidInput } from '../../../idp/domain/fault.ts';

/** The code of the refusal, or `taken`. */
function codeOf(work: () => unknown): string {
  try {
    work();
    return 'taken';
  } catch (error) {
    if (error instanceof InvalidInput) return error.code;
    throw error;
  }
}

function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return String(error);
  }
  throw new Error('It was taken.');
}

describe('a serial number', () => {
  it.each([
    ['as read from a card', '0a1b2c3d', '0a1b2c3d'],
    ['in upper case', '0A1B2C3D', '0a1b2c3d'],
    ['with colons', '0A:1B:2C:3D', '0a1b2c3d'],
    ['with hyphens and spaces', '0A-1B 2C-3D', '0a1b2c3d'],
    ['without its leading zero', 'a1b2c3d', '0a1b2c3d'],
    ['with leading zero octets', '00000a1b2c3d', '0a1b2c3d'],
    ['of one octet', '1', '01'],
    ['of 20 octets', 'ff'.repeat(20), 'ff'.repeat(20)],
    ['of 20 octets behind zeros', `0000${'ff'.repeat(20)}`, 'ff'.repeat(20)],
  ])('%s', (_name, text, expected) => {
    expect(parseSerialNumber(text)).toBe(expected);
  });

  it.each([
    ['empty', ''],
    ['zero', '00'],
    ['many zeros', '00000000'],
    ['of 21 octets', `01${'00'.repeat(20)}`],
    ['negative', '-1g'],
    ['with a prefix', '0x12'],
    ['not hex', 'serial'],
    ['only separators', ':: --'],
    ['with full-width digits', '１２'],
    ['with a NUL', '12\0'],
    ['endless', '1'.repeat(1_000_000)],
    ['endless separators', ' '.repeat(1_000_000)],
  ])('is refused when %s', (_name, text) => {
    expect(codeOf(() => parseSerialNumber(text))).toBe('ERR_SERIAL_NUMBER');
  });

  it('is the same however it is spelled, and stays what it is when read again', () => {
    for (const text of ['1', '01', '0a1b2c3d', 'ff'.repeat(20)]) {
      const parsed = parseSerialNumber(text);
      expect(parseSerialNumber(parsed)).toBe(parsed);
      expect(parseSerialNumber(parsed.toUpperCase())).toBe(parsed);
    }
  });
});

describe('an issuer key id', () => {
  it('is hex in lower case', () => {
    expect(parseIssuerKeyId('1AC100F5')).toBe('1ac100f5');
    expect(parseIssuerKeyId('ab'.repeat(64))).toBe('ab'.repeat(64));
  });

  it.each(['', 'a', 'abc', 'zz', '1A:C1', 'ab'.repeat(65), '\n'])('is refused: %j', (text) => {
    expect(codeOf(() => parseIssuerKeyId(text))).toBe('ERR_ISSUER_KEY_ID');
  });
});

describe('a card number', () => {
  it.each([
    ['felica', '01:23:45:67:89:AB:CD:EF', '0123456789abcdef'],
    ['felica', '0000000000000001', '0000000000000001'],
    ['uid', '04A1B2C3', '04a1b2c3'],
    ['uid', '04a1b2c3d4e5f6', '04a1b2c3d4e5f6'],
    ['uid', '04a1b2c3d4e5f6071829', '04a1b2c3d4e5f6071829'],
    ['jpki', '0A1B2C3D', '0a1b2c3d'],
  ] as const)('of kind %s: %s', (kind, text, value) => {
    expect(parseCardNumber(kind, text)).toEqual({ kind, value });
  });

  it.each([
    ['felica', '0123456789abcd', 'ERR_CARD_NUMBER'],
    ['felica', '0123456789abcdef00', 'ERR_CARD_NUMBER'],
    ['felica', '', 'ERR_CARD_NUMBER'],
    ['felica', 'g123456789abcdef', 'ERR_CARD_NUMBER'],
    ['felica', '0'.repeat(1_000_000), 'ERR_CARD_NUMBER'],
    ['uid', '04a1b2', 'ERR_CARD_NUMBER'],
    ['uid', '04a1b2c', 'ERR_CARD_NUMBER'],
    ['uid', '04a1b2c3d4', 'ERR_CARD_NUMBER'],
    ['jpki', '0', 'ERR_SERIAL_NUMBER'],
  ] as const)('of kind %s is refused: %.20s', (kind, text, code) => {
    expect(codeOf(() => parseCardNumber(kind, text))).toBe(code);
  });

  it('never guesses its kind from its length: four octets are a UID or a serial, as the caller says', () => {
    const kinds: readonly CardKind[] = ['jpki', 'uid'];
    expect(kinds.map((kind) => parseCardNumber(kind, '04a1b2c3').kind)).toEqual(kinds);
  });

  it('never stands in the message of its refusal', () => {
    const secret = 'deadbeefdeadbeef99';
    const messages = [
      messageOf(() => parseCardNumber('felica', secret)),
      messageOf(() => parseSerialNumber(`${secret}${secret}${secret}`)),
    ];
    for (const message of messages) expect(message).toMatch(/octets/);
    for (const message of messages) expect(message).not.toContain('deadbeef');
  });

  it('has a kind out of three', () => {
    expect(['jpki', 'felica', 'uid', 'JPKI', '', 'temporary', 'constructor'].filter(isCardKind)).toEqual([
      'jpki',
      'felica',
      'uid',
    ]);
  });
});
