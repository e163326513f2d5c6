import { beforeEach, describe, expect, it } from 'vitest';
import type { CrlOrder } from '../../../idp/demo/authority/certification-authority.ts';
import { parseSerialNumber } from '../../../idp/domain/certificate-id.ts';
import { inJapan } from '../../../idp/domain/crl-alarm.ts';
import { schedule } from '../../../idp/domain/registration.ts';
import { acceptCrl } from '../../../idp/flows/accept-crl.ts';
import { changeClientPolicy, type RevocationPolicy } from '../../../idp/flows/change-client-policy.ts';
import type { FlowContext } from '../../../idp/flows/context.ts';
import { fetchCrls } from '../../../idp/flows/fetch-crls.ts';
import { importCrl } from '../../../idp/flows/import-crl.ts';
import { logInFromDevice } from '../../../idp/flows/log-in-from-device.ts';
import { listStandings, watchFreshness } from '../../../idp/flows/watch-freshness.ts';
import { aCardInUse, eachTestInAWorldOfItsOwn } from './world/a-card-in-use.ts';
import { type Card, issueCard } from './world/cards.ts';
import { addEnrolledReader, admin, registerCard } from './world/people-and-places.ts';
import { codeOf, type World } from './world/world.ts';

const hour = 3_600;
const hourMs = hour * 1_000;

let world: World;
let card: Card;
let printer: string;
let context: FlowContext;
let log: string[];

eachTestInAWorldOfItsOwn(async (made) => {
  ({ world, card, printer } = await aCardInUse(made));
  log = [];
  context = { ...world.context, log: (line) => log.push(line) };
});

const nobody: NonNullable<CrlOrder['entries']> = [];

/** A list of this moment, good for two days. */
function list(changes: Partial<CrlOrder> = {}): Uint8Array {
  const thisUpdate = world.clock.now();
  const order = { thisUpdate, nextUpdate: thisUpdate + 48 * hourMs, crlNumber: 10, entries: nobody };
  return world.pki.newer.issueCrl({ ...order, ...changes });
}

const bring = (bytes: Uint8Array) => importCrl(context, { list: bytes, from: 'test', actor: admin });
const demand = (changes: Partial<RevocationPolicy>) =>
  changeClientPolicy(context, { client: 'printer', changes, actor: admin });

async function ask(): Promise<string> {
  const number = { kind: 'jpki', value: parseSerialNumber(card.serialNumber) } as const;
  const outcome = await logInFromDevice(context, { clientId: printer, number });
  return outcome.outcome === 'granted' ? 'granted' : outcome.reason;
}

const stages = async () => (await world.trail('crl.alarm')).map(({ reason }) => reason);
const states = async () => (await listStandings(context)).map(({ state }) => state);

describe('the policy of a client', () => {
  it('is changed from one moment to the next, and the trail says what it is now', async () => {
    await demand({ maxRevocationAgeSeconds: 24 * hour, staleGraceSeconds: 6 * hour });
    expect(await world.trail('client.policy-changed')).toMatchObject([
      {
        actor: admin,
        subject: printer,
        details: { maxRevocationAgeSeconds: 24 * hour, staleGraceSeconds: 6 * hour },
      },
    ]);
    expect(context.clients.find('printer')?.policy).toMatchObject({
      maxRevocationAgeSeconds: 24 * hour,
      ocspOnEveryUse: false,
      reader: 'own',
    });
  });

  it('that is as it was leaves no line', async () => {
    await demand({ staleGraceSeconds: 0 });
    await demand({});
    expect(await world.trail('client.policy-changed')).toEqual([]);
  });

  it('of a client that nobody knows cannot be changed', async () => {
    const unknown = changeClientPolicy(context, { client: 'x', changes: {}, actor: admin });
    expect(await codeOf(unknown)).toBe('ERR_CLIENT_UNKNOWN');
  });
});

describe('a card of a list that is too old', () => {
  beforeEach(() => bring(list()));

  it('is refused without grace, and nobody is told of a sign-in that was not', async () => {
    world.clock.advance(48 * hour);
    expect(await ask()).toBe('granted');
    world.clock.advance(1);
    expect(await ask()).toBe('revocation-unknown');
    expect(await stages()).toEqual([]);
  });

  it('is let in for the hours of grace and not a second longer; the trail calls each such sign-in stale', async () => {
    await demand({ staleGraceSeconds: 6 * hour });
    world.clock.advance(54 * hour);
    expect(await ask()).toBe('granted');
    world.clock.advance(1);
    expect(await ask()).toBe('revocation-unknown');
    expect(await world.trail('login.granted')).toMatchObject([{ details: { stale: true } }]);
  });

  it('raises one alarm however often it is let in, and another one by the next list that grows old', async () => {
    await demand({ staleGraceSeconds: 6 * hour });
    world.clock.advance(50 * hour);
    for (let n = 0; n < 3; n += 1) await ask();
    expect(await stages()).toEqual(['grace']);
    expect(log).toEqual([expect.stringContaining('“printer” lets taps without PIN in by its grace')]);
    await bring(list({ crlNumber: 11 }));
    await ask();
    world.clock.advance(50 * hour);
    await ask();
    expect(await stages()).toEqual(['grace', 'grace']);
  });
});

describe('a card that only OCSP ever spoke for', () => {
  it('is let in by grace with one alarm for all such cards of a list that never came', async () => {
    await demand({ staleGraceSeconds: 24 * hour });
    const desk = await addEnrolledReader(world, 'door', { kind: 'workstation' });
    world.clock.advance(hour);
    const later = issueCard(world);
    await registerCard(world, 'sato', later, desk);
    world.clock.advance(50 * hour);
    expect(await ask()).toBe('granted');
    card = later;
    expect(await ask()).toBe('granted');
    expect(await stages()).toEqual(['grace']);
    expect(log).toEqual([expect.stringContaining('no list of CN=Demo-shi CRLDP')]);
  });
});

describe('an alarm', () => {
  it('comes before the list is over, once, and once more when it is', async () => {
    await bring(list());
    world.clock.advance(36 * hour);
    expect(await watchFreshness(context)).toBe(0);
    world.clock.advance(1);
    expect(await watchFreshness(context)).toBe(1);
    world.clock.advance(11 * hour);
    expect(await watchFreshness(context)).toBe(0);
    world.clock.advance(1 * hour);
    expect([await watchFreshness(context), await watchFreshness(context)]).toEqual([1, 0]);
    expect(await stages()).toEqual(['soon', 'expired']);
    expect(log[0]).toContain('Demo-shi CRLDP');
    expect(log[0]).toContain('kazasu crl import');
  });

  it('says which list, and when it stops counting', async () => {
    const thisUpdate = world.clock.now();
    await bring(list());
    world.clock.advance(40 * hour);
    await watchFreshness(context);
    expect(await world.trail('crl.alarm')).toMatchObject([
      {
        actor: schedule,
        reason: 'soon',
        details: {
          crlNumber: '10',
          deadline: thisUpdate + 48 * hourMs,
          issuerKeyId: world.pki.newer.issuerKeyId,
        },
      },
    ]);
  });

  it('goes by the strictest client, and a stricter one is a new occasion', async () => {
    await bring(list());
    world.clock.advance(40 * hour);
    await watchFreshness(context);
    await demand({ maxRevocationAgeSeconds: 44 * hour });
    await watchFreshness(context);
    await demand({ maxRevocationAgeSeconds: 24 * hour });
    await watchFreshness(context);
    expect(await stages()).toEqual(['soon', 'soon', 'too-old']);
  });

  it('at the end of a list that clients go on taking says until when they do, and comes again then', async () => {
    await demand({ staleGraceSeconds: 6 * hour });
    const thisUpdate = world.clock.now();
    await bring(list({ nextUpdate: thisUpdate + 24 * hourMs }));
    for (const hours of [20, 5, 24]) {
      world.clock.advance(hours * hour);
      await watchFreshness(context);
      expect(await ask()).toBe('granted');
    }
    expect(await stages()).toEqual(['soon', 'expired', 'too-old', 'grace']);
    const [due, grace, refused] = [24, 48, 54].map((hours) => inJapan(thisUpdate + hours * hourMs));
    for (const line of [log[0], log[1]]) {
      expect(line).toContain(`due by ${due}`);
      expect(line).toContain(`At “printer” taps without PIN live on its grace from ${grace}`);
      expect(line).toContain(`refused from ${refused}`);
    }
    expect(log[1]).toContain('is over');
    expect(await states()).toEqual(['out of date']);
  });

  it('does not come when the next list came in time, and comes again for that one', async () => {
    await bring(list());
    world.clock.advance(24 * hour);
    await bring(list({ crlNumber: 11 }));
    world.clock.advance(24 * hour);
    expect(await watchFreshness(context)).toBe(0);
    world.clock.advance(20 * hour);
    expect(await watchFreshness(context)).toBe(1);
  });

  it('comes at once for a list that shrank, which nothing counts by until somebody accepts it', async () => {
    const entries = Array.from({ length: 10 }, (_, n) => ({
      serialNumber: `0f0000${n}0`,
      revocationDate: world.pki.now,
    }));
    await bring(list({ entries }));
    world.clock.advance(40 * hour);
    await bring(list({ crlNumber: 11, entries: entries.slice(0, 7) }));
    await watchFreshness(context);
    expect(await states()).toEqual(['in doubt: shrunk']);
    // The list before it is near its end besides.
    expect(await stages()).toEqual(['doubted', 'soon']);
    const [doubted] = await listStandings(context);
    const { distributionPoint = '' } = doubted ?? {};
    expect(log[0]).toContain(`kazasu crl accept "${distributionPoint}"`);
    await acceptCrl(context, { distributionPoint, actor: admin });
    expect(await states()).toEqual(['fresh']);
    expect(await watchFreshness(context)).toBe(0);
  });

  it('for a list that never came waits until it was asked for, where lists are fetched by themselves', async () => {
    const daily = { ...context, crlPlan: { ...context.crlPlan, daily: { minutes: 0, offsetSeconds: 0 } } };
    expect(await watchFreshness(daily)).toBe(0);
    await fetchCrls(daily, { trigger: 'schedule', actor: schedule });
    expect(await watchFreshness(daily)).toBe(1);
    expect(await stages()).toEqual(['missing']);
  });

  it('is owed to the operators as a notice, in both languages', async () => {
    await watchFreshness(context);
    const [notice] = await context.record.notices.list(10);
    expect(notice).toMatchObject({
      kind: 'operator-alarm',
      words: { ja: expect.stringContaining('失効リスト'), en: expect.stringContaining('could not be had') },
    });
  });
});
