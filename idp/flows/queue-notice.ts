import type { BothLanguages, Notice, NoticeId } from '../domain/notice.ts';
import type { Tables } from '../ports/system-record.ts';
import type { FlowContext } from './context.ts';

/** A notice by what makes it one; it goes out later. */
export type OwedNotice = Pick<Notice, 'kind' | 'about' | 'personId' | 'words'>;

/** Queues a notice within the change that is its cause; once for each kind and what it is about. */
export function queueNotice(
  { clock, secrets }: Pick<FlowContext, 'clock' | 'secrets'>,
  tables: Pick<Tables, 'notices'>,
  owed: OwedNotice,
): Promise<boolean> {
  const now = clock.now();
  return tables.notices.queue({
    noticeId: secrets.id() as NoticeId,
    ...owed,
    ...{ state: 'waiting', queuedAt: now, attempts: 0, nextAttemptAt: now },
  });
}

/**
 * Tells those who run the installation; once for each `about`, however often it is raised.
 * @param alarm `about` names the occasion (a list and its number, a day); `words` say what to do and name no person.
 */
export async function alarmOperators(
  context: Pick<FlowContext, 'record' | 'clock' | 'secrets'>,
  { about, words }: { readonly about: string; readonly words: BothLanguages },
): Promise<void> {
  const known = await context.record.notices.findAbout(about);
  if (known.some(({ kind }) => kind === 'operator-alarm')) return;
  await context.record.change((tables) =>
    queueNotice(context, tables, { kind: 'operator-alarm', about, words }),
  );
}
