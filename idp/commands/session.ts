import { InvalidInput } from '../domain/fault.ts';
import { endSignIns, listSignIns } from '../flows/my-sessions.ts';
import type { SignInId } from '../ports/sessions.ts';
import { flag, recordCommand, type Typed, word } from './command.ts';
import { counted, isoTime, table, timeInJapan } from './table.ts';

const shown = 1_000;

interface ToEnd {
  readonly person: string;
  readonly signIns: readonly SignInId[] | 'all';
}

export const sessionCommands = [
  recordCommand({
    name: 'session list',
    summary: 'where a person is signed in: which systems, since when, by what, and the last use',
    shape: (command) => command.argument('<person>', 'uid or id'),
    read: (typed) => ({ person: word(typed, 0) }),
    run: async (context, { person }: { readonly person: string }) =>
      (await listSignIns(context, person)).map(
        ({ signInId, kind, clientNames, signedInAt, lastUsedAt, acr }) => ({
          ...{ id: signInId, kind, clients: clientNames, ...(acr === undefined ? {} : { acr }) },
          ...{ signedInAt: isoTime(signedInAt), lastUsedAt: isoTime(lastUsedAt) },
        }),
      ),
    text: (signIns) =>
      table(
        ['ID', 'SYSTEMS', 'BY', 'SINCE', 'LAST USE'],
        signIns.map(({ id, clients, acr = '', signedInAt, lastUsedAt }) => [
          ...[id, clients.join(', '), acr.replace('urn:kazasu:acr:', '')],
          ...[timeInJapan(signedInAt), timeInJapan(lastUsedAt)],
        ]),
        'Signed in nowhere.',
      ),
  }),
  recordCommand({
    name: 'session end',
    summary: 'end sign-ins of a person: sessions and tokens at once, and every system of theirs is told',
    shape: (command) =>
      command
        .argument('<person>', 'uid or id')
        .argument('[ids...]', 'sign-ins, as `session list` shows them')
        .option('--all', 'all of them'),
    read: readToEnd,
    run: async (context, input: ToEnd, actor) => {
      const { person, ended } = await endSignIns(context, { ...input, actor });
      return { id: person.personId, uid: person.uid, ended };
    },
    text: ({ uid, ended }) =>
      `${counted(ended, 'sign-in')} of ${uid} ended. What clients still have to learn: kazasu session deliveries`,
  }),
  recordCommand({
    name: 'session deliveries',
    summary: 'clients that still have to learn that a session is over, and when they are tried again',
    read: () => ({}),
    run: async ({ record, clients }) => {
      const uids = new Map((await record.people.list()).map(({ personId, uid }) => [personId, uid]));
      return (await record.logoutDeliveries.list(shown)).map(
        ({ clientId, sub, sid, queuedAt, attempts, nextAttemptAt }) => ({
          ...{ clientId, client: clients.find(clientId)?.name ?? clientId, uid: uids.get(sub) ?? sub },
          ...(sid === undefined ? {} : { sid }),
          ...{ queuedAt: isoTime(queuedAt), attempts, nextAttemptAt: isoTime(nextAttemptAt) },
        }),
      );
    },
    text: (deliveries) =>
      table(
        ['CLIENT', 'PERSON', 'SINCE', 'TRIES', 'NEXT TRY'],
        deliveries.map(({ client, uid, queuedAt, attempts, nextAttemptAt }) => [
          ...[client, uid, timeInJapan(queuedAt), String(attempts), timeInJapan(nextAttemptAt)],
        ]),
        'Nothing waits: every client knows which sessions are over.',
      ),
  }),
];

function readToEnd(typed: Typed): ToEnd {
  const [person = '', ...ids] = typed.positional;
  if (flag(typed, 'all') === ids.length > 0) {
    throw new InvalidInput('ERR_OPTION', 'Say which: ids that `kazasu session list` shows, or --all.');
  }
  return { person, signIns: ids.length > 0 ? ids.map((id) => id as SignInId) : 'all' };
}
