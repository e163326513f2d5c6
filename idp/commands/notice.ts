import type { Notice } from '../domain/notice.ts';
import type { FlowContext } from '../flows/context.ts';
import { flag, recordCommand } from './command.ts';
import { isoMonth, isoTime, table, timeInJapan } from './table.ts';

interface ListedNotice {
  readonly id: string;
  readonly kind: string;
  /** Of the end of a card the month only: kind and day together would tell a birthday. */
  readonly queuedAt: string;
  readonly state: Notice['state'];
  readonly failure?: string;
  /** Whom it is for; absent: the operators. */
  readonly uid?: string;
  readonly about: string;
  readonly words?: string;
}

const shown = 1_000;

export const noticeCommands = [
  recordCommand({
    name: 'notice list',
    summary: 'what people and operators were told, and what did not reach them; the newest thousand',
    shape: (command) => command.option('--undelivered', 'only what waits or was given up'),
    read: (typed) => ({ undelivered: flag(typed, 'undelivered') }),
    run: async (context, { undelivered }: { readonly undelivered: boolean }) => {
      const notices = await listNotices(context);
      return notices.filter(({ state }) => !undelivered || state === 'waiting' || state === 'given-up');
    },
    text: (notices) =>
      table(
        ['QUEUED', 'KIND', 'STATE', 'WHY', 'FOR', 'ABOUT'],
        notices.map(({ queuedAt, kind, state, failure = '', uid = 'operators', about, words }) => [
          ...[queuedAt.includes('T') ? timeInJapan(queuedAt) : queuedAt, kind, state, failure, uid],
          words ?? about,
        ]),
        'No notices.',
      ),
  }),
];

async function listNotices({ record }: FlowContext): Promise<readonly ListedNotice[]> {
  const people = new Map((await record.people.list()).map(({ personId, uid }) => [personId, uid]));
  const notices = (await record.notices.list(shown)).map((notice): ListedNotice => {
    const { noticeId, kind, state, failure, personId, about, words, queuedAt } = notice;
    const isOfAnEnd = kind.startsWith('card-expire');
    return {
      ...{ id: noticeId, kind: isOfAnEnd ? 'card-expires' : kind, state, about },
      queuedAt: isOfAnEnd ? isoMonth(queuedAt) : isoTime(queuedAt),
      ...(failure === undefined ? {} : { failure }),
      ...(personId === undefined ? {} : { uid: people.get(personId) ?? '' }),
      ...(personId !== undefined || words === undefined ? {} : { words: words.en }),
    };
  });
  return notices.sort((one, other) => (sortKey(one) > sortKey(other) ? -1 : 1));
}

/** Of the ends of one month, no order tells which came first. */
function sortKey({ queuedAt, uid = '', about }: ListedNotice): string {
  return `${queuedAt.slice(0, 7)} ${queuedAt.slice(7)} ${uid} ${about}`;
}
