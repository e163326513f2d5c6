import { describe, expect, it } from 'vitest';
import { parseUserNameTemplate, userNameOf } from '../../../idp/domain/directory-user-name.ts';

const person = { uid: 'sato', mail: 'sato@city.example', employeeNumber: '1001' };

describe('the name with which a person binds at the directory above', () => {
  it.each([
    ['uid={uid},ou=people,dc=example,dc=jp', 'uid=sato,ou=people,dc=example,dc=jp'],
    ['employeeNumber={employeeNumber},dc=jp', 'employeeNumber=1001,dc=jp'],
    ['{uid}@example.local', 'sato@example.local'],
    ['{mail}', 'sato@city.example'],
    ['CITY\\{uid}', 'CITY\\sato'],
  ])('%s → %s', (template, name) => {
    expect(userNameOf(parseUserNameTemplate(template), person)).toBe(name);
  });

  it.each([
    ['sato,ou=admins', 'uid=sato\\2cou\\3dadmins,dc=jp'],
    ['a+b "c"\\#;<>\0', 'uid=a\\2bb\\20\\22c\\22\\5c\\23\\3b\\3c\\3e\\00,dc=jp'],
    ['佐藤', 'uid=佐藤,dc=jp'],
    ['☺', 'uid=\\e2\\98\\ba,dc=jp'],
  ])('stays one value of a DN: %s', (uid, name) => {
    expect(userNameOf(parseUserNameTemplate('uid={uid},dc=jp'), { ...person, uid })).toBe(name);
  });

  it('is none for somebody without what it is made of', () => {
    const template = parseUserNameTemplate('{mail}');
    expect(userNameOf(template, { uid: 'sato' })).toBeUndefined();
    expect(userNameOf(template, { uid: 'sato', mail: '' })).toBeUndefined();
  });

  it.each(['', 'uid=sato,dc=jp', '{uid}', 'uid={name},dc=jp', 'uid={uid,dc=jp', 'uid={uid}},dc=jp'])(
    'is not made from %j',
    (template) => {
      expect(() => parseUserNameTemplate(template)).toThrow(TypeError);
    },
  );
});
