import { type Kysely, type SqlBool, sql } from 'kysely';
import type { Notice, NoticeFailure, NoticeId, NoticeKind, NoticeState } from '../../../domain/notice.ts';
import type { PersonId } from '../../../domain/person.ts';
import type { Tables } from '../../../ports/system-record.ts';
import { present, StoredFields } from '../../stored-fields.ts';
import type { NoticeRow, RecordSchema } from '../schema.ts';
import { inUse, toCard } from './cards.ts';

const kinds: readonly NoticeKind[] = [
  'card-expires-60',
  'card-expires-30',
  'card-expires-7',
  'card-expired',
  'card-replaced',
  'registration-requested',
  'registration-approved',
  'registration-rejected',
  'passkey-code-issued',
  'temporary-code-issued',
  'passkey-added',
  'passkey-removed',
  'passkey-copied',
  'operator-alarm',
];
const states: readonly NoticeState[] = ['waiting', 'sent', 'given-up', 'withdrawn'];
const failures: readonly NoticeFailure[] = ['no-channel', 'no-address', 'refused', 'undelivered'];

export function noticeTable(db: Kysely<RecordSchema>): Tables['notices'] {
  const all = db.selectFrom('notices').selectAll();
  const waiting = sql<SqlBool>`state = 'waiting'`;
  return {
    async list(limit) {
      return (await all.orderBy(sql`rowid`, 'desc').limit(limit).execute()).map(toNotice);
    },
    async findAbout(about) {
      return (await all.where('about', '=', about).orderBy('queued_at').execute()).map(toNotice);
    },
    async due(now, limit) {
      const rows = await all
        .where(waiting)
        .where('next_attempt_at', '<=', now)
        // Not behind a thousand people whose mail server is down.
        .orderBy(sql`kind <> 'operator-alarm'`)
        .orderBy('next_attempt_at')
        .limit(limit)
        .execute();
      return rows.map(toNotice);
    },
    async untold({ stage, after, until }, limit) {
      const rows = await db
        .selectFrom('cards')
        .selectAll()
        .where(inUse)
        .where('not_after', '>', after)
        .where('not_after', '<=', until)
        .where('state', '=', 'active')
        .where('kind', '=', 'jpki')
        .where('retires_at', 'is', null)
        .where(
          sql<SqlBool>`NOT EXISTS (SELECT 1 FROM notices WHERE about = cards.card_id AND notices.kind = ${stage})`,
        )
        .limit(limit)
        .execute();
      return rows.map(toCard);
    },
    async queue(notice) {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('notices')
        .values(toRow(notice))
        .onConflict((conflict) => conflict.columns(['about', 'kind']).doNothing())
        .executeTakeFirst();
      return (numInsertedOrUpdatedRows ?? 0n) > 0n;
    },
    async update(notice) {
      const { numUpdatedRows } = await db
        .updateTable('notices')
        .set(toRow(notice))
        .where('notice_id', '=', notice.noticeId)
        .where(waiting)
        .executeTakeFirstOrThrow();
      return numUpdatedRows > 0n;
    },
    async withdrawOf(personId, now) {
      await db
        .updateTable('notices')
        .set({ state: 'withdrawn', settled_at: now, words: null })
        .where('person_id', '=', personId)
        .where(waiting)
        .execute();
    },
    async removeOf(personId) {
      await db.deleteFrom('notices').where('person_id', '=', personId).execute();
    },
  };
}

function toNotice(row: NoticeRow): Notice {
  const fields = new StoredFields(row, 'notices');
  const words = fields.optionalFields('words');
  return present({
    noticeId: fields.text<NoticeId>('notice_id'),
    kind: fields.oneOf('kind', kinds),
    about: fields.text('about'),
    personId: fields.optionalText<PersonId>('person_id'),
    words: words && { ja: words.text('ja'), en: words.text('en') },
    state: fields.oneOf('state', states),
    queuedAt: fields.integer('queued_at'),
    attempts: fields.integer('attempts'),
    nextAttemptAt: fields.integer('next_attempt_at'),
    settledAt: fields.optionalInteger('settled_at'),
    failure: fields.optionalOneOf('failure', failures),
  });
}

function toRow(notice: Notice): NoticeRow {
  return {
    notice_id: notice.noticeId,
    kind: notice.kind,
    about: notice.about,
    person_id: notice.personId ?? null,
    words: notice.words === undefined ? null : JSON.stringify(notice.words),
    state: notice.state,
    queued_at: notice.queuedAt,
    attempts: notice.attempts,
    next_attempt_at: notice.nextAttemptAt,
    settled_at: notice.settledAt ?? null,
    failure: notice.failure ?? null,
  };
}
