import type { Notice, NoticeId } from '../domain/notice.ts';
import type { Tables } from '../ports/system-record.ts';
import type { FlowContext } from './context.ts';

/** A notice by what makes it one; it goes out later. */
export type OwedNotice = Pick<Notice, 'kind' | 'about' | 'personId' | 'words'>;

/**
 * Queues a notice within the change that is its cause; once for each kind and what it is about. The addressee is
 * `personId`, and without one the operators (`operator-alarm`, whose `words` name no person).
 */
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
