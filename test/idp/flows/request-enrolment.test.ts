import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { toAcr } from '../../../idp/domain/assurance.ts';
import { type CardNumber, parseCardNumber } from '../../../idp/domain/card.ts';
import { deviceProfileOf } from '../../../idp/domain/device-presets.ts';
import type { WriteBack } from '../../../idp/domain/device-profile.ts';
import type { ClientId } from '../../../idp/domain/login-policy.ts';
import { noticeText } from '../../../idp/domain/notice-texts.ts';
import type { Person } from '../../../idp/domain/person.ts';
import { actor } from '../../../idp/domain/registration.ts';
import { suspendCard } from '../../../idp/flows/change-card.ts';
import { suspendPerson } from '../../../idp/flows/change-person.ts';
import { approveRegistration, rejectRegistration } from '../../../idp/flows/decide-registration.ts';
import { forgetPerson } from '../../../idp/flows/forget-person.ts';
import { giveRoles } from '../../../idp/flows/give-roles.ts';
import { leavePerson } from '../../../idp/flows/leave-person.ts';
import { logInFromDevice } from '../../../idp/flows/log-in-from-device.ts';
import { requireClient } from '../../../idp/flows/manage-clients.ts';
import {
  type EnrolmentOutcome,
  type EnrolmentRequest,
  requestEnrolment,
} from '../../../idp/flows/request-enrolment.ts';
import type { LdapClient } from '../../../idp/ports/clients.ts';
import type { Erasure } from '../../../idp/ports/erasure.ts';
import { createTestPki, type TestPki } from '../../support/test-pki.ts';
import { addDevice, addPeople, admin, approver } from './world/people-and-places.ts';
import { createWorld, issuer, type World } from './world/world.ts';

const copierId = 'client-copier' as ClientId;
const number = (n: number): CardNumber => parseCardNumber('felica', n.toString(16).padStart(16, '0'));

let pki: TestPki;
let world: World;
let sato: Person;
let suzuki: Person;
let boss: Person;

beforeAll(async () => {
  pki = await createTestPki();
});

beforeEach(async () => {
  world = await createWorld(pki);
  [sato, suzuki, boss] = (await addPeople(world, 'sato', 'suzuki', 'boss')) as [Person, Person, Person];
  await giveRoles(world.context, { person: 'boss', roles: ['approver'], actor: admin });
  await addCopier({ perPersonPerDay: 2, perDevicePerDay: 3 });
});

afterEach(() => world.close());

/** A copier with a reader of its own for FeliCa cards, made from a printer. */
async function addCopier(
  writeBack: WriteBack | undefined,
  changes: Partial<LdapClient> = {},
  policy: Partial<LdapClient['policy']> = {},
): Promise<void> {
  const { clientId } = await addDevice(world, 'printer', true);
  const printer = requireClient(world.context, clientId) as LdapClient;
  const profile = deviceProfileOf('card-search', { cardKind: 'felica', cardAttributes: ['pager'] });
  const copier: LdapClient = {
    ...printer,
    ...{ name: 'Copier 3F', profile: { ...profile, ...(writeBack && { writeBack }) } },
    ...changes,
    policy: { ...printer.policy, clientId: copierId, acceptedAcr: [toAcr('idm')], ...policy },
  };
  await world.context.record.change((tables) => tables.clients.add(copier));
  await world.context.clients.reload(world.context.record);
}

const request = (n: number, changes: Partial<EnrolmentRequest> = {}): Promise<EnrolmentOutcome> =>
  requestEnrolment(world.context, {
    ...{ clientId: copierId, uid: 'sato', boundBy: 'person-bind', number: number(n), secure: true },
    ...changes,
  });
const requestId = async (n: number, changes: Partial<EnrolmentRequest> = {}): Promise<string> => {
  const outcome = await request(n, changes);
  if (outcome.outcome !== 'requested') throw new Error(outcome.reason);
  return outcome.registrationId;
};
const reasonOf = (outcome: EnrolmentOutcome) =>
  outcome.outcome === 'requested' ? outcome.outcome : outcome.reason;
const approve = async (registration: string, faceToFace = true, by = approver) => {
  const outcome = await approveRegistration(world.context, { registration, approver: by, faceToFace });
  return outcome.outcome === 'approved' ? outcome.outcome : outcome.reason;
};
const signIn = async (n: number) => {
  const outcome = await logInFromDevice(world.context, { clientId: copierId, number: number(n) });
  return outcome.outcome === 'granted' ? outcome.person.uid : outcome.reason;
};
const waiting = () => world.context.record.registrations.list('pending');

describe('a card that somebody asks for at a device', () => {
  it('waits with its origin, its number sealed, and signs nobody in', async () => {
    const id = await requestId(0xabcdef01, { boundBy: 'card-bind' });
    expect(await waiting()).toMatchObject([
      {
        ...{ origin: 'device', registrationId: id, personId: sato.personId, clientId: copierId },
        ...{ boundBy: 'card-bind', requested: { kind: 'felica' } },
      },
    ]);
    expect(await signIn(0xabcdef01)).toBe('unknown-card');
    expect(await world.context.record.cards.list()).toEqual([]);
    const [registration] = await waiting();
    const written = JSON.stringify([registration, await world.trail()]);
    expect(written).not.toMatch(/abcdef01/i);
    if (registration?.origin !== 'device') throw new Error('of a device');
    const { sealedNumber, cardKey } = registration.requested;
    const opened = world.context.numbers.open(sealedNumber, cardKey);
    expect(Buffer.from(opened).toString()).toBe('00000000abcdef01');
  });

  it('is told to the person, with the device and what to do', async () => {
    const id = await requestId(1);
    const [notice] = await world.context.record.notices.findAbout(id);
    expect(notice).toMatchObject({ kind: 'registration-requested', personId: sato.personId });
    const { text } = noticeText({ ...notice!, issuer, name: '佐藤' });
    expect(text).toContain('機器: Copier 3F');
    expect(text).toContain('Device: Copier 3F');
    expect(text).toContain('心当たりがない場合は');
  });

  it('stands in the trail with the device and the person', async () => {
    const id = await requestId(1);
    expect(await world.trail('registration.requested')).toMatchObject([
      { actor: actor('client', copierId), subject: id, details: { person: sato.personId, kind: 'felica' } },
    ]);
  });

  it('is asked for once, however often the device sends it', async () => {
    const ids = await Promise.all([requestId(1), requestId(1), requestId(1)]);
    expect(new Set(ids).size).toBe(1);
    expect(await waiting()).toHaveLength(1);
    expect(await request(2)).toMatchObject({ outcome: 'requested' });
  });
});

describe('a request is refused', () => {
  const replaced: readonly (readonly [string, string, () => Promise<EnrolmentOutcome>])[] = [
    ['a device that nobody knows', 'device-disabled', () => request(1, { clientId: 'none' as ClientId })],
    ['plaintext', 'confidentiality-required', () => request(1, { secure: false })],
    [
      'a My Number Card',
      'signature-required',
      () => request(1, { number: parseCardNumber('jpki', '0a0b0c0d') }),
    ],
    ['nobody', 'person-not-admitted', () => request(1, { uid: 'nobody' })],
  ];
  it.each(replaced)('of %s: %s', async (_, reason, ask) => {
    expect(reasonOf(await ask())).toBe(reason);
    expect(await waiting()).toEqual([]);
    expect(await world.trail('registration.refused')).toMatchObject([{ reason }]);
  });

  it.each([
    ['write-back-not-allowed', undefined, {}, {}],
    ['device-disabled', { perPersonPerDay: 1, perDevicePerDay: 1 }, {}, { clientState: 'disabled' }],
    ['person-not-admitted', { perPersonPerDay: 1, perDevicePerDay: 1 }, {}, { requiredGroups: ['others'] }],
    [
      'person-not-admitted',
      { perPersonPerDay: 1, perDevicePerDay: 1 },
      {},
      { hours: [{ days: [], fromMinute: 0, untilMinute: 1 }] },
    ],
    ['quota-of-person', { perPersonPerDay: 0, perDevicePerDay: 1 }, {}, {}],
    ['quota-of-device', { perPersonPerDay: 1, perDevicePerDay: 0 }, {}, {}],
  ] as const)('as %s, by what the device is set to', async (reason, writeBack, changes, policy) => {
    await world.close();
    world = await createWorld(pki);
    await addPeople(world, 'sato');
    await addCopier(writeBack, changes, policy);
    expect(reasonOf(await request(1))).toBe(reason);
    expect(await waiting()).toEqual([]);
  });

  it('over plaintext only where the device may', async () => {
    await world.close();
    world = await createWorld(pki);
    await addPeople(world, 'sato');
    await addCopier({ perPersonPerDay: 1, perDevicePerDay: 1 }, { allowPlaintext: true });
    expect(reasonOf(await request(1, { secure: false }))).toBe('requested');
  });

  it('of somebody who was suspended since they bound', async () => {
    await suspendPerson(world.context, { person: 'sato', actor: admin });
    expect(reasonOf(await request(1))).toBe('person-not-admitted');
  });

  it('of somebody whose card, which let them in, was suspended since', async () => {
    await approve(await requestId(1));
    const [card] = await world.context.record.cards.list();
    const { cardId } = card!;
    await suspendCard(world.context, { card: cardId, actor: admin });
    expect(reasonOf(await request(2, { cardId }))).toBe('person-not-admitted');
  });

  it('of a card that the person has already, and told so', async () => {
    expect(await approve(await requestId(1))).toBe('approved');
    expect(reasonOf(await request(1))).toBe('card-already-registered');
  });
});

describe('the quota', () => {
  it('is by person and day in Japan, whatever became of what was asked for', async () => {
    // 8:00 in Japan.
    world.clock.set(Date.UTC(2026, 10, 20, 23, 0, 0));
    await rejectRegistration(world.context, { registration: await requestId(1), approver });
    await requestId(2);
    expect(reasonOf(await request(3))).toBe('quota-of-person');
    world.clock.set(Date.UTC(2026, 10, 21, 14, 59, 59));
    expect(reasonOf(await request(3))).toBe('quota-of-person');
    world.clock.set(Date.UTC(2026, 10, 21, 15, 0, 0));
    expect(reasonOf(await request(3))).toBe('requested');
  });

  it('is by device, over all people', async () => {
    await requestId(1);
    await requestId(2);
    await requestId(3, { uid: 'suzuki' });
    expect(reasonOf(await request(4, { uid: 'suzuki' }))).toBe('quota-of-device');
  });

  it('holds for twenty at once', async () => {
    const outcomes = await Promise.all(Array.from({ length: 20 }, (_, n) => request(n + 1)));
    expect(outcomes.filter(({ outcome }) => outcome === 'requested')).toHaveLength(2);
    expect(await waiting()).toHaveLength(2);
  });

  it('counts numbers that somebody else has like any other', async () => {
    await approve(await requestId(9, { uid: 'suzuki' }));
    expect(await request(9)).toMatchObject({ outcome: 'requested', isOfAnother: true });
    // Repeated, it is no guess any more: a device that is slowed by it would tell that somebody has the number.
    expect(await request(9)).toMatchObject({ outcome: 'requested', isOfAnother: false });
    expect(await request(1)).toMatchObject({ outcome: 'requested', isOfAnother: false });
    expect(reasonOf(await request(9_999))).toBe('quota-of-person');
  });
});

describe('approval', () => {
  it('needs the approver face to face with the person, and then the card signs in for five years', async () => {
    const id = await requestId(1);
    expect(await approve(id, false)).toBe('face-to-face-required');
    expect(await signIn(1)).toBe('unknown-card');
    expect(await approve(id)).toBe('approved');
    expect(await signIn(1)).toBe('sato');
    const [card] = await world.context.record.cards.list();
    const now = new Date(world.clock.now());
    expect(card).toMatchObject({ kind: 'felica', personId: sato.personId, notBefore: now.getTime() });
    expect(new Date(card!.notAfter).getUTCFullYear()).toBe(now.getUTCFullYear() + 5);
    expect(await world.trail('registration.approved')).toMatchObject([{ details: { faceToFace: true } }]);
    const told = await world.context.record.notices.findAbout(id);
    expect(told.map(({ kind }) => kind).sort()).toEqual(['registration-approved', 'registration-requested']);
    await suspendPerson(world.context, { person: 'sato', actor: admin });
    expect(await signIn(1)).toBe('person-suspended');
  });

  it('is not by the holder, nor by somebody without the role', async () => {
    await giveRoles(world.context, { person: 'sato', roles: ['approver'], actor: admin });
    const id = await requestId(1);
    expect(await approve(id, true, actor('person', sato.personId))).toBe('approver-is-holder');
    expect(await approve(id, true, actor('person', suzuki.personId))).toBe('approver-not-entitled');
    expect(await approve(id, true, actor('person', boss.personId))).toBe('approved');
  });

  it('is one of two at once', async () => {
    const id = await requestId(1);
    const outcomes = await Promise.all([approve(id), approve(id)]);
    expect(outcomes.sort()).toEqual(['approved', 'registration-not-pending']);
    expect(await world.context.record.cards.list()).toHaveLength(1);
  });

  it('of a number that two asked for at once is of neither, before the other is rejected', async () => {
    const [ofSato, ofSuzuki] = await Promise.all([requestId(1), requestId(1, { uid: 'suzuki' })]);
    expect(await approve(ofSato)).toBe('card-pending-for-another');
    expect(await approve(ofSuzuki)).toBe('card-pending-for-another');
    await rejectRegistration(world.context, { registration: ofSuzuki, approver });
    expect(await approve(ofSato)).toBe('approved');
    expect(await signIn(1)).toBe('sato');
  });

  it('of a card that somebody else has is refused', async () => {
    await approve(await requestId(1, { uid: 'suzuki' }));
    expect(await approve(await requestId(1))).toBe('card-registered-to-another');
    expect(await signIn(1)).toBe('suzuki');
  });

  it.each([
    ['person-suspended', () => suspendPerson(world.context, { person: 'sato', actor: admin })],
    ['registration-not-pending', () => leavePerson(world.context, { person: 'sato', actor: admin })],
  ] as const)('looks at the person again: %s', async (reason, happens) => {
    const id = await requestId(1);
    await happens();
    expect(await approve(id)).toBe(reason);
  });

  it('is not after a rejection, of which the person is told', async () => {
    const id = await requestId(1);
    const reason = 'not their card';
    await rejectRegistration(world.context, { registration: id, approver, reason });
    expect(await approve(id)).toBe('registration-not-pending');
    const told = await world.context.record.notices.findAbout(id);
    expect(told.find(({ kind }) => kind === 'registration-rejected')?.words?.en).toBe(reason);
  });
});

it('what a device asked for is looked for in every file when the person is forgotten', async () => {
  const id = await requestId(1);
  await rejectRegistration(world.context, { registration: id, approver });
  const [registration] = await world.context.record.registrations.findByPerson(sato.personId);
  if (registration?.origin !== 'device') throw new Error('of a device');
  await leavePerson(world.context, { person: 'sato', actor: admin });
  const looked: (string | Uint8Array)[] = [];
  const erasure: Erasure = {
    erase: async (traces) => {
      if (traces !== 'everything') looked.push(...traces);
    },
  };
  await forgetPerson({ ...world.context, erasure }, { person: 'sato', actor: admin });
  const { sealedNumber, cardKey } = registration.requested;
  expect(looked).toContain(sealedNumber);
  expect(looked.map((trace) => Buffer.from(trace).toString('hex'))).toContain(cardKey);
  expect(await world.context.record.registrations.findByPerson(sato.personId)).toEqual([]);
});
