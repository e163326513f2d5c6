import { describe, expect, it } from 'vitest';
import type { CardId } from '../../../idp/domain/card.ts';
import type { Person } from '../../../idp/domain/person.ts';
import { restoreCard, suspendCard } from '../../../idp/flows/change-card.ts';
import type { FlowContext } from '../../../idp/flows/context.ts';
import { approveRegistration } from '../../../idp/flows/decide-registration.ts';
import { replaceOlderCards } from '../../../idp/flows/replace-card.ts';
import { retireCards } from '../../../idp/flows/retire-cards.ts';
import { tellOfExpiry } from '../../../idp/flows/tell-of-expiry.ts';
import { aCardInUse, type CardInUse, eachTestInAWorldOfItsOwn, indexApart } from './world/a-card-in-use.ts';
import { type Card, issueCard } from './world/cards.ts';
import { admin, approver, proveCard, registerCard, type TestReader } from './world/people-and-places.ts';
import { codeOf, type World } from './world/world.ts';

const daySeconds = 24 * 3_600;

let world: World;
let sato: Person;
let desk: TestReader;
let older: Card;
let olderId: CardId;
let ask: CardInUse['ask'];

eachTestInAWorldOfItsOwn(async (made) => {
  ({ world, sato, desk, card: older, cardId: olderId, ask } = await aCardInUse(made));
}, indexApart);

/** Registers a newer card, with another overlap where one is given. */
async function registerNewer(
  overlapDays?: number,
): Promise<{ readonly card: Card; readonly cardId: CardId }> {
  const card = issueCard(world);
  const { registrationId } = await proveCard(world, 'sato', card, desk);
  const context: FlowContext =
    overlapDays === undefined
      ? world.context
      : { ...world.context, cardOverlapSeconds: overlapDays * daySeconds };
  const outcome = await approveRegistration(context, { registration: registrationId, approver });
  if (outcome.outcome !== 'approved') throw new Error(outcome.reason);
  return { card, cardId: outcome.cardId };
}

/** The day's list spoke for every card, at this moment. */
async function listsAreFresh(): Promise<void> {
  const { revocationScope } = await cardOf(olderId);
  const times = { thisUpdate: world.clock.now(), nextUpdate: world.clock.now() + 1, entryCount: 0 };
  world.context.freshness.note({
    ...{ ...revocationScope!, crlNumber: '1', sha256: '', appliedAt: world.clock.now() },
    ...{ ...times, trusted: times },
  });
}

const cardOf = async (id: CardId) => (await world.context.record.cards.find(id))!;

describe('a newer card of the same person', () => {
  it('takes the place of the older one, which works on for fourteen days and not a millisecond longer', async () => {
    const approvedAt = world.clock.now();
    const { card, cardId } = await registerNewer();
    expect(await cardOf(cardId)).toMatchObject({ replaces: olderId, state: 'active' });
    expect(await world.trail('card.replaced')).toMatchObject([{ subject: olderId, details: { by: cardId } }]);
    world.clock.set(approvedAt + 14 * daySeconds * 1_000 - 1);
    await listsAreFresh();
    expect([await ask(older), await ask(card)]).toEqual(['granted', 'granted']);
    world.clock.advanceMs(1);
    expect([await ask(older), await ask(card)]).toEqual(['card-retired', 'granted']);
  });

  it('leaves no overlap where none is wanted', async () => {
    const { card } = await registerNewer(0);
    expect([await ask(older), await ask(card)]).toEqual(['card-retired', 'granted']);
  });

  it('is told to the holder, who then hears nothing more of the older card’s end', async () => {
    await registerNewer();
    const { notAfter } = await cardOf(olderId);
    world.clock.set(notAfter - 5 * daySeconds * 1_000);
    await tellOfExpiry(world.context);
    const kinds = (await world.context.record.notices.findAbout(olderId)).map(({ kind }) => kind);
    expect(kinds).toEqual(['card-replaced']);
  });

  it('takes the place of the newest, where there were several, and all the others have their end', async () => {
    const second = await registerNewer();
    const third = await registerNewer();
    expect(await cardOf(third.cardId)).toMatchObject({ replaces: second.cardId });
    world.clock.advance(14 * daySeconds);
    await listsAreFresh();
    expect([await ask(older), await ask(second.card), await ask(third.card)]).toEqual([
      'card-retired',
      'card-retired',
      'granted',
    ]);
  });

  it('leaves other people’s cards alone', async () => {
    const other = issueCard(world);
    await registerCard(world, 'suzuki', other, desk);
    await registerNewer(0);
    expect(await ask(other)).toBe('granted');
  });

  it('of another profile stands beside it: a smartphone’s certificate replaces no card', async () => {
    const { context } = world;
    const phone = { ...(await cardOf(olderId)), cardId: 'phone' as CardId, profile: 'smartphone' };
    await context.record.change(async (tables) => {
      await tables.cards.update({ ...(await cardOf(olderId)), state: 'active' }, 'active');
      await replaceOlderCards(context, tables, phone, admin);
    });
    expect((await cardOf(olderId)).retiresAt).toBeUndefined();
    expect(await world.trail('card.replaced')).toEqual([]);
  });
});

describe('the end of an overlap', () => {
  it('is written down by the sweep: state, trail, and what rests on that card ends', async () => {
    await registerNewer(1);
    world.clock.advance(daySeconds - 1);
    expect(await retireCards(world.context)).toBe(0);
    world.clock.advance(1);
    expect(await retireCards(world.context)).toBe(1);
    expect(await retireCards(world.context)).toBe(0);
    expect((await cardOf(olderId)).state).toBe('retired');
    expect(await world.trail('card.retired')).toMatchObject([{ subject: olderId, actor: 'schedule' }]);
    expect(await ask(older)).toBe('card-retired');
  });

  it('lets the very same certificate be registered anew, by somebody else too', async () => {
    await registerNewer(1);
    world.clock.advance(daySeconds);
    await retireCards(world.context);
    await registerCard(world, 'suzuki', older, desk);
    expect(await ask(older)).toBe('granted');
  });

  it('finds its cards by their index, however many others there are', async () => {
    await registerNewer(1);
    world.clock.advance(daySeconds);
    expect(
      (await world.context.record.cards.dueToRetire(world.clock.now(), 10)).map(({ cardId }) => cardId),
    ).toEqual([olderId]);
  });
});

describe('a lost card', () => {
  it('is retired as soon as a newer one is registered, and cannot be restored', async () => {
    await suspendCard(world.context, { card: olderId, actor: admin });
    await registerNewer();
    expect(await ask(older)).toBe('card-retired');
    expect((await cardOf(olderId)).state).toBe('retired');
    expect(await codeOf(restoreCard(world.context, { card: olderId, actor: admin }))).toBe('ERR_CARD_STATE');
  });

  it('that is lost in the overlap stays refused throughout, and is retired at its end', async () => {
    await registerNewer(1);
    await suspendCard(world.context, { card: olderId, actor: admin });
    expect(await ask(older)).toBe('card-suspended');
    world.clock.advance(daySeconds);
    await retireCards(world.context);
    expect(await ask(older)).toBe('card-retired');
  });
});

it('a person whose sessions rest on the retired card loses those, by the record’s own note', async () => {
  await registerNewer(1);
  world.clock.advance(daySeconds);
  const noted: unknown[] = [];
  const sessionEnds = {
    ...world.context.sessionEnds,
    process: async () => {
      noted.push(...(await world.context.record.sessionEnds.list(0, 10)));
    },
  } as FlowContext['sessionEnds'];
  await retireCards({ ...world.context, sessionEnds });
  expect(noted).toMatchObject([{ personId: sato.personId, authenticator: olderId, cause: 'card.retired' }]);
});
