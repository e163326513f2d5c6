import type { ReleasedPerson } from '../../idp/domain/person.ts';
import { homeDirectoryOf, isUnixName, type UnixAccounts } from '../../idp/domain/unix-accounts.ts';
import type { EntryAttribute } from './entry.ts';
import { knownType } from './schema/attribute-types.ts';

const types = {
  uidNumber: knownType('uidNumber'),
  gidNumber: knownType('gidNumber'),
  homeDirectory: knownType('homeDirectory'),
  loginShell: knownType('loginShell'),
  gecos: knownType('gecos'),
};

/** Keys of the attributes that an account can have. */
export const accountTypes: readonly string[] = Object.values(types).map(({ key }) => key);

/** The classes that make an entry an account. @see RFC 2307 §4 */
export const accountClasses: readonly string[] = ['posixAccount', 'shadowAccount'];

/**
 * What makes a person an account to this device; `undefined`: the uid can be no account's name, or the person has no number yet.
 * The gecos field is ASCII: who has a name beyond that shows it in `cn`, which clients then take.
 */
export function accountAttributes(
  { uid, displayName, unixNumber }: ReleasedPerson,
  accounts: UnixAccounts,
): readonly EntryAttribute[] | undefined {
  if (unixNumber === undefined || !isUnixName(uid)) return undefined;
  return [
    { type: types.uidNumber, values: [String(accounts.uidNumberFrom + unixNumber)] },
    { type: types.gidNumber, values: [String(accounts.gidNumber)] },
    { type: types.homeDirectory, values: [homeDirectoryOf(accounts, uid)] },
    { type: types.loginShell, values: [accounts.loginShell] },
    // A colon would end the field, a comma a part of it.
    ...(/^[\x20-\x2b\x2d-\x39\x3b-\x7e]+$/.test(displayName)
      ? [{ type: types.gecos, values: [displayName] }]
      : []),
  ];
}
