/** How people and groups are shown as Unix accounts to a device. @see RFC 2307 */
export interface UnixAccounts {
  /** A person's `uidNumber` is this and the number that the record gave the person: stable, and nobody else's. */
  readonly uidNumberFrom: number;
  /** The primary group of everybody. */
  readonly gidNumber: number;
  /** A group's `gidNumber` is this and the number that the record gave the group. */
  readonly groupNumberFrom: number;
  /** `{uid}` stands for the uid. */
  readonly homeDirectory: string;
  readonly loginShell: string;
}

/**
 * Above what Debian and Red Hat give to local accounts and systemd to services, where other directories begin, too; the
 * primary group is `users`, which every Linux has.
 */
export const usualUnixAccounts: UnixAccounts = {
  uidNumberFrom: 200_000,
  gidNumber: 100,
  groupNumberFrom: 200_000,
  homeDirectory: '/home/{uid}',
  loginShell: '/bin/bash',
};

/**
 * Whether a uid can be the name of a Unix account: of letters, digits, `_`, `.` and `-`, at most 32. Others stay people
 * without an account: a home of theirs could be anybody's.
 * @see POSIX.1-2017 §3.437 User Name
 */
export function isUnixName(uid: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}$/.test(uid);
}

/** The home directory of an account. */
export function homeDirectoryOf({ homeDirectory }: UnixAccounts, uid: string): string {
  return homeDirectory.replaceAll('{uid}', () => uid);
}

/** The least number given to people and groups: below it are the machine's own accounts. */
const leastNumber = 1_000;
const mostNumber = 2_000_000_000;

/** What is wrong with settings that an administrator chose; `undefined`: nothing. */
export function unixAccountsProblem(accounts: UnixAccounts): string | undefined {
  const { uidNumberFrom, groupNumberFrom, gidNumber, homeDirectory, loginShell } = accounts;
  const isNumber = (value: number, least: number) =>
    Number.isSafeInteger(value) && value >= least && value <= mostNumber;
  if (!isNumber(uidNumberFrom, leastNumber) || !isNumber(groupNumberFrom, leastNumber)) {
    return `Numbers of people and groups begin between ${leastNumber} and ${mostNumber}: below are the machine's own accounts.`;
  }
  // 0 is root's.
  if (!isNumber(gidNumber, 1)) return 'The primary group is a number from 1.';
  if (!/^\/[\x21-\x39\x3b-\x7e]*$/.test(homeDirectory) || !homeDirectory.includes('{uid}')) {
    return 'The home directory is a path from / with {uid} in it, of ASCII without space and colon.';
  }
  return /^\/[\x21-\x39\x3b-\x7e]+$/.test(loginShell)
    ? undefined
    : 'The login shell is a path from /, of ASCII without space and colon.';
}
