import { schedule } from '../domain/registration.ts';
import type { Card } from '../ports/system-record.ts';
import { changeAndStop, type StopContext } from './publish-cards.ts';

const cardsAtOnce = 200;

/**
 * Retires the cards whose overlap with a newer one is over. They are refused from that very moment by themselves; this
 * makes the record say so, ends what rests on them and lets their numbers go to be registered anew.
 */
export async function retireCards(context: StopContext): Promise<number> {
  let retired = 0;
  for (;;) {
    const due = await context.record.cards.dueToRetire(context.clock.now(), cardsAtOnce);
    if (due.length === 0) return retired;
    retired += (await retire(context, due)).length;
  }
}

function retire(context: StopContext, due: readonly Card[]): Promise<readonly Card[]> {
  const at = context.clock.now();
  return changeAndStop(
    context,
    async (tables) => {
      const retired: Card[] = [];
      for (const card of due) {
        if (!(await tables.cards.update({ ...card, state: 'retired' }, card.state))) continue;
        await tables.audit.append({ at, type: 'card.retired', actor: schedule, subject: card.cardId });
        retired.push(card);
      }
      return retired;
    },
    (cards) =>
      cards.map(({ personId, cardId }) => ({ personId, authenticator: cardId, cause: 'card.retired' })),
  );
}
