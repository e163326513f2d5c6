import type { CrlAlarm } from '../domain/crl-alarm.ts';
import { schedule } from '../domain/registration.ts';
import type { FlowContext } from './context.ts';
import { queueNotice } from './queue-notice.ts';

export type AlarmContext = Pick<FlowContext, 'record' | 'clock' | 'secrets' | 'log'>;

/**
 * Tells those who run the installation of a list: in the audit trail, on the operator's log, and as a notice.
 * The same occasion is told once, over restarts too.
 * @returns whether it was new.
 */
export async function raiseAlarm(context: AlarmContext, alarm: CrlAlarm): Promise<boolean> {
  const { about, words, stage, issuerKeyId, distributionPoint, crlNumber, deadline } = alarm;
  const known = await context.record.notices.findAbout(about);
  if (known.some(({ kind }) => kind === 'operator-alarm')) return false;
  const isNew = await context.record.change(async (tables) => {
    if (!(await queueNotice(context, tables, { kind: 'operator-alarm', about, words }))) return false;
    await tables.audit.append({
      at: context.clock.now(),
      type: 'crl.alarm',
      actor: schedule,
      reason: stage,
      details: {
        ...{ list: distributionPoint, issuerKeyId },
        ...(crlNumber === undefined ? {} : { crlNumber }),
        ...(deadline === undefined ? {} : { deadline }),
      },
    });
    return true;
  });
  if (isNew) context.log(`ALARM ${words.en}`);
  return isNew;
}
