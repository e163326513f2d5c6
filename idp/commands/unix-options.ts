import type { Command } from 'commander';
import type { DeviceChoices } from '../domain/device-choices.ts';
import { InvalidInput } from '../domain/fault.ts';
import type { UnixAccounts } from '../domain/unix-accounts.ts';
import { type Typed, text } from './command.ts';

/** How people and groups are Unix accounts to a device. */
export function unixOptions(command: Command): Command {
  return command
    .option('--unix-accounts <on|off>', 'show people and groups as Unix accounts (RFC 2307)')
    .option('--unix-numbers-from <n>', 'where the numbers of people begin')
    .option('--unix-groups-from <n>', 'where the numbers of groups begin')
    .option('--unix-group <n>', 'the number of everybody’s primary group')
    .option('--unix-home <path>', 'the home directory, like "/home/{uid}"')
    .option('--unix-shell <path>', 'the login shell');
}

/** With commander's names for them. */
export const unixOptionNames = {
  unixAccounts: '--unix-accounts',
  unixNumbersFrom: '--unix-numbers-from',
  unixGroupsFrom: '--unix-groups-from',
  unixGroup: '--unix-group',
  unixHome: '--unix-home',
  unixShell: '--unix-shell',
} as const;

/** @throws {InvalidInput} `ERR_OPTION` */
export function readUnixAccounts(typed: Typed): DeviceChoices['unixAccounts'] {
  const accounts: Partial<UnixAccounts> = {
    ...said('uidNumberFrom', whole(typed, 'unixNumbersFrom')),
    ...said('groupNumberFrom', whole(typed, 'unixGroupsFrom')),
    ...said('gidNumber', whole(typed, 'unixGroup')),
    ...said('homeDirectory', text(typed, 'unixHome')),
    ...said('loginShell', text(typed, 'unixShell')),
  };
  const isSaid = Object.keys(accounts).length > 0;
  const given = text(typed, 'unixAccounts');
  if (given !== undefined && given !== 'on' && given !== 'off') {
    throw new InvalidInput('ERR_OPTION', `--unix-accounts is on or off, not "${given}".`);
  }
  if (given === 'off' && isSaid) {
    throw new InvalidInput('ERR_OPTION', '--unix-accounts off goes with no other --unix option.');
  }
  if (given === 'off') return 'off';
  return isSaid || given === 'on' ? accounts : undefined;
}

function said<Name extends keyof UnixAccounts>(
  name: Name,
  value: UnixAccounts[Name] | undefined,
): Partial<UnixAccounts> {
  return value === undefined ? {} : { [name]: value };
}

function whole(typed: Typed, name: 'unixNumbersFrom' | 'unixGroupsFrom' | 'unixGroup'): number | undefined {
  const given = text(typed, name);
  if (given === undefined) return undefined;
  if (/^\d{1,10}$/.test(given)) return Number(given);
  throw new InvalidInput('ERR_OPTION', `${unixOptionNames[name]} is a whole number, not "${given}".`);
}
