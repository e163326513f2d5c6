import { recordCommand } from './command.ts';
import { isoTime, table, timeInJapan } from './table.ts';

const shown = 1_000;

export const sessionCommands = [
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
