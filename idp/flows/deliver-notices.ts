import type { AuditEvent } from '../domain/audit-event.ts';
import { Fault } from '../domain/fault.ts';
import { type Instant, msPerSecond } from '../domain/instant.ts';
import { type Notice, type NoticeFailure, noticeWorthSeconds, retrySeconds } from '../domain/notice.ts';
import { noticeText } from '../domain/notice-texts.ts';
import { schedule } from '../domain/registration.ts';
import type { FlowContext } from './context.ts';
import { addresseeOf } from './notice-addressee.ts';
import { queueNotice } from './queue-notice.ts';

type Context = Pick<FlowContext, 'record' | 'clock' | 'secrets' | 'issuer' | 'notices'>;

const noticesAtOnce = 100;
/** So many in a row, and the channel itself is taken to be down: the others wait for the next round. */
const faultsInARow = 3;

/** What a round came to; `failed` says why something has to be tried again. */
export interface DeliveredNotices {
  readonly sent: number;
  readonly givenUp: number;
  readonly failed?: string;
}

/** Delivers what waits and is due. What goes wrong is tried again, ever more rarely, until it is no news any more. */
export async function deliverNotices(context: Context): Promise<DeliveredNotices> {
  const count = { sent: 0, givenUp: 0 };
  let faults = 0;
  let failed: string | undefined;
  for (;;) {
    const due = await context.record.notices.due(context.clock.now(), noticesAtOnce);
    for (const notices of messagesOf(due)) {
      const attempt = await attemptOne(context, notices);
      if (attempt.state === 'sent') count.sent += notices.length;
      if (attempt.state === 'given-up') count.givenUp += notices.length;
      failed = attempt.failed ?? failed;
      faults = attempt.failed === undefined ? 0 : faults + 1;
      if (faults >= faultsInARow) break;
    }
    if (due.length < noticesAtOnce || faults >= faultsInARow) break;
  }
  return { ...count, ...(failed === undefined ? {} : { failed }) };
}

type Together = readonly [Notice, ...Notice[]];

/** Alarms first, in one message: behind a directory that is down there are hundreds of lists at once. */
function messagesOf(due: readonly Notice[]): readonly Together[] {
  const [alarm, ...alarms] = due.filter(({ kind }) => kind === 'operator-alarm');
  const others = due.filter(({ kind }) => kind !== 'operator-alarm').map((notice): Together => [notice]);
  return alarm === undefined ? others : [[alarm, ...alarms], ...others];
}

interface Attempt {
  readonly state: Notice['state'];
  /** What the channel said when it could not. */
  readonly failed?: string;
}

async function attemptOne(context: Context, notices: Together): Promise<Attempt> {
  const { channel, operators } = context.notices;
  const [notice] = notices;
  const addressee = await addresseeOf(context.record, notice, operators);
  if (addressee.outcome === 'withdrawn') return settleAll(context, notices, { state: 'withdrawn' });
  if (channel === undefined) return laterAll(context, notices, 'no-channel');
  if (addressee.addresses.length === 0) return laterAll(context, notices, 'no-address');
  const { addresses, name } = addressee;
  const facts = { ...notice, ...wordsOf(notices), issuer: context.issuer };
  const text = noticeText({ ...facts, ...(name === undefined ? {} : { name }) });
  try {
    const delivery = await channel.deliver({ id: notice.noticeId, addresses, ...text });
    if (delivery.outcome === 'accepted') return await settleAll(context, notices, { state: 'sent' });
    return await settleAll(context, notices, { state: 'given-up', failure: 'refused' });
  } catch (error) {
    if (!(error instanceof Fault && error.code === 'ERR_NOTICE_UNDELIVERED')) throw error;
    return { ...(await laterAll(context, notices, 'undelivered')), failed: error.message };
  }
}

function wordsOf(notices: Together): Pick<Notice, 'words'> {
  const words = notices.map((notice) => notice.words).filter((each) => each !== undefined);
  if (words.length === 0) return {};
  return {
    words: { ja: words.map(({ ja }) => ja).join('\n\n'), en: words.map(({ en }) => en).join('\n\n') },
  };
}

async function settleAll(
  context: Context,
  [notice, ...others]: Together,
  how: Pick<Notice, 'state' | 'failure'>,
): Promise<Attempt> {
  for (const other of others) await settle(context, other, how);
  return settle(context, notice, how);
}

async function laterAll(
  context: Context,
  [notice, ...others]: Together,
  failure: NoticeFailure,
): Promise<Attempt> {
  for (const other of others) await later(context, other, failure);
  return later(context, notice, failure);
}

async function later(context: Context, notice: Notice, failure: NoticeFailure): Promise<Attempt> {
  const now = context.clock.now();
  if (now >= after(notice.queuedAt, noticeWorthSeconds)) {
    return settle(context, notice, { state: 'given-up', failure });
  }
  const attempts = notice.attempts + 1;
  const nextAttemptAt = after(now, retrySeconds(attempts));
  await context.record.change((tables) => tables.notices.update({ ...notice, attempts, nextAttemptAt }));
  return { state: 'waiting' };
}

/** The words go with it: what was said is in the addressee's mail, and nowhere else. */
async function settle(
  context: Context,
  { words: _, ...notice }: Notice,
  how: Pick<Notice, 'state' | 'failure'>,
): Promise<Attempt> {
  const { record, clock } = context;
  const now = clock.now();
  const { personId } = notice;
  await record.change(async (tables) => {
    const settled: Notice = { ...notice, ...how, attempts: notice.attempts + 1, settledAt: now };
    if (!(await tables.notices.update(settled)) || how.state === 'withdrawn') return;
    const event = { at: now, actor: schedule, ...subjectOf(notice) };
    const { failure } = how;
    if (failure === undefined) return tables.audit.append({ ...event, type: 'person.notified' });
    await tables.audit.append({ ...event, type: 'notice.given-up', reason: failure });
    if (personId !== undefined) await tellOperators(context, tables, failure, now);
  });
  return { state: how.state };
}

/** For the trail: of the end of a card not whose it is. The days on which its stages were told make a birthday. */
function subjectOf({ kind, about, personId }: Notice): Pick<AuditEvent, 'subject' | 'details'> {
  if (kind.startsWith('card-expire')) return { details: { kind: 'card-expires' } };
  return { ...(personId === undefined ? {} : { subject: personId }), details: { kind, about } };
}

/** Once a day, whatever the number: who it was is shown where people may be named. */
async function tellOperators(
  context: Context,
  tables: Parameters<typeof queueNotice>[1],
  failure: NoticeFailure,
  now: Instant,
): Promise<void> {
  if (failure === 'no-channel') return;
  const day = new Date(now).toISOString().slice(0, 10);
  const words = {
    ja: `届けられなかったお知らせがあります（理由: ${failure}）。\`kazasu notice list\` で宛先を確かめ、本人に直接知らせてください。`,
    en: `Some notices did not reach their people (${failure}). \`kazasu notice list\` shows whose; please tell them yourself.`,
  };
  await queueNotice(context, tables, { kind: 'operator-alarm', about: `notices ${failure} ${day}`, words });
}

function after(from: Instant, seconds: number): Instant {
  return from + seconds * msPerSecond;
}
