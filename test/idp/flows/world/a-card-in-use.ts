import { afterEach, beforeAll, beforeEach } from 'vitest';
import type { CardId } from '../../../../idp/domain/card.ts';
import { parseSerialNumber } from '../../../../idp/domain/certificate-id.ts';
import type { Person } from '../../../../idp/domain/person.ts';
import { logInFromDevice } from '../../../../idp/flows/log-in-from-device.ts';
import type { CardIndex } from '../../../../idp/ports/card-index.ts';
import { FakeCardIndex } from '../../../support/fake-card-index.ts';
import { createTestPki, type TestPki } from '../../../support/test-pki.ts';
import { type Card, issueCard } from './cards.ts';
import {
  addDevice,
  addEnrolledReader,
  addPeople,
  registerCard,
  type TestReader,
} from './people-and-places.ts';
import { createWorld, type World } from './world.ts';

/**
 * For a whole test file: one authority for all its tests, and for each test a new world, which is closed after it.
 * @param prepare what stands in the world before the test begins
 * @param index where the index is another than the embedded one
 */
export function eachTestInAWorldOfItsOwn(
  prepare: (world: World) => Promise<void>,
  index?: () => CardIndex,
): void {
  let pki: TestPki;
  let world: World;
  beforeAll(async () => {
    pki = await createTestPki();
  });
  beforeEach(async () => {
    world = await createWorld(pki, index?.());
    await prepare(world);
  });
  afterEach(() => world.close());
}

/** An index apart from the record, as Redis is: it knows a change only once it was told. */
export const indexApart = (): CardIndex => new FakeCardIndex();

/** Sato and Suzuki, of one organisation, and the desk where their cards are registered. */
export interface PeopleAndADesk {
  readonly world: World;
  readonly sato: Person;
  readonly desk: TestReader;
}

export async function peopleAndADesk(world: World): Promise<PeopleAndADesk> {
  const [sato] = (await addPeople(world, 'sato', 'suzuki')) as [Person, Person];
  const desk = await addEnrolledReader(world, 'desk', { kind: 'workstation' });
  return { world, sato, desk };
}

/** The same with Sato's card, proved and approved, and a printer that reads the number of any card itself. */
export interface CardInUse extends PeopleAndADesk {
  readonly printer: string;
  readonly card: Card;
  readonly cardId: CardId;
  /** What the printer is told at this moment of a card, Sato's unless another is named: `granted`, or why not. */
  readonly ask: (of?: Card) => Promise<string>;
}

export async function aCardInUse(world: World): Promise<CardInUse> {
  const place = await peopleAndADesk(world);
  const printer = (await addDevice(world, 'printer', true)).clientId;
  const card = issueCard(world);
  const cardId = await registerCard(world, 'sato', card, place.desk);
  const ask = async (of = card) => {
    const number = { kind: 'jpki', value: parseSerialNumber(of.serialNumber) } as const;
    const outcome = await logInFromDevice(world.context, { clientId: printer, number });
    return outcome.outcome === 'granted' ? 'granted' : outcome.reason;
  };
  return { ...place, printer, card, cardId, ask };
}
