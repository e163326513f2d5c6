import { stageWindows } from '../domain/notice.ts';
import type { FlowContext } from './context.ts';
import { queueNotice } from './queue-notice.ts';

type Context = Pick<FlowContext, 'record' | 'clock' | 'secrets'>;

const cardsAtOnce = 500;

/**
 * Queues what holders are to be told of the end of their cards: once for each card and stage, however often it runs,
 * and after a long pause only the stage that is so now.
 * @returns how many notices were queued.
 */
export async function tellOfExpiry(context: Context): Promise<number> {
  const { record, clock } = context;
  let queued = 0;
  for (const window of stageWindows(clock.now())) {
    for (;;) {
      const cards = await record.notices.untold(window, cardsAtOnce);
      if (cards.length === 0) break;
      await record.change(async (tables) => {
        for (const { cardId, personId } of cards) {
          await queueNotice(context, tables, { kind: window.stage, about: cardId, personId });
        }
      });
      queued += cards.length;
    }
  }
  return queued;
}
