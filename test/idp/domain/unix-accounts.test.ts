import { describe, expect, it } from 'vitest';
import {
  homeDirectoryOf,
  isUnixName,
  type UnixAccounts,
  unixAccountsProblem,
  usualUnixAccounts,
} from '../../../idp/domain/unix-accounts.ts';

describe('a uid', () => {
  it.each(['tanaka', 'Tanaka', 't_a.n-aka', '01234567', 'a'.repeat(32)])('%s names an account', (uid) => {
    expect(isUnixName(uid)).toBe(true);
  });
  it.each([
    '',
    '.',
    '..',
    '../etc',
    'sato, jr',
    '田中',
    'ｔａｎａｋａ',
    '-rf',
    'a:b',
    'a/b',
    'a\n',
    'a'.repeat(33),
  ])('%j names none', (uid) => expect(isUnixName(uid)).toBe(false));
});

it('a home directory takes the uid as it is', () => {
  const accounts = { ...usualUnixAccounts, homeDirectory: '/srv/{uid}/home/{uid}' };
  expect(homeDirectoryOf(accounts, 'a$&b')).toBe('/srv/a$&b/home/a$&b');
});

describe('settings for accounts', () => {
  it('are right as they usually are', () => expect(unixAccountsProblem(usualUnixAccounts)).toBeUndefined());
  const wrong: [string, Partial<UnixAccounts>][] = [
    ['people would have numbers of the machine', { uidNumberFrom: 0 }],
    ['groups would have numbers of the machine', { groupNumberFrom: 999 }],
    ['numbers would run out', { uidNumberFrom: 2 ** 31 }],
    ['everybody would be in the group of root', { gidNumber: 0 }],
    ['the home directory is no path', { homeDirectory: 'home/{uid}' }],
    ['everybody would have one home', { homeDirectory: '/home' }],
    ['a colon ends the field of a passwd line', { homeDirectory: '/home/{uid}:x' }],
    ['the shell is no path', { loginShell: 'bash' }],
  ];
  it.each(wrong)('are refused where %s', (_what, changes) => {
    expect(unixAccountsProblem({ ...usualUnixAccounts, ...changes })).toEqual(expect.any(String));
  });
});
