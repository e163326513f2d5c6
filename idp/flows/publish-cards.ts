import type { Tables } from '../ports/system-record.ts';
import type { FlowContext } from './context.ts';

type Context = Pick<FlowContext, 'record' | 'cardIndex'>;

const cardsAtOnce = 256;

/**
 * A change of the record that may touch cards: done only when the record and the index both hold it.
 * @throws {Fault} when either cannot; the record's notes make the index follow as soon as it can.
 */
export async function changeAndPublish<T>(
  context: Context,
  work: (tables: Tables) => Promise<T>,
): Promise<T> {
  const result = await context.record.change(work);
  await publishCards(context);
  return result;
}

/**
 * A change that stops people. The record has said no already, so that neither an index nor a session store out of reach
 * keeps the other from following.
 * @throws {Fault} when either cannot; asking for the same change again tries both again.
 */
export async function changeAndStop<T>(
  context: Context & Pick<FlowContext, 'oidcState'>,
  work: (tables: Tables) => Promise<T>,
  holdersOf: (result: T) => readonly string[],
): Promise<T> {
  const result = await context.record.change(work);
  const sessionsEnd = holdersOf(result).map((personId) => context.oidcState.revokeByAccountId(personId));
  const outcomes = await Promise.allSettled([publishCards(context), ...sessionsEnd]);
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return result;
}

/**
 * Brings the index up to the record: after every change, and at the start for what a crash left between the two.
 * Every card is tried, so that what waits since an outage does not stand before the one that is stopped now.
 * @throws {Fault} the first one, after that; what could not be written stays noted.
 */
export async function publishCards({ record, cardIndex }: Context): Promise<number> {
  const keys = await record.pendingIndexKeys();
  const failures: unknown[] = [];
  // Together, because each write waits for the disk: an import touches the cards of thousands of people.
  for (let from = 0; from < keys.length; from += cardsAtOnce) {
    const outcomes = await Promise.allSettled(
      keys.slice(from, from + cardsAtOnce).map(async (cardKey) => {
        const facts = await record.factsOf(cardKey);
        await cardIndex.put(cardKey, facts);
        return { cardKey, facts };
      }),
    );
    await record.indexed(outcomes.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])));
    failures.push(...outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason] : [])));
  }
  if (failures.length > 0) throw failures[0];
  return keys.length;
}
