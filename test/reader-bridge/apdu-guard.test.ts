import { describe, expect, test } from 'vitest';
import { encodeCommand, parseCommand } from '../../reader-bridge/apdu.ts';
import { ApduGuard } from '../../reader-bridge/apdu-guard.ts';
import { nextCard, presentCard, testProfiles } from '../support/card-profiles.ts';

const jpki = presentCard.application.aid;
const guard = new ApduGuard([presentCard]);
const bytes = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex');
const digestInfo = `3031300d060960864801650304020105000420${'ab'.repeat(32)}`;

const allowed: readonly (readonly [string, string])[] = [
  ['select the JPKI application', '00A4040C0A D392F000260100000001'],
  ['select the certificate', '00A4020C02 000A'],
  ['select the PIN', '00A4020C02 0018'],
  ['select the key', '00A4020C02 0017'],
  ['read', '00B0 0100 00'],
  ['read by short identifier', '00B0 8A00 20'],
  ['ask for the tries left', '00200080'],
  ['verify four digits', '00200080 04 31323334'],
  ['sign', `802A0080 33 ${digestInfo} 00`],
  ['ask the reader for the IDm', 'FFCA0000 00'],
];

const refused: readonly (readonly [string, string, string])[] = [
  [
    '券面事項確認AP (it holds the individual number)',
    '00A4040C0A D3921000310001010402',
    'application-not-allowed',
  ],
  [
    '券面入力補助AP (it holds the individual number)',
    '00A4040C0A D3921000310001010408',
    'application-not-allowed',
  ],
  ['住基AP', '00A4040C0A D3921000310001010100', 'application-not-allowed'],
  ['any other application', '00A4040C07 A0000002471001', 'application-not-allowed'],
  ['a prefix of our application', '00A4040C05 D392F00026', 'application-not-allowed'],
  ['our application with more behind it', '00A4040C0B D392F00026010000000100', 'application-not-allowed'],
  ['the next application of the same name (P2)', '00A4040E0A D392F000260100000001', 'parameters-not-allowed'],
  ['the master file', '00A4000C02 3F00', 'parameters-not-allowed'],
  ['the signature certificate', '00A4020C02 0001', 'file-not-allowed'],
  ['the signature key', '00A4020C02 001A', 'file-not-allowed'],
  ['the signature password', '00A4020C02 001B', 'file-not-allowed'],
  ['a read by another short identifier', '00B0 8100 20', 'file-not-allowed'],
  ['a PIN of another length', '00200080 05 3132333435', 'parameters-not-allowed'],
  ['a PIN that is no digits', '00200080 04 61626364', 'parameters-not-allowed'],
  ['another PIN reference', '00200081 04 31323334', 'parameters-not-allowed'],
  ['a signature in another class', `002A0080 33 ${digestInfo} 00`, 'instruction-not-allowed'],
  ['another security operation', `802A8084 33 ${digestInfo} 00`, 'parameters-not-allowed'],
  ['a message in place of its digest', `802A0080 03 616263 00`, 'parameters-not-allowed'],
  ['a digest of another length', `802A0080 30 ${'ab'.repeat(48)} 00`, 'parameters-not-allowed'],
  ['the certificate of the CA, which nobody needs', '00A4020C02 000B', 'file-not-allowed'],
  ['another logical channel', '01B0 0000 00', 'instruction-not-allowed'],
  ['another identifier of the reader', 'FFCA0100 00', 'parameters-not-allowed'],
  ['an extended length', '00B00000 000400', 'malformed'],
  ['nothing', '', 'malformed'],
  ['half a header', '00A404', 'malformed'],
];

describe('the guard', () => {
  test.each(allowed)('lets through: %s', (_name, hex) => {
    expect(guard.refusal(bytes(hex), jpki)).toBeUndefined();
  });

  test.each(refused)('refuses: %s', (_name, hex, reason) => {
    expect(guard.refusal(bytes(hex), jpki)).toBe(reason);
  });

  test('knows no other instruction in any class', () => {
    const known = new Set(['00a4', '00b0', '0020', '802a', 'ffca']);
    const letThrough: string[] = [];
    for (let cla = 0; cla < 256; cla += 1) {
      for (let ins = 0; ins < 256; ins += 1) {
        const header = Uint8Array.from([cla, ins, 0, 0, 0]);
        const name = Buffer.from([cla, ins]).toString('hex');
        if (!known.has(name) && guard.refusal(header, jpki) !== 'instruction-not-allowed')
          letThrough.push(name);
      }
    }
    expect(letThrough).toEqual([]);
  });

  test('sends no PIN, no read and no signature before our own application was selected', () => {
    for (const hex of ['00200080', '0020008004 31323334', '00B08A0020', '00B0000000', '00A4020C020018']) {
      expect(guard.refusal(bytes(hex), undefined), hex).toBe('no-application-selected');
    }
    expect(guard.refusal(bytes('00A4040C0AD392F000260100000001'), undefined)).toBeUndefined();
  });
});

describe('the guard of several kinds of cards', () => {
  const { aid } = nextCard.application;
  const several = new ApduGuard(testProfiles);
  const next = (hex: string) => several.refusal(bytes(hex), aid);

  test('lets each application be asked for what its own profile names', () => {
    expect(several.refusal(bytes(`00A4040C09 ${aid}`), undefined)).toBeUndefined();
    for (const hex of ['00A4020C02 0101', '00B0 8500 20', '00200081 06 313233343536']) {
      expect(next(hex), hex).toBeUndefined();
      expect(several.refusal(bytes(hex), jpki), hex).toBeDefined();
    }
    expect(next(`802A0080 30 ${'ab'.repeat(48)} 00`)).toBeUndefined();
  });

  test('lends nothing of one application to another', () => {
    expect(next('00A4020C02 0017')).toBe('file-not-allowed');
    expect(next('00B0 8A00 20')).toBe('file-not-allowed');
    expect(next('00200080 04 31323334')).toBe('parameters-not-allowed');
    expect(next('00200081 04 31323334')).toBe('parameters-not-allowed');
    expect(next(`802A0080 33 ${digestInfo} 00`)).toBe('parameters-not-allowed');
  });

  test('knows only the kinds that were configured', () => {
    expect(guard.refusal(bytes(`00A4040C09 ${aid}`), undefined)).toBe('application-not-allowed');
    expect(guard.refusal(bytes('00A4020C02 0101'), aid)).toBe('no-application-selected');
  });

  test.each(['d3921000310001010402', 'd3921000310001010408', 'd392100031'])(
    'never selects what holds the individual number, whatever a profile says: %s',
    (forbidden) => {
      const profile = { ...presentCard, application: { ...presentCard.application, aid: forbidden } };
      const select = Buffer.concat([
        bytes('00A4040C'),
        Buffer.from([forbidden.length / 2]),
        bytes(forbidden),
      ]);
      expect(new ApduGuard([profile]).refusal(select, undefined)).toBe('application-not-allowed');
    },
  );

  test('never touches the electronic signature, whatever a profile says', () => {
    const { application } = presentCard;
    const files = { certificate: { fileId: '0001', shortId: '01' }, privateKey: { fileId: '001a' } };
    const pin = { ...application.pin, fileId: '001b' };
    const profile = { ...presentCard, application: { ...application, ...files, pin } };
    const misled = new ApduGuard([profile]);
    for (const hex of ['00A4020C02 0001', '00A4020C02 001A', '00A4020C02 001B', '00B0 8100 20']) {
      expect(misled.refusal(bytes(hex), jpki), hex).toBe('file-not-allowed');
    }
  });

  test.each(['d392f00026', 'd392f0002601000000', `${jpki}00`])(
    'never touches it under a part of the application’s name, or more than it: %s',
    (aid) => {
      const { application } = presentCard;
      const files = { certificate: { fileId: '0001' }, privateKey: { fileId: '001a' } };
      const misled = new ApduGuard([{ ...presentCard, application: { ...application, ...files, aid } }]);
      for (const hex of ['00A4020C02 0001', '00A4020C02 001A']) {
        expect(misled.refusal(bytes(hex), aid), hex).toBe('file-not-allowed');
      }
    },
  );

  test('spends no try of its password, which VERIFY can name by a short identifier', () => {
    const { application } = presentCard;
    const pin = { ...application.pin, reference: '9b' };
    const misled = new ApduGuard([{ ...presentCard, application: { ...application, pin } }]);
    for (const hex of ['0020009B', '0020009B 04 31323334']) {
      expect(misled.refusal(bytes(hex), jpki), hex).toBe('parameters-not-allowed');
    }
  });

  test('never leaves its application for the master file', () => {
    const { application } = nextCard;
    const files = { certificate: { fileId: '3f00' } };
    const misled = new ApduGuard([{ ...nextCard, application: { ...application, ...files } }]);
    expect(misled.refusal(bytes('00A4020C02 3F00'), application.aid)).toBe('file-not-allowed');
  });
});

describe('a short APDU', () => {
  test.each(allowed)('is read back as it was written: %s', (_name, hex) => {
    const command = parseCommand(bytes(hex));
    expect(command && Buffer.from(encodeCommand(command))).toEqual(bytes(hex));
  });

  test('cannot be longer than one octet says', () => {
    const header = { cla: 0, ins: 0xb0, p1: 0, p2: 0 };
    expect(() => encodeCommand({ ...header, le: 257 })).toThrow('Only short APDUs');
    expect(() => encodeCommand({ ...header, data: new Uint8Array(256) })).toThrow('Only short APDUs');
  });
});
