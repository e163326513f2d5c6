import { InvalidInput } from '../domain/fault.ts';
import { type Instant, msPerSecond } from '../domain/instant.ts';
import type { Notice } from '../domain/notice.ts';
import type { FlowContext } from '../flows/context.ts';
import type { Card } from '../ports/system-record.ts';
import { isoMonth } from './table.ts';

/** A card that ends in some month: the day is its holder's birthday and stays out. */
export interface ExpiringCard {
  readonly id: string;
  readonly expiresMonth: string;
  readonly uid: string;
  readonly displayName: string;
  readonly hasMail: boolean;
  /** `replaced`: a newer card is registered. Otherwise what became of the last notice. */
  readonly told: string;
}

const dayMs = 24 * 3_600 * msPerSecond;

/** @throws {InvalidInput} `ERR_DAYS` */
export function wholeDays(text: string): number {
  if (!/^\d{1,4}$/.test(text)) {
    throw new InvalidInput('ERR_DAYS', '--days is a whole number of days, 0 to 9999.');
  }
  return Number(text);
}

/** From this month to the end of the month that `days` leads into, by month and then by uid: no order tells a day. */
export async function listExpiring(
  { record, clock }: FlowContext,
  days: number,
): Promise<readonly ExpiringCard[]> {
  const now = clock.now();
  const cards = await record.cards.ending(monthStart(now, 0) - 1, monthStart(now + days * dayMs, 1) - 1);
  const people = new Map((await record.people.list()).map((person) => [person.personId, person]));
  const listed: ExpiringCard[] = [];
  for (const card of cards) {
    const holder = people.get(card.personId);
    listed.push({
      id: card.cardId,
      expiresMonth: isoMonth(card.notAfter),
      uid: holder?.uid ?? '',
      displayName: holder?.displayName ?? '',
      hasMail: holder?.mail !== undefined,
      told: toldOf(card, await record.notices.findAbout(card.cardId)),
    });
  }
  return listed.sort((one, other) => (sortKey(one) < sortKey(other) ? -1 : 1));
}

function sortKey({ expiresMonth, uid, id }: ExpiringCard): string {
  return `${expiresMonth} ${uid} ${id}`;
}

/** Without the stage, which would say in which week a card ends. */
function toldOf({ retiresAt }: Card, notices: readonly Notice[]): string {
  if (retiresAt !== undefined) return 'replaced';
  const last = notices.filter(({ kind }) => kind.startsWith('card-expire')).at(-1);
  if (last === undefined) return 'not yet';
  return last.failure === undefined ? last.state : `${last.state} (${last.failure})`;
}

function monthStart(at: Instant, months: number): Instant {
  const date = new Date(at);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1);
}
