import { parseSerialNumber } from '../../domain/certificate-id.ts';
import type { SamplePerson } from '../people.ts';
import type { World } from '../world.ts';

/** How far a person's present card is. */
export type CardStanding = 'none' | 'pending' | 'active' | 'revoked';

/** Where a person of the demonstration stands, as the record has it. */
export interface Standing {
  readonly person: SamplePerson;
  readonly card: CardStanding;
  readonly suspended: boolean;
}

/** Asks the record, so that the page shows what is and not what was clicked. */
export async function standingOf(world: World, person: SamplePerson): Promise<Standing> {
  const { record } = world.context;
  const known = await record.people.find(person.uid);
  return { person, card: await cardStandingOf(world, person), suspended: known?.state === 'suspended' };
}

async function cardStandingOf({ context, cards }: World, { uid }: SamplePerson): Promise<CardStanding> {
  const issued = cards.get(uid);
  if (issued === undefined) return 'none';
  const { record, numbers } = context;
  const cardKey = numbers.keyOf({ kind: 'jpki', value: parseSerialNumber(issued.serialNumber) });
  const [card] = await record.cards.findByKey(cardKey);
  if (card !== undefined) return card.state === 'active' ? 'active' : 'revoked';
  const waiting = await record.registrations.findPendingByCardKey(cardKey);
  return waiting.length > 0 ? 'pending' : 'none';
}
