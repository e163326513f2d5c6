import type { Stop } from '../ports/sessions.ts';
import type { Tables } from '../ports/system-record.ts';
import type { FlowContext } from './context.ts';

type Context = Pick<FlowContext, 'record' | 'cardIndex'>;

/** What a change needs that stops people. */
export type StopContext = Pick<FlowContext, 'record' | 'cardIndex' | 'clock' | 'sessionEnds'>;

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
 * A change that stops people. Whose sessions are to end is part of the change, so that a crash right after it forgets
 * nobody. The record has said no then, and neither an index nor a session store out of reach keeps the other from following.
 * @param stopsOf who was stopped, and with which card; with the card left out, everything of the person ends.
 * @throws {Fault} when either cannot; both follow by themselves as soon as they can.
 */
export async function changeAndStop<T>(
  context: StopContext,
  work: (tables: Tables) => Promise<T>,
  stopsOf: (result: T) => readonly Stop[],
): Promise<T> {
  const { record, clock, sessionEnds } = context;
  const result = await record.change(async (tables) => {
    const done = await work(tables);
    await tables.sessionEnds.add(stopsOf(done), clock.now());
    return done;
  });
  const outcomes = await Promise.allSettled([publishCards(context), sessionEnds.process()]);
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
