import type { Passkey } from '../domain/passkey.ts';
import { removePasskey } from '../flows/manage-passkeys.ts';
import { issuePasskeyCode } from '../flows/passkey-code.ts';
import { requirePerson } from '../flows/require.ts';
import { recordCommand, word } from './command.ts';
import { isoTime, table, timeInJapan } from './table.ts';

interface ListedPasskey extends Pick<Passkey, 'name' | 'deviceBound' | 'backedUp' | 'attested' | 'aaguid'> {
  readonly id: string;
  readonly uid: string;
  readonly addedAt: string;
  readonly lastUsedAt?: string;
}

export const passkeyCommands = [
  recordCommand({
    name: 'passkey list',
    summary: 'the passkeys of one person, or of everybody',
    shape: (command) => command.argument('[id]', 'uid or internal id of a person'),
    read: (typed) => ({ person: word(typed, 0) }),
    run: async ({ record }, { person }: { readonly person: string }) => {
      const passkeys =
        person === ''
          ? await record.passkeys.list()
          : await record.passkeys.findByPerson((await requirePerson(record, person)).personId);
      const uids = new Map((await record.people.list()).map(({ personId, uid }) => [personId, uid]));
      return passkeys.map((passkey) => listed(passkey, uids.get(passkey.personId) ?? ''));
    },
    text: (passkeys) =>
      table(
        ['ID', 'UID', 'NAME', 'KEPT', 'ADDED', 'LAST USED'],
        passkeys.map(({ id, uid, name, deviceBound, addedAt, lastUsedAt }) => [
          ...[id, uid, name, deviceBound ? 'on one device' : 'synced', timeInJapan(addedAt)],
          lastUsedAt === undefined ? 'never' : timeInJapan(lastUsedAt),
        ]),
        'No passkeys. People add their own at /me/passkeys; without a card: kazasu person passkey-code UID',
      ),
  }),
  recordCommand({
    name: 'passkey remove',
    summary: 'end a passkey for good: what rests on it ends, and its person is told',
    shape: (command) => command.argument('<id>', 'as `kazasu passkey list` shows it'),
    read: (typed) => ({ passkey: word(typed, 0) }),
    run: async (context, { passkey: id }: { readonly passkey: string }, actor) => {
      const passkey = await removePasskey(context, { passkey: id, actor });
      const person = await context.record.people.find(passkey.personId);
      return listed(passkey, person?.uid ?? '');
    },
    text: ({ uid, name }) =>
      `“${name}” of ${uid} is removed; what was signed in with it is signed out. Without a card or another passkey the next one needs a code: kazasu person passkey-code ${uid}`,
  }),
  recordCommand({
    name: 'person passkey-code',
    summary: 'make a one-time code (30 minutes) for a person’s first passkey, without a card',
    shape: (command) => command.argument('<id>', 'uid or internal id'),
    read: (typed) => ({ person: word(typed, 0) }),
    run: async (context, { person }: { readonly person: string }, actor) => {
      const { code, uid, expiresAt } = await issuePasskeyCode(context, { person, actor });
      return { code, uid, url: `${context.issuer}/passkey`, expiresAt: isoTime(expiresAt) };
    },
    text: ({ code, uid, url, expiresAt }) =>
      `${code}\nHand it to the person whom you see before you. Good once, until ${timeInJapan(expiresAt)}; the person is told.\nTo be entered with the user ID ${uid} at ${url}`,
  }),
];

function listed(passkey: Passkey, uid: string): ListedPasskey {
  const { passkeyId, name, deviceBound, backedUp, attested, aaguid, addedAt, lastUsedAt } = passkey;
  return {
    ...{ id: passkeyId, uid, name, deviceBound, backedUp, attested, aaguid, addedAt: isoTime(addedAt) },
    ...(lastUsedAt === undefined ? {} : { lastUsedAt: isoTime(lastUsedAt) }),
  };
}
