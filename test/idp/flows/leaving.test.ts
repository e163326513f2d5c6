import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CardId } from '../../../idp/domain/card.ts';
import { parseSerialNumber } from '../../../idp/domain/certificate-id.ts';
import type { Person } from '../../../idp/domain/person.ts';
import { suspendPerson } from '../../../idp/flows/change-person.ts';
import { approveRegistration } from '../../../idp/flows/decide-registration.ts';
import { forgetPerson } from '../../../idp/flows/forget-person.ts';
import { giveRoles } from '../../../idp/flows/give-roles.ts';
import { importPeople } from '../../../idp/flows/import-people.ts';
import { invitePerson } from '../../../idp/flows/invite-person.ts';
import { leavePerson } from '../../../idp/flows/leave-person.ts';
import { logInFromDevice } from '../../../idp/flows/log-in-from-device.ts';
import { FakeCardIndex } from '../../support/fake-card-index.ts';
import { createTestPki, type TestPki } from '../../support/test-pki.ts';
import { type Card, issueCard, tryBegin } from './world/cards.ts';
import {
  addDevice,
  addEnrolledReader,
  addPeople,
  admin,
  approver,
  proveCard,
  registerCard,
  type TestReader,
  tap,
} from './world/people-and-places.ts';
import { codeOf, createWorld, type World } from './world/world.ts';

let pki: TestPki;
let world: World;
let sato: Person;
let card: Card;
let cardId: CardId;
let desk: TestReader;
let printer: string;

beforeAll(async () => {
  pki = await createTestPki();
});

beforeEach(async () => {
  // An index apart from the record, as Redis is: it knows a change only once it was told.
  world = await createWorld(pki, new FakeCardIndex());
  [sato] = (await addPeople(world, 'sato', 'suzuki')) as [Person];
  desk = await addEnrolledReader(world, 'desk', { kind: 'workstation' });
  printer = (await addDevice(world, 'printer', true)).clientId;
  card = issueCard(world);
  cardId = await registerCard(world, 'sato', card, desk);
});

afterEach(() => world.close());

async function ask(of = card): Promise<string> {
  const number = { kind: 'jpki', value: parseSerialNumber(of.serialNumber) } as const;
  const outcome = await logInFromDevice(world.context, { clientId: printer, number });
  return outcome.outcome === 'granted' ? 'granted' : outcome.reason;
}

const leave = (person = 'sato') => leavePerson(world.context, { person, actor: admin });
const forget = (person = 'sato') => forgetPerson(world.context, { person, actor: admin });
const importSato = () =>
  importPeople(world.context, {
    people: [{ uid: 'sato', displayName: 'Sato', organization: 'Himeji', groups: [] }],
    actor: admin,
  });

describe('somebody who left', () => {
  it('is refused with every card on the very next operation; the cards are retired', async () => {
    expect(await ask()).toBe('granted');
    await leave();
    expect(await ask()).toBe('card-retired');
    expect(await world.trail('person.left')).toMatchObject([{ subject: sato.personId, actor: admin }]);
    expect(await world.trail('card.retired')).toMatchObject([{ subject: cardId }]);
  });

  it('has no invitation left and can get no other', async () => {
    const { code } = await invitePerson(world.context, { person: 'sato', inviter: admin });
    await leave();
    expect(await tryBegin(world, desk, code)).toMatchObject({ reason: 'invitation-unknown' });
    const again = invitePerson(world.context, { person: 'sato', inviter: admin });
    expect(await codeOf(again)).toBe('ERR_PERSON_NOT_ACTIVE');
  });

  it('has no registration that waits', async () => {
    const { registrationId } = await proveCard(world, 'sato', issueCard(world), desk);
    await leave();
    expect(await world.context.record.registrations.find(registrationId)).toMatchObject({
      state: 'rejected',
    });
    const outcome = await approveRegistration(world.context, { registration: registrationId, approver });
    expect(outcome).toMatchObject({ outcome: 'refused' });
  });

  it('has no role left', async () => {
    await giveRoles(world.context, { person: 'sato', roles: ['approver'], actor: admin });
    await leave();
    expect(await world.context.record.people.find('sato')).toMatchObject({ state: 'left', roles: [] });
  });

  it('may leave again, and from a suspension too', async () => {
    await suspendPerson(world.context, { person: 'sato', actor: admin });
    await leave();
    await leave();
    expect(await world.trail('person.left')).toHaveLength(1);
  });

  it('cannot be the last administrator', async () => {
    await giveRoles(world.context, { person: 'sato', roles: ['administrator'], actor: admin });
    expect(await codeOf(leave())).toBe('ERR_LAST_ADMINISTRATOR');
    expect(await ask()).toBe('granted');
    await giveRoles(world.context, { person: 'suzuki', roles: ['administrator'], actor: admin });
    await leave();
  });

  it('is not brought back, nor changed, by an import, which says so', async () => {
    await leave();
    expect(await importSato()).toMatchObject({ added: 0, updated: 0, left: ['sato'] });
    expect(await world.context.record.people.find('sato')).toMatchObject({
      state: 'left',
      displayName: 'sato',
    });
  });
});

describe('somebody who is forgotten', () => {
  it('must have left first, and is told how', async () => {
    const refused = await forget().catch((error: unknown) => error);
    expect(refused).toMatchObject({
      code: 'ERR_PERSON_NOT_LEFT',
      message: expect.stringContaining('person leave sato'),
    });
    expect(await ask()).toBe('granted');
  });

  it('is gone from every table, with cards, registrations, invitations and notices', async () => {
    await proveCard(world, 'sato', issueCard(world), desk);
    await invitePerson(world.context, { person: 'sato', inviter: admin });
    await leave();
    expect(await forget()).toEqual({ cards: 1 });
    const { record } = world.context;
    expect(await record.people.find(sato.personId)).toBeUndefined();
    expect(await record.cards.list()).toEqual([]);
    expect(await record.registrations.list()).toEqual([]);
    expect(await record.notices.list(10)).toEqual([]);
    expect(await codeOf(forget())).toBe('ERR_PERSON_UNKNOWN');
  });

  it('has a card that nobody knows, in the index too', async () => {
    await leave();
    await forget();
    expect(await ask()).toBe('unknown-card');
  });

  it('has no tap and no PIN signature left', async () => {
    await tap(world, desk, card);
    await world.context.taps.notePinProof(cardId, 'desk', world.clock.now());
    const { cardKey } = (await world.context.record.cards.find(cardId))!;
    await leave();
    await forget();
    expect(await world.context.taps.takeUnprompted(cardKey, [desk.readerId], 0)).toBeUndefined();
    expect(await world.context.taps.findPinProof(cardId, 'desk')).toBeUndefined();
  });

  it('leaves an audit trail that verifies and names nobody', async () => {
    await leave();
    await forget();
    expect(await world.context.audit.verify()).toMatchObject({ outcome: 'intact' });
    expect(await world.trail('person.forgotten')).toMatchObject([{ subject: sato.personId }]);
    expect(JSON.stringify(await world.trail())).not.toMatch(/sato/i);
  });

  it('may come back, as a new person with a new id, and register the same card', async () => {
    await leave();
    await forget();
    expect(await importSato()).toMatchObject({ added: 1, left: [] });
    const back = await world.context.record.people.find('sato');
    expect(back?.personId).not.toBe(sato.personId);
    await registerCard(world, 'sato', card, desk);
    expect(await ask()).toBe('granted');
  });

  it('takes nothing of others along', async () => {
    const other = issueCard(world);
    await registerCard(world, 'suzuki', other, desk);
    await leave();
    await forget();
    expect(await ask(other)).toBe('granted');
  });
});
