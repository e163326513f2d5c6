import { beforeEach, describe, expect, it } from 'vitest';
import type { CardId, CardKey } from '../../../idp/domain/card.ts';
import { parseSerialNumber } from '../../../idp/domain/certificate-id.ts';
import { Fault } from '../../../idp/domain/fault.ts';
import type { Person } from '../../../idp/domain/person.ts';
import { restoreCard, revokeCard, suspendCard } from '../../../idp/flows/change-card.ts';
import { restorePerson, suspendPerson } from '../../../idp/flows/change-person.ts';
import { declareVerifier } from '../../../idp/flows/declare-verifier.ts';
import { importPeople } from '../../../idp/flows/import-people.ts';
import { logInFromDevice } from '../../../idp/flows/log-in-from-device.ts';
import { publishCards } from '../../../idp/flows/publish-cards.ts';
import type { CardIndex } from '../../../idp/ports/card-index.ts';
import { aCardInUse, type CardInUse, eachTestInAWorldOfItsOwn, indexApart } from './world/a-card-in-use.ts';
import { type Card, issueCard } from './world/cards.ts';
import { admin, registerCard, type TestReader } from './world/people-and-places.ts';
import { codeOf, type World } from './world/world.ts';

let world: World;
let sato: Person;
let desk: TestReader;
let printer: string;
let card: Card;
let cardId: CardId;
let ask: CardInUse['ask'];

eachTestInAWorldOfItsOwn(async (made) => {
  ({ world, sato, desk, printer, card, cardId, ask } = await aCardInUse(made));
}, indexApart);

const suspendTheCard = () => suspendCard(world.context, { card: cardId, actor: admin });
const suspendThePerson = () => suspendPerson(world.context, { person: 'sato', actor: admin });

describe('a suspended card', () => {
  it('is refused on the very next operation, and works again on the one after its restoration', async () => {
    expect(await ask()).toBe('granted');
    await suspendTheCard();
    expect(await ask()).toBe('card-suspended');
    await restoreCard(world.context, { card: cardId, actor: admin });
    expect(await ask()).toBe('granted');
  });

  it('ends its holder’s sessions', async () => {
    await suspendTheCard();
    expect(world.oidcState.ended).toEqual([sato.personId]);
  });

  it('leaves the holder’s other card alone', async () => {
    const other = issueCard(world);
    await registerCard(world, 'sato', other, desk);
    await suspendTheCard();
    expect(await ask(other)).toBe('granted');
  });

  it('may be suspended again: an outage may have kept the first time from ending the sessions', async () => {
    await suspendTheCard();
    await suspendTheCard();
    expect(world.oidcState.ended).toEqual([sato.personId, sato.personId]);
    expect(await ask()).toBe('card-suspended');
  });
});

describe('a revoked card', () => {
  it('never comes back', async () => {
    await revokeCard(world.context, { card: cardId, actor: admin });
    expect(await ask()).toBe('card-revoked');
    expect(await codeOf(restoreCard(world.context, { card: cardId, actor: admin }))).toBe('ERR_CARD_STATE');
    expect(await codeOf(suspendTheCard())).toBe('ERR_CARD_STATE');
    expect(await ask()).toBe('card-revoked');
    expect(world.oidcState.ended).toEqual([sato.personId]);
  });
});

describe('a suspended person', () => {
  it('is refused with every card on the very next operation, until restored', async () => {
    const other = issueCard(world);
    await registerCard(world, 'sato', other, desk);
    await suspendThePerson();
    expect([await ask(), await ask(other)]).toEqual(['person-suspended', 'person-suspended']);
    await restorePerson(world.context, { person: 'sato', actor: admin });
    expect([await ask(), await ask(other)]).toEqual(['granted', 'granted']);
  });

  it('has no sessions left', async () => {
    await suspendThePerson();
    expect(world.oidcState.ended).toEqual([sato.personId]);
  });

  it('stays suspended, with the same roles, when the people are imported again', async () => {
    await suspendThePerson();
    const people = [{ uid: 'sato', displayName: 'Sato Hanako', organization: 'Himeji', groups: [] }];
    expect(await importPeople(world.context, { people, actor: admin })).toMatchObject({
      added: 0,
      updated: 1,
    });
    expect(await ask()).toBe('person-suspended');
  });

  it('who comes back finds a card as it was left: suspended', async () => {
    await suspendTheCard();
    await suspendThePerson();
    await restorePerson(world.context, { person: 'sato', actor: admin });
    expect(await ask()).toBe('card-suspended');
  });
});

describe('what cannot be changed says so and changes nothing', () => {
  it.each<[string, () => Promise<unknown>, string]>([
    [
      'a card that nobody knows',
      () => suspendCard(world.context, { card: 'no-such-card', actor: admin }),
      'ERR_CARD_UNKNOWN',
    ],
    [
      'a person that nobody knows',
      () => suspendPerson(world.context, { person: 'nobody', actor: admin }),
      'ERR_PERSON_UNKNOWN',
    ],
    [
      'restoring a card that works',
      () => restoreCard(world.context, { card: cardId, actor: admin }),
      'ERR_CARD_STATE',
    ],
    [
      'restoring a person who works',
      () => restorePerson(world.context, { person: 'sato', actor: admin }),
      'ERR_PERSON_STATE',
    ],
    [
      'an organisation that nobody knows',
      () => declareVerifier(world.context, { organization: 'Nowhere', basis: 'x', actor: admin }),
      'ERR_ORGANIZATION_UNKNOWN',
    ],
    [
      'a verifier without a basis',
      () => declareVerifier(world.context, { organization: 'Himeji', basis: ' ', actor: admin }),
      'ERR_BASIS',
    ],
    [
      'a verifier with an endless basis',
      () => declareVerifier(world.context, { organization: 'Himeji', basis: 'x'.repeat(501), actor: admin }),
      'ERR_BASIS',
    ],
  ])('%s', async (_name, change, code) => {
    const before = (await world.trail()).length;
    expect(await codeOf(change())).toBe(code);
    expect((await world.trail()).length).toBe(before);
    expect(await ask()).toBe('granted');
  });
});

describe('a change that everybody must feel', () => {
  it('reaches the next sign-in when it is the name that changed', async () => {
    const people = [{ uid: 'sato', displayName: 'Sato Hanako', organization: 'Himeji', groups: ['tax'] }];
    await importPeople(world.context, { people, actor: admin });
    const number = { kind: 'jpki', value: parseSerialNumber(card.serialNumber) } as const;
    const outcome = await logInFromDevice(world.context, { clientId: printer, number });
    expect(outcome).toMatchObject({ person: { displayName: 'Sato Hanako', groups: ['tax'] } });
  });
});

describe('when the index cannot be written', () => {
  beforeEach(() => {
    world.cardIndex.writesAreDown = true;
  });

  it('a suspension is a fault, and not reported done; the record has it, the sessions end, the index follows', async () => {
    expect(await codeOf(suspendTheCard())).toBe('ERR_CARD_INDEX_UNAVAILABLE');
    expect((await world.context.record.cards.find(cardId))?.state).toBe('suspended');
    expect(world.oidcState.ended).toEqual([sato.personId]);
    world.cardIndex.writesAreDown = false;
    expect(await publishCards(world.context)).toBe(1);
    expect(await ask()).toBe('card-suspended');
    expect(await publishCards(world.context)).toBe(0);
  });

  it('a stopped card is told to it all the same, however many others wait', async () => {
    const mine = await world.context.record.cards.find(cardId);
    if (mine === undefined) throw new Error('no card');
    const ids = Array.from({ length: 600 }, (_, index) => index.toString(16).padStart(32, '0'));
    await world.context.record.change(async ({ cards }) => {
      for (const id of ids) await cards.add({ ...mine, cardId: id as CardId, cardKey: id as CardKey });
    });
    const told = new Set<CardKey>();
    const put = async (cardKey: CardKey) => {
      told.add(cardKey);
      throw new Fault('ERR_CARD_INDEX_UNAVAILABLE', 'out of reach');
    };
    const cardIndex: CardIndex = { find: () => [], put, close: async () => {} };
    const stopped = suspendCard({ ...world.context, cardIndex }, { card: cardId, actor: admin });
    expect(await codeOf(stopped)).toBe('ERR_CARD_INDEX_UNAVAILABLE');
    expect(told).toContain(mine.cardKey);
    expect(told.size).toBe(ids.length + 1);
  });

  it('the next change of anything brings the index up to the record', async () => {
    await codeOf(suspendThePerson());
    world.cardIndex.writesAreDown = false;
    await importPeople(world.context, { people: [], actor: admin });
    expect(await ask()).toBe('person-suspended');
  });

  it('asking again for the same suspension ends in the same place', async () => {
    await codeOf(suspendThePerson());
    world.cardIndex.writesAreDown = false;
    await suspendThePerson();
    expect(await ask()).toBe('person-suspended');
  });

  it('an approval is a fault, and the card works once the index follows', async () => {
    const other = issueCard(world);
    expect(await codeOf(registerCard(world, 'sato', other, desk))).toBe('ERR_CARD_INDEX_UNAVAILABLE');
    world.cardIndex.writesAreDown = false;
    expect(await ask(other)).toBe('unknown-card');
    await publishCards(world.context);
    expect(await ask(other)).toBe('granted');
  });
});

describe('when sessions cannot be ended', () => {
  it('a suspension is a fault, and yet holds on the next operation; the next sweep ends them', async () => {
    world.oidcState.isDown = true;
    expect(await codeOf(suspendTheCard())).toBe('ERR_OIDC_STATE_UNAVAILABLE');
    expect(await ask()).toBe('card-suspended');
    world.oidcState.isDown = false;
    await world.context.sessionEnds.process();
    expect(world.oidcState.ended).toEqual([sato.personId]);
  });
});
