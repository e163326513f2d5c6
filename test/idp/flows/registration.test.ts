import { generateKeyPair } from 'jose';
import { afterEach, describe, expect, it } from 'vitest';
import type { Person } from '../../../idp/domain/person.ts';
import { actor } from '../../../idp/domain/registration.ts';
import { suspendPerson } from '../../../idp/flows/change-person.ts';
import { approveRegistration, rejectRegistration } from '../../../idp/flows/decide-registration.ts';
import { invitePerson } from '../../../idp/flows/invite-person.ts';
import { disableReader } from '../../../idp/flows/manage-readers.ts';
import { createTestPki } from '../../support/test-pki.ts';
import { eachTestInAWorldOfItsOwn, peopleAndADesk } from './world/a-card-in-use.ts';
import {
  begin,
  type Card,
  evidenceOf,
  issueCard,
  type Offer,
  prove,
  registrationEvidence,
  tryBegin,
} from './world/cards.ts';
import {
  addEnrolledReader,
  admin,
  approver,
  proveCard,
  registerCard,
  type TestReader,
} from './world/people-and-places.ts';
import { codeOf, type World } from './world/world.ts';

let world: World;
let desk: TestReader;
let card: Card;
let sato: Person;

eachTestInAWorldOfItsOwn(async (made) => {
  ({ world, sato, desk } = await peopleAndADesk(made));
  card = issueCard(world);
});

const invite = async (person = 'sato') =>
  (await invitePerson(world.context, { person, inviter: admin })).code;
const offerFor = async (person = 'sato') => begin(world, desk, await invite(person));
const approve = (offer: Offer, by = approver) =>
  approveRegistration(world.context, { registration: offer.registrationId, approver: by });
const stateOf = async ({ registrationId }: Offer) =>
  (await world.context.record.registrations.find(registrationId))?.state;

/** How it ended when it was refused; otherwise the outcome. */
function reasonOf(outcome: { readonly outcome: string; readonly reason?: string }): string {
  return outcome.reason ?? outcome.outcome;
}

describe('a registration', () => {
  it('begins with an invitation, is proved by the card and becomes a card by an approver', async () => {
    const offer = await offerFor();
    expect(offer).toMatchObject({ state: 'begun', personId: sato.personId });
    expect(reasonOf(await prove(world, desk, offer, card))).toBe('pending');
    expect(await world.context.record.cards.list()).toEqual([]);
    expect(reasonOf(await approve(offer))).toBe('approved');
    const [registered] = await world.context.record.cards.list();
    expect(registered).toMatchObject({ personId: sato.personId, kind: 'jpki', state: 'active' });
  });

  it('leaves no number and no certificate in clear: neither in the record nor in the trail', async () => {
    const offer = await proveCard(world, 'sato', card, desk);
    await approve(offer);
    const { record } = world.context;
    const everything = JSON.stringify([
      await record.registrations.list(),
      await record.cards.list(),
      await world.trail(),
    ]);
    expect(everything).not.toContain(card.serialNumber);
    expect(everything).not.toContain(Buffer.from(card.certificate).toString('base64').slice(0, 40));
  });

  it('is told in the trail, step by step', async () => {
    await registerCard(world, 'sato', card, desk);
    const steps = (await world.trail())
      .map(({ type }) => type)
      .filter((type) => /^(registration|person\.invited)/.test(type));
    expect(steps).toEqual([
      'person.invited',
      'registration.begun',
      'registration.proved',
      'registration.approved',
    ]);
  });
});

describe('an invitation is refused', () => {
  it('when nobody gave it out', async () => {
    expect(reasonOf(await tryBegin(world, desk, 'abcdefghijklmnopqrstuvwxyz'))).toBe('invitation-unknown');
  });

  it('when it was used', async () => {
    const code = await invite();
    await prove(world, desk, await begin(world, desk, code), card);
    expect(reasonOf(await tryBegin(world, desk, code))).toBe('invitation-used');
  });

  it('from its 72nd hour on', async () => {
    const code = await invite();
    world.clock.advance(72 * 3_600 - 1);
    expect(reasonOf(await tryBegin(world, desk, code))).toBe('begun');
    world.clock.advance(1);
    expect(reasonOf(await tryBegin(world, desk, code))).toBe('invitation-expired');
  });

  it('when its person was suspended since', async () => {
    const code = await invite();
    await suspendPerson(world.context, { person: 'sato', actor: admin });
    expect(reasonOf(await tryBegin(world, desk, code))).toBe('person-not-active');
  });

  it('at a reader that is disabled, unknown, or not the one that signed', async () => {
    const code = await invite();
    const { privateKey } = await generateKeyPair('ES256');
    expect(reasonOf(await tryBegin(world, desk, code, { iss: crypto.randomUUID() }))).toBe('reader-unknown');
    expect(reasonOf(await tryBegin(world, desk, code, { key: privateKey }))).toBe('message-malformed');
    await disableReader(world.context, { reader: 'desk', actor: admin });
    expect(reasonOf(await tryBegin(world, desk, code))).toBe('reader-disabled');
  });

  it('in a request that is stale or from the future', async () => {
    const code = await invite();
    const now = Math.floor(world.clock.now() / 1_000);
    expect(reasonOf(await tryBegin(world, desk, code, { iat: now - 32 }))).toBe('message-stale');
    expect(reasonOf(await tryBegin(world, desk, code, { iat: now + 6 }))).toBe('message-from-the-future');
  });

  it('is not given to people who are suspended or unknown', async () => {
    await suspendPerson(world.context, { person: 'sato', actor: admin });
    expect(await codeOf(invite())).toBe('ERR_PERSON_NOT_ACTIVE');
    expect(await codeOf(invite('nobody'))).toBe('ERR_PERSON_UNKNOWN');
  });

  it('stays good when the PIN was mistyped: beginning again costs no new one', async () => {
    const code = await invite();
    await begin(world, desk, code);
    expect(reasonOf(await prove(world, desk, await begin(world, desk, code), card))).toBe('pending');
  });
});

describe('a proof is refused, and changes nothing,', () => {
  it('for a registration that nobody began', async () => {
    const offer = { ...(await offerFor()), registrationId: crypto.randomUUID() as Offer['registrationId'] };
    expect(reasonOf(await prove(world, desk, offer, card))).toBe('registration-unknown');
  });

  it('from a reader that nobody added, and leaves nothing in the trail: anybody could fill it', async () => {
    const offer = await offerFor();
    const outcome = await prove(world, desk, offer, card, { iss: crypto.randomUUID() });
    expect(reasonOf(outcome)).toBe('reader-unknown');
    expect(await world.trail('registration.refused')).toEqual([]);
  });

  it('and the trail keeps no text of a stranger’s', async () => {
    const words = 'Sato Taro 0b00a1 '.repeat(500);
    const offer = { ...(await offerFor()), registrationId: words as Offer['registrationId'] };
    expect(reasonOf(await prove(world, desk, offer, card))).toBe('registration-unknown');
    const [refused] = await world.trail('registration.refused');
    expect(refused).toMatchObject({ reason: 'registration-unknown' });
    expect(refused).not.toHaveProperty('subject');
  });

  it('from another reader', async () => {
    const offer = await offerFor();
    const gate = await addEnrolledReader(world, 'gate');
    expect(reasonOf(await prove(world, gate, offer, card))).toBe('registration-of-another-reader');
    expect(await stateOf(offer)).toBe('begun');
  });

  it('from a reader disabled since', async () => {
    const offer = await offerFor();
    await disableReader(world.context, { reader: 'desk', actor: admin });
    expect(reasonOf(await prove(world, desk, offer, card))).toBe('reader-disabled');
  });

  it('from a reader that is disabled while the responder is asked', async () => {
    const offer = await offerFor();
    const { ocsp } = world.context;
    const slow: typeof ocsp = {
      async status(certificate, now) {
        await disableReader(world.context, { reader: 'desk', actor: admin });
        return ocsp.status(certificate, now);
      },
    };
    const context = { ...world.context, ocsp: slow };
    expect(reasonOf(await prove({ ...world, context }, desk, offer, card))).toBe('reader-disabled');
    expect(await stateOf(offer)).toBe('begun');
  });

  it('after five minutes', async () => {
    const [inTime, late] = [await offerFor(), await offerFor('suzuki')];
    world.clock.advanceMs(299_999);
    expect(reasonOf(await prove(world, desk, inTime, card))).toBe('pending');
    world.clock.advanceMs(1);
    expect(reasonOf(await prove(world, desk, late, issueCard(world)))).toBe('registration-expired');
  });

  it('a second time', async () => {
    const offer = await offerFor();
    await prove(world, desk, offer, card);
    expect(reasonOf(await prove(world, desk, offer, card))).toBe('registration-already-proved');
  });

  it('with another nonce', async () => {
    const offer = await offerFor();
    expect(reasonOf(await prove(world, desk, offer, card, { nonce: 'another-nonce-entirely' }))).toBe(
      'nonce-mismatch',
    );
  });

  it('without the PIN', async () => {
    const offer = await offerFor();
    expect(reasonOf(await prove(world, desk, offer, card, { evidence: evidenceOf(card) }))).toBe(
      'signature-required',
    );
    expect(await stateOf(offer)).toBe('begun');
  });

  it.each([
    ['for a sign-in', { purpose: 'login' }],
    ['for another provider', { issuer: 'https://evil.example' }],
    ['for another nonce', { nonce: 'another-nonce-entirely' }],
    ['without what it binds', { registration: undefined as never }],
  ] as const)('with a signature made %s', async (_name, changes) => {
    const offer = await offerFor();
    const evidence = registrationEvidence(world, desk, offer, card, changes);
    expect(reasonOf(await prove(world, desk, offer, card, { evidence }))).toBe('signature-invalid');
  });

  it.each([
    ['another registration', { registrationId: 'registration-2' }],
    ['another person', { personId: 'person-2' }],
    ['another wording of the consent', { consentSha256: 'ab'.repeat(32) }],
  ])('with a signature that binds %s', async (_name, changes) => {
    const offer = await offerFor();
    const { registrationId, personId, consentSha256 } = offer;
    const registration = { registrationId, personId, consentSha256, ...changes };
    const evidence = registrationEvidence(world, desk, offer, card, { registration });
    expect(reasonOf(await prove(world, desk, offer, card, { evidence }))).toBe('signature-invalid');
  });

  it('with a certificate of an authority that is not pinned', async () => {
    const { newer } = await createTestPki();
    const outcome = await prove(world, desk, await offerFor(), issueCard(world, { authority: newer }));
    expect(outcome).toMatchObject({ reason: 'certificate-refused', certificateReason: 'issuer-unknown' });
  });

  it('with a certificate that OCSP calls revoked', async () => {
    world.pki.newer.revoke(card.serialNumber, world.pki.now - 1_000);
    expect(reasonOf(await prove(world, desk, await offerFor(), card))).toBe('card-revoked');
  });

  it('with a certificate that OCSP calls revoked; and who has that card already is stopped', async () => {
    const cardId = await registerCard(world, 'sato', card, desk);
    const offer = await offerFor('suzuki');
    world.pki.newer.revoke(card.serialNumber, world.clock.now() - 60_000, 'keyCompromise');
    expect(reasonOf(await prove(world, desk, offer, card))).toBe('card-revoked');
    expect(await world.context.record.cards.find(cardId)).toMatchObject({
      ...{ state: 'revoked', revokedBy: 'issuer', revocationReason: 'keyCompromise' },
    });
    expect(await world.trail('card.revoked-by-ocsp')).toMatchObject([
      { subject: cardId, actor: actor('reader', desk.readerId) },
    ]);
  });

  it('with a certificate that its issuer has put on hold', async () => {
    world.pki.newer.revoke(card.serialNumber, world.pki.now - 1_000, 'certificateHold');
    expect(reasonOf(await prove(world, desk, await offerFor(), card))).toBe('card-on-hold');
  });

  it('when the person was suspended since it began', async () => {
    const offer = await offerFor();
    await suspendPerson(world.context, { person: 'sato', actor: admin });
    expect(reasonOf(await prove(world, desk, offer, card))).toBe('person-not-active');
  });

  it('when the card is registered already, to whomever', async () => {
    await registerCard(world, 'sato', card, desk);
    expect(reasonOf(await prove(world, desk, await offerFor('suzuki'), card))).toBe(
      'card-already-registered',
    );
    expect(reasonOf(await prove(world, desk, await offerFor('sato'), card))).toBe('card-already-registered');
  });

  it('when the card waits for approval already', async () => {
    await proveCard(world, 'sato', card, desk);
    expect(reasonOf(await prove(world, desk, await offerFor('suzuki'), card))).toBe('card-already-pending');
  });

  it('and is told so in the trail', async () => {
    await prove(world, desk, await offerFor(), card, { evidence: evidenceOf(card) });
    expect(await world.trail('registration.refused')).toMatchObject([
      { actor: `reader:${desk.readerId}`, reason: 'signature-required' },
    ]);
  });
});

describe('at the same moment', () => {
  it('two cards on one invitation: one waits for approval', async () => {
    const code = await invite();
    const offers = [await begin(world, desk, code), await begin(world, desk, code)];
    const outcomes = await Promise.all(offers.map((offer) => prove(world, desk, offer, issueCard(world))));
    expect(outcomes.map(reasonOf).sort()).toEqual(['invitation-used', 'pending']);
    expect(await world.context.record.registrations.list('pending')).toHaveLength(1);
  });

  it('one card for two people: one waits for approval', async () => {
    const offers = [await offerFor('sato'), await offerFor('suzuki')];
    const outcomes = await Promise.all(offers.map((offer) => prove(world, desk, offer, card)));
    expect(outcomes.map(reasonOf).sort()).toEqual(['card-already-pending', 'pending']);
  });

  it('ten approvers: one card', async () => {
    const offer = await proveCard(world, 'sato', card, desk);
    const approvers = Array.from({ length: 10 }, (_, index) => actor('os', index));
    const outcomes = await Promise.all(approvers.map((by) => approve(offer, by)));
    expect(outcomes.map(reasonOf).filter((reason) => reason === 'approved')).toHaveLength(1);
    expect(new Set(outcomes.map(reasonOf))).toEqual(new Set(['approved', 'registration-not-pending']));
    expect(await world.context.record.cards.list()).toHaveLength(1);
  });

  it('one approves and one rejects: one of them is heard', async () => {
    const offer = await proveCard(world, 'sato', card, desk);
    const reject = rejectRegistration(world.context, { registration: offer.registrationId, approver });
    const outcomes = (await Promise.all([approve(offer), reject])).map(reasonOf);
    expect(outcomes.filter((reason) => reason === 'registration-not-pending')).toHaveLength(1);
    expect(await world.context.record.cards.list()).toHaveLength(outcomes[0] === 'approved' ? 1 : 0);
  });
});

describe('an approval is refused, and makes no card,', () => {
  afterEach(async () => {
    expect(await world.context.record.cards.list()).toEqual([]);
  });

  it('of a registration that nobody began', async () => {
    const unknown = { registration: crypto.randomUUID(), approver };
    expect(await codeOf(approveRegistration(world.context, unknown))).toBe('ERR_REGISTRATION_UNKNOWN');
  });

  it('of one that is not proved yet', async () => {
    expect(reasonOf(await approve(await offerFor()))).toBe('registration-not-pending');
  });

  it('of one that was rejected', async () => {
    const offer = await proveCard(world, 'sato', card, desk);
    await rejectRegistration(world.context, { registration: offer.registrationId, approver });
    expect(reasonOf(await approve(offer))).toBe('registration-not-pending');
  });

  it('by the holder of the card', async () => {
    const offer = await proveCard(world, 'sato', card, desk);
    expect(reasonOf(await approve(offer, actor('person', sato.personId)))).toBe('approver-is-holder');
    expect(await stateOf(offer)).toBe('pending');
  });

  it('when the card was revoked since it was proved', async () => {
    const offer = await proveCard(world, 'sato', card, desk);
    world.pki.newer.revoke(card.serialNumber, world.pki.now);
    expect(reasonOf(await approve(offer))).toBe('card-revoked');
  });

  it('when the certificate expired since it was proved', async () => {
    const shortLived = issueCard(world, { notAfter: world.pki.now + 3_600_000 });
    const offer = await proveCard(world, 'sato', shortLived, desk);
    world.clock.advance(3_601);
    expect(await approve(offer)).toMatchObject({
      reason: 'certificate-refused',
      certificateReason: 'expired',
    });
  });

  it('when the person was suspended since it was proved', async () => {
    const offer = await proveCard(world, 'sato', card, desk);
    await suspendPerson(world.context, { person: 'sato', actor: admin });
    expect(reasonOf(await approve(offer))).toBe('person-suspended');
  });
});

describe('when the responder cannot be asked', () => {
  it('a proof is a fault; nothing was changed, and the same offer is proved later', async () => {
    const code = await invite();
    const offer = await begin(world, desk, code);
    world.ocsp.isDown = true;
    expect(await codeOf(prove(world, desk, offer, card))).toBe('ERR_OCSP_UNAVAILABLE');
    expect(await stateOf(offer)).toBe('begun');
    world.ocsp.isDown = false;
    expect(reasonOf(await prove(world, desk, offer, card))).toBe('pending');
  });

  it('an approval is a fault; the registration goes on waiting', async () => {
    const offer = await proveCard(world, 'sato', card, desk);
    world.ocsp.isDown = true;
    expect(await codeOf(approve(offer))).toBe('ERR_OCSP_UNAVAILABLE');
    expect(await stateOf(offer)).toBe('pending');
    expect(await world.context.record.cards.list()).toEqual([]);
    world.ocsp.isDown = false;
    expect(reasonOf(await approve(offer))).toBe('approved');
  });
});

describe('a rejected registration', () => {
  it('says who and why, and leaves the person free to begin again with the same card', async () => {
    const offer = await proveCard(world, 'sato', card, desk);
    const because = { registration: offer.registrationId, approver, reason: 'not seen in person' };
    expect(reasonOf(await rejectRegistration(world.context, because))).toBe('rejected');
    expect(await world.trail('registration.rejected')).toMatchObject([
      { actor: approver, details: { reasonGiven: true } },
    ]);
    const [told] = await world.context.record.notices.findAbout(offer.registrationId);
    expect(told).toMatchObject({ kind: 'registration-rejected', words: { en: 'not seen in person' } });
    expect(JSON.stringify(await world.trail())).not.toContain('not seen in person');
    await registerCard(world, 'sato', card, desk);
    expect(await world.context.record.cards.list()).toHaveLength(1);
  });
});
