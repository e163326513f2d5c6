import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CardId } from '../../../idp/domain/card.ts';
import type { Person, PersonId } from '../../../idp/domain/person.ts';
import {
  type Actor,
  actor,
  type InvitedRegistration,
  type ProvedCard,
  type RegistrationId,
  schedule,
} from '../../../idp/domain/registration.ts';
import { applyCrl } from '../../../idp/flows/apply-crl.ts';
import { suspendPerson } from '../../../idp/flows/change-person.ts';
import type { FlowContext } from '../../../idp/flows/context.ts';
import {
  type ApprovalOutcome,
  approveRegistration,
  rejectRegistration,
} from '../../../idp/flows/decide-registration.ts';
import { giveRoles } from '../../../idp/flows/give-roles.ts';
import { importPeople } from '../../../idp/flows/import-people.ts';
import { invitePerson } from '../../../idp/flows/invite-person.ts';
import { removeAnchor } from '../../../idp/flows/manage-anchors.ts';
import { cardOf } from '../../../idp/flows/registered-cards.ts';
import type { OcspAnswer } from '../../../idp/ports/jpki.ts';
import type { Card as RegisteredCard } from '../../../idp/ports/system-record.ts';
import { createTestPki, type TestPki } from '../../support/test-pki.ts';
import { begin, type Card, issueCard, type Offer, prove } from './world/cards.ts';
import {
  addEnrolledReader,
  addPeople,
  admin,
  approver,
  proveCard,
  type TestReader,
} from './world/people-and-places.ts';
import { createWorld, type World } from './world/world.ts';

const dayMs = 86_400_000;

let pki: TestPki;
let world: World;
let desk: TestReader;
let card: Card;
let offer: Offer;
let sato: Person;
let suzuki: Person;
/** An approver of the same organisation. */
let boss: Person;

beforeAll(async () => {
  pki = await createTestPki();
});

beforeEach(async () => {
  world = await createWorld(pki);
  [sato, suzuki, boss] = (await addPeople(world, 'sato', 'suzuki', 'boss')) as [Person, Person, Person];
  await giveRoles(world.context, { person: 'boss', roles: ['approver'], actor: admin });
  desk = await addEnrolledReader(world, 'desk', { kind: 'workstation' });
  card = issueCard(world);
  offer = await proveCard(world, 'sato', card, desk);
});

afterEach(() => world.close());

const by = (person: Person) => actor('person', person.personId);
const approve = (who: Actor = approver, context: FlowContext = world.context) =>
  approveRegistration(context, { registration: offer.registrationId, approver: who });
const reject = (who: Actor = approver) =>
  rejectRegistration(world.context, { registration: offer.registrationId, approver: who });
const pending = async () => {
  const registration = await world.context.record.registrations.find(offer.registrationId);
  return registration as InvitedRegistration & { proof: ProvedCard };
};
const cards = () => world.context.record.cards.list();

function reasonOf(outcome: { readonly outcome: string; readonly reason?: string }): string {
  return outcome.reason ?? outcome.outcome;
}

function told(outcome: ApprovalOutcome): string {
  if (outcome.outcome === 'approved') return 'approved';
  const { reason, certificateReason } = outcome;
  return certificateReason === undefined ? reason : `${reason}: ${certificateReason}`;
}

/** The responder says what it says, and something happens before its answer is used. */
function whileAsked(happens: () => Promise<unknown>): FlowContext {
  const { ocsp } = world.context;
  return {
    ...world.context,
    ocsp: {
      async status(certificate, now) {
        const answer = await ocsp.status(certificate, now);
        await happens();
        return answer;
      },
    },
  };
}

function answering(change: (answer: OcspAnswer) => OcspAnswer): FlowContext {
  const { ocsp } = world.context;
  const status = async (...asked: Parameters<typeof ocsp.status>) => change(await ocsp.status(...asked));
  return { ...world.context, ocsp: { status } };
}

/** The list of the card's municipality, naming it. */
async function listed(): Promise<unknown> {
  const thisUpdate = world.clock.now() - 3_600_000;
  const entries = [{ serialNumber: card.serialNumber, revocationDate: thisUpdate - dayMs }];
  const list = pki.newer.issueCrl({ thisUpdate, nextUpdate: thisUpdate + 2 * dayMs, crlNumber: 10, entries });
  const reading = await world.context.crlWorker.read(list);
  return applyCrl(world.context, { reading, from: 'test', actor: schedule });
}

/** The very same certificate as a card of somebody. */
async function bound(personId: PersonId, changes: Partial<RegisteredCard> = {}): Promise<void> {
  const registration = await pending();
  const same = cardOf('bound-already' as CardId, { ...registration, personId }, registration.proof);
  await world.context.record.change((tables) => tables.cards.add({ ...same, ...changes }));
}

async function alsoPending(personId: PersonId): Promise<void> {
  const other = {
    ...(await pending()),
    personId,
    registrationId: 'another' as RegistrationId,
    nonce: 'another',
  };
  await world.context.record.change((tables) => tables.registrations.add(other));
}

const setState = (person: Person, state: Person['state']) =>
  world.context.record.change((tables) => tables.people.setState(person.personId, 'active', state));
const moveTo = (elsewhere: string, person: Person) =>
  importPeople(world.context, { people: [{ ...person, organization: elsewhere }], actor: admin });
const removeEvery = async (certificates: readonly Uint8Array[]) => {
  for (const { fingerprint, der } of world.context.anchors.list()) {
    if (certificates.some((one) => Buffer.compare(one, der) === 0)) {
      await removeAnchor(world.context, { fingerprint, actor: admin });
    }
  }
};
const end = async () => (await pending()).proof.notAfter;

/** What may have happened since the card was held; whoever approves is told exactly that. */
const meanwhile: readonly (readonly [reason: string, what: string, happens: () => Promise<unknown>])[] = [
  ['card-revoked-by-list', 'a list names the certificate', () => listed()],
  [
    'card-suspended',
    'the card is bound to the person, and suspended',
    () => bound(sato.personId, { state: 'suspended' }),
  ],
  [
    'card-revoked',
    'the card is bound to the person, and revoked',
    () => bound(sato.personId, { state: 'revoked', revokedBy: 'operator' }),
  ],
  ['card-already-registered', 'the card is bound to the person already', () => bound(sato.personId)],
  ['card-registered-to-another', 'the card is bound to somebody else', () => bound(suzuki.personId)],
  [
    'card-registered-to-another',
    'somebody else’s card is this one, and suspended',
    () => bound(suzuki.personId, { state: 'suspended' }),
  ],
  ['card-already-pending', 'the card waits twice for the same person', () => alsoPending(sato.personId)],
  [
    'card-pending-for-another',
    'the card waits for somebody else as well',
    () => alsoPending(suzuki.personId),
  ],
  [
    'person-suspended',
    'the person is suspended',
    () => suspendPerson(world.context, { person: 'sato', actor: admin }),
  ],
  ['person-left', 'the person leaves', () => setState(sato, 'left')],
  ['person-moved', 'the person moves to another organisation', () => moveTo('Kobe', sato)],
  [
    'certificate-refused: expired',
    'the certificate ends',
    async () => world.clock.advanceMs((await end()) - world.clock.now() + 1_000),
  ],
  [
    'certificate-refused: issuer-unknown',
    'the anchor is removed',
    () => removeEvery([pki.newer.certificate]),
  ],
  [
    'certificate-refused: no-anchor',
    'every anchor is removed',
    () => removeEvery([pki.older.certificate, pki.newer.certificate]),
  ],
  ['approver-not-entitled', 'the approver is suspended', () => setState(boss, 'suspended')],
  [
    'approver-not-entitled',
    'the approver is approver no longer',
    () => giveRoles(world.context, { person: 'boss', roles: ['auditor'], actor: admin }),
  ],
  [
    'approver-of-another-organization',
    'the approver moves to another organisation',
    () => moveTo('Kobe', boss),
  ],
  ['registration-not-pending', 'another approver rejects it', () => reject()],
];

describe.each(meanwhile)('an approval is refused with %s when %s', (reason, _what, happens) => {
  afterEach(async () => {
    expect((await cards()).filter(({ cardId }) => cardId !== 'bound-already')).toEqual([]);
    const refusals = await world.trail('registration.refused');
    expect(refusals.at(-1)).toMatchObject({
      reason: reason.split(':')[0],
      actor: by(boss),
      subject: offer.registrationId,
    });
    if (reason !== 'registration-not-pending') expect((await pending()).state).toBe('pending');
  });

  it('before it', async () => {
    await happens();
    expect(told(await approve(by(boss)))).toBe(reason);
  });

  it('while the responder is asked', async () => {
    expect(told(await approve(by(boss), whileAsked(happens)))).toBe(reason);
  });
});

describe('an approval is refused, and makes no card,', () => {
  afterEach(async () => {
    expect(await cards()).toEqual([]);
    expect((await pending()).state).toBe('pending');
  });

  it('with card-revoked when OCSP says so', async () => {
    pki.newer.revoke(card.serialNumber, pki.now, 'keyCompromise');
    expect(told(await approve())).toBe('card-revoked');
  });

  it('with card-revoked ever after, when another responder lags behind and says good; the answer is kept', async () => {
    pki.newer.revoke(card.serialNumber, pki.now, 'keyCompromise');
    await approve();
    const lagging = answering(({ evidence }) => ({ status: 'good', thisUpdate: pki.now, evidence }));
    expect(told(await approve(approver, lagging))).toBe('card-revoked');
    const [event] = await world.trail('registration.revoked-by-ocsp');
    expect(event).toMatchObject({ subject: offer.registrationId, reason: 'keyCompromise' });
    expect((await pending()).approvalEvidence?.sha256).toBe(event?.details?.ocspSha256);
  });

  it('with card-on-hold when OCSP says that the issuer put it on hold', async () => {
    pki.newer.revoke(card.serialNumber, pki.now, 'certificateHold');
    expect(told(await approve())).toBe('card-on-hold');
  });

  it('with card-unknown-to-issuer when the responder does not know it', async () => {
    const unknown = answering(({ evidence }) => ({ status: 'unknown', evidence }));
    expect(told(await approve(approver, unknown))).toBe('card-unknown-to-issuer');
  });

  it('with certificate-refused when its anchor has expired, though the certificate has not', async () => {
    const { notAfter } = world.context.anchors
      .list()
      .find(({ der }) => Buffer.compare(der, pki.older.certificate) === 0)!;
    const outlives = { authority: pki.older, notBefore: notAfter - dayMs, notAfter: notAfter + dayMs };
    world.clock.advanceMs(notAfter - world.clock.now() - 60_000);
    card = issueCard(world, outlives);
    offer = await proveCard(world, 'suzuki', card, desk);
    world.clock.advanceMs(61_000);
    expect(told(await approve())).toBe('certificate-refused: issuer-expired');
  });

  it('with ocsp-older-than-proof when the answer was made for many, and before the card was held', async () => {
    const before = (await pending()).proof.provedAt - 1_000;
    const stale = answering((answer) => ({
      ...answer,
      evidence: { ...answer.evidence, boreNonce: false, producedAt: before },
    }));
    expect(told(await approve(approver, stale))).toBe('ocsp-older-than-proof');
  });

  it.each([
    ['approver-is-holder', () => by(sato)],
    ['approver-of-another-organization', () => by(suzuki)],
    ['approver-not-entitled', () => actor('person', 'nobody')],
    ['approver-not-entitled', () => actor('person', 'boss')],
    ['approver-not-entitled', () => actor('reader', desk.readerId)],
    ['approver-not-entitled', () => schedule],
  ])('with %s', async (reason, who) => {
    await moveTo('Kobe', suzuki);
    for (const person of ['sato', 'suzuki']) {
      await giveRoles(world.context, { person, roles: ['administrator'], actor: admin });
    }
    expect(told(await approve(who()))).toBe(reason);
  });

  it('with approver-is-inviter, when that is a person: one alone makes nobody’s card', async () => {
    const { code } = await invitePerson(world.context, { person: 'suzuki', inviter: by(boss) });
    offer = await begin(world, desk, code);
    await prove(world, desk, offer, issueCard(world));
    expect(told(await approve(by(boss)))).toBe('approver-is-inviter');
  });
});

describe('an approval stands', () => {
  it('by the operator of the machine who invited: a trial of one person can work', async () => {
    expect((await pending()).inviter).toBe(admin);
    expect(told(await approve(admin))).toBe('approved');
  });

  it('by an approver of the organisation, on an answer made after the card was held', async () => {
    const now = (await pending()).proof.provedAt;
    const withoutNonce = answering((answer) => ({
      ...answer,
      evidence: { ...answer.evidence, boreNonce: false, producedAt: now },
    }));
    expect(told(await approve(by(boss), withoutNonce))).toBe('approved');
  });
});

describe('a rejection is refused', () => {
  it.each([
    ['approver-not-entitled', () => actor('person', 'nobody')],
    ['approver-of-another-organization', () => by(suzuki)],
  ])('with %s', async (reason, who) => {
    await moveTo('Kobe', suzuki);
    await giveRoles(world.context, { person: 'suzuki', roles: ['approver'], actor: admin });
    expect(reasonOf(await reject(who()))).toBe(reason);
    expect((await pending()).state).toBe('pending');
  });
});

describe('at the same moment', () => {
  it('fifty approve: one card', async () => {
    const approvers = Array.from({ length: 50 }, (_, n) => actor('os', n));
    const outcomes = await Promise.all(approvers.map((who) => approve(who)));
    expect(outcomes.map(told).filter((one) => one === 'approved')).toHaveLength(1);
    expect(new Set(outcomes.map(told))).toEqual(new Set(['approved', 'registration-not-pending']));
    expect(await cards()).toHaveLength(1);
    expect(await world.trail('registration.approved')).toHaveLength(1);
  });

  it('twenty-five approve and twenty-five reject: one of them is heard', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, (_, n) => (n % 2 === 0 ? approve(actor('os', n)) : reject(actor('os', n)))),
    );
    const heard = outcomes.map(reasonOf).filter((one) => one !== 'registration-not-pending');
    expect(heard).toHaveLength(1);
    expect(await cards()).toHaveLength(heard[0] === 'approved' ? 1 : 0);
  });

  /** Whichever is first: nothing that works is left. */
  it.each([
    ['a list that names the card is applied', listed, ['card-revoked-by-list']],
    [
      'the person is suspended',
      () => suspendPerson(world.context, { person: 'sato', actor: admin }),
      ['person-suspended'],
    ],
    [
      'the anchor is removed',
      () => removeEvery([pki.newer.certificate]),
      ['certificate-refused: issuer-unknown'],
    ],
  ])('fifty approve and %s', async (_what, happens, reasons) => {
    const outcomes = Promise.all(Array.from({ length: 50 }, (_, n) => approve(actor('os', n))));
    const [all] = await Promise.all([outcomes, happens()]);
    const approved = all.map(told).filter((one) => one === 'approved');
    expect(approved.length).toBeLessThanOrEqual(1);
    const allowed = new Set(['approved', 'registration-not-pending', ...reasons]);
    expect(all.map(told).filter((one) => !allowed.has(one))).toEqual([]);
    const [registered, ...others] = await cards();
    expect(others).toEqual([]);
    expect(registered === undefined).toBe(approved.length === 0);
    if (registered === undefined) return;
    const [facts] = await world.context.record.factsOf(registered.cardKey);
    const certificate = world.context.certificates.verify(card.certificate, world.clock.now());
    expect([facts?.state, facts?.person.state, certificate.outcome]).not.toEqual([
      'active',
      'active',
      'verified',
    ]);
  });
});
