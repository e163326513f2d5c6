import { describe, expect, it } from 'vitest';
import type { CardId } from '../../../idp/domain/card.ts';
import type { Person } from '../../../idp/domain/person.ts';
import { suspendPerson } from '../../../idp/flows/change-person.ts';
import { approveRegistration, rejectRegistration } from '../../../idp/flows/decide-registration.ts';
import { forgetPerson } from '../../../idp/flows/forget-person.ts';
import { giveRoles } from '../../../idp/flows/give-roles.ts';
import { importPeople } from '../../../idp/flows/import-people.ts';
import { invitePerson } from '../../../idp/flows/invite-person.ts';
import { leavePerson } from '../../../idp/flows/leave-person.ts';
import type { Erasure } from '../../../idp/ports/erasure.ts';
import { aCardInUse, type CardInUse, eachTestInAWorldOfItsOwn, indexApart } from './world/a-card-in-use.ts';
import { type Card, issueCard, registrationOf, tryBegin } from './world/cards.ts';
import { admin, approver, proveCard, registerCard, type TestReader, tap } from './world/people-and-places.ts';
import { codeOf, type World } from './world/world.ts';

let world: World;
let sato: Person;
let desk: TestReader;
let card: Card;
let cardId: CardId;
let ask: CardInUse['ask'];

eachTestInAWorldOfItsOwn(async (made) => {
  ({ world, sato, desk, card, cardId, ask } = await aCardInUse(made));
}, indexApart);

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
    expect(await world.context.taps.takeUnprompted(cardKey, [desk.readerId], 0, 1)).toBeUndefined();
    expect(await world.context.taps.findPinProof(cardId, 'desk')).toBeUndefined();
  });

  it('is looked for in every file by what registrations kept, also by one that never made a card', async () => {
    const { registrationId } = await proveCard(world, 'sato', issueCard(world), desk);
    const { proof } = await registrationOf(world, registrationId);
    const reason = 'これは本人のカードではありません';
    await rejectRegistration(world.context, { registration: registrationId, approver, reason });
    const [notice] = await world.context.record.notices.findAbout(registrationId);
    await leave();
    const looked: (string | Uint8Array)[] = [];
    const erasure: Erasure = {
      erase: async (traces) => {
        if (traces !== 'everything') looked.push(...traces);
      },
    };
    await forgetPerson({ ...world.context, erasure }, { person: 'sato', actor: admin });
    const { sealedNumber, sealedCertificate, ocspEvidence } = proof!;
    expect(notice?.words?.ja).toBe(reason);
    for (const kept of [sealedNumber, sealedCertificate, ocspEvidence?.sealed, notice?.noticeId]) {
      expect(looked).toContain(kept);
    }
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
