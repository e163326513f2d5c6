import { describe, expect, it } from 'vitest';
import { readPeopleCsv } from '../../../connectors/directory/people-csv.ts';
import { InvalidInput } from '../../../idp/domain/fault.ts';

const header = 'uid,employeeNumber,displayName,displayNameKana,mail,organization,department,title,groups';
const bytes = (...lines: string[]) => Buffer.from(`${lines.join('\r\n')}\r\n`);
const messageOf = (csv: Uint8Array): string => {
  try {
    readPeopleCsv(csv);
  } catch (error) {
    if (error instanceof InvalidInput && error.code === 'ERR_PEOPLE_CSV') return error.message;
    throw error;
  }
  return 'taken';
};

describe('people from CSV', () => {
  it('reads every column, and groups separated by semicolons', () => {
    const row = 'hanako,1001,"山田, 花子",ヤマダ ハナコ,hanako@example.jp,見本市,総務課,係長,staff; print ;';
    expect(readPeopleCsv(bytes(header, row))).toEqual([
      {
        uid: 'hanako',
        employeeNumber: '1001',
        displayName: '山田, 花子',
        displayNameKana: 'ヤマダ ハナコ',
        mail: 'hanako@example.jp',
        organization: '見本市',
        department: '総務課',
        title: '係長',
        groups: ['staff', 'print'],
      },
    ]);
  });

  it('takes a byte order mark, other column orders and columns left out', () => {
    const csv = Buffer.concat([
      Buffer.from([0xef, 0xbb, 0xbf]),
      bytes('organization,uid,displayName', '見本市,taro,佐藤太郎'),
    ]);
    expect(readPeopleCsv(csv)).toEqual([
      { uid: 'taro', displayName: '佐藤太郎', organization: '見本市', groups: [] },
    ]);
  });

  it('reads Shift_JIS when told to, and says so when it was not told', () => {
    const name = Buffer.from([0x8e, 0x52, 0x93, 0x63]);
    const csv = Buffer.concat([
      Buffer.from('uid,displayName,organization\nyamada,'),
      name,
      Buffer.from(',city\n'),
    ]);
    expect(readPeopleCsv(csv, 'shift_jis')[0]?.displayName).toBe('山田');
    expect(messageOf(csv)).toContain('--encoding shift_jis');
  });

  it.each([
    ['an empty uid', ',1,名,,,市,,,', 'uid is empty'],
    ['a uid that would break a DN', 'a=b,1,名,,,市,,,', 'uid has 1 to 64'],
    ['no name', 'taro,1,,,,市,,,', 'displayName is empty'],
    ['no organisation', 'taro,1,名,,,,,,', 'organization is empty'],
    ['a mail that is none', 'taro,1,名,,nowhere,市,,,', 'mail is no address'],
    ['a field beyond bounds', `taro,1,${'長'.repeat(201)},,,市,,,`, 'displayName is longer than 200'],
    ['a control character', 'taro,1,na\u0007me,,,市,,,', 'displayName holds a control character'],
  ])('names the line of %s', (_what, row, said) => {
    const message = messageOf(bytes(header, 'first,1,名,,,市,,,', row));
    expect(message).toContain(`line 3: ${said}`);
    expect(message).toContain('Nothing was imported.');
  });

  it('names both lines of a uid that stands twice, in any case of letters', () => {
    expect(messageOf(bytes(header, 'taro,1,名,,,市,,,', 'TARO,2,名,,,市,,,'))).toContain(
      'line 3: uid TARO stands on line 2 already',
    );
  });

  it('names the line of a row with too many fields or an open quote', () => {
    expect(messageOf(bytes(header, 'a,b,c,d,e,f,g,h,i,j'))).toMatch(/line 2/);
    expect(messageOf(bytes(header, 'taro,1,"名'))).toMatch(/line \d/);
  });

  it('names rows of another length together with the rows that are broken otherwise', () => {
    const message = messageOf(bytes(header, 'taro,1,名', 'jiro,2,,,,市,,,', 'a,b,c,d,e,f,g,h,i,j'));
    expect(message).toMatch(
      /line 2: has another number.*\nline 3: displayName is empty\nline 4: has another/,
    );
  });

  it('says that a file is empty', () => {
    expect(messageOf(Buffer.from(''))).toContain('no people');
  });

  it('names all broken rows at once, the first hundred by line', () => {
    const rows = Array.from({ length: 150 }, (_, n) => `person${n},1,,,,市,,,`);
    const message = messageOf(bytes(header, ...rows));
    expect(message).toContain('line 2: displayName is empty');
    expect(message).toContain('line 101: displayName is empty');
    expect(message).toContain('… and 50 more');
  });

  it.each([
    ['an unknown column', 'uid,displayName,organization,shoeSize', 'unknown column "shoeSize"'],
    ['a missing column', 'uid,displayName', 'column "organization" is missing'],
    ['a column twice', 'uid,uid,displayName,organization', 'column "uid" stands twice'],
  ])('refuses a header with %s', (_what, line, said) => {
    expect(messageOf(bytes(line, 'a,b,c,d'))).toContain(said);
  });

  it('refuses an empty file, a header alone, and bytes that are no text', () => {
    expect(messageOf(Buffer.alloc(0))).not.toBe('taken');
    expect(messageOf(bytes(header))).toContain('no people');
    expect(messageOf(Buffer.from([0xff, 0xfe, 0x00, 0xd8]))).toContain('not utf-8');
  });
});
