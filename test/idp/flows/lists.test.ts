import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CrlOrder } from '../../../idp/demo/authority/certification-authority.ts';
import type { CardId } from '../../../idp/domain/card.ts';
import { parseIssuerKeyId } from '../../../idp/domain/certificate-id.ts';
import { Fault } from '../../../idp/domain/fault.ts';
import type { Person } from '../../../idp/domain/person.ts';
import { schedule } from '../../../idp/domain/registration.ts';
import { type ApplyCrlOutcome, applyCrl } from '../../../idp/flows/apply-crl.ts';
import { restoreCard, suspendCard } from '../../../idp/flows/change-card.ts';
import type { FlowContext } from '../../../idp/flows/context.ts';
import { approveRegistration } from '../../../idp/flows/decide-registration.ts';
import { fetchCrls } from '../../../idp/flows/fetch-crls.ts';
import type { CrlSource } from '../../../idp/ports/jpki.ts';
import type { SystemRecord } from '../../../idp/ports/system-record.ts';
import { createTestPki } from '../../support/test-pki.ts';
import { aCardInUse, type CardInUse, eachTestInAWorldOfItsOwn } from './world/a-card-in-use.ts';
import { type Card, issueCard } from './world/cards.ts';
import {
  addEnrolledReader,
  addPeople,
  admin,
  approver,
  proveCard,
  registerCard,
  type TestReader,
} from './world/people-and-places.ts';
import { createWorld, type World } from './world/world.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

let world: World;
let sato: Person;
let desk: TestReader;
let card: Card;
let cardId: CardId;
let ask: CardInUse['ask'];

eachTestInAWorldOfItsOwn(async (made) => {
  ({ world, sato, desk, card, cardId, ask } = await aCardInUse(made));
});

/** Today's list of the municipality; it names nobody unless a test says so. */
function list(changes: Partial<CrlOrder> = {}, authority = world.pki.newer): Uint8Array {
  const thisUpdate = world.clock.now() - hourMs;
  return authority.issueCrl({
    thisUpdate,
    nextUpdate: thisUpdate + 2 * dayMs,
    crlNumber: 10,
    entries: [],
    ...changes,
  });
}

type Reason = NonNullable<NonNullable<CrlOrder['entries']>[number]['reason']>;

function naming(
  serialNumbers: readonly string[],
  reason?: Reason,
  changes: Partial<CrlOrder> = {},
): Uint8Array {
  const revocationDate = world.pki.now - dayMs;
  const why = reason === undefined ? {} : { reason };
  const entries = serialNumbers.map((serialNumber) => ({ serialNumber, revocationDate, ...why }));
  return list({ entries, ...changes });
}

async function apply(bytes: Uint8Array, context: FlowContext = world.context): Promise<ApplyCrlOutcome> {
  const reading = await context.crlWorker.read(bytes);
  return applyCrl(context, { reading, from: 'test', actor: schedule });
}

/** The same record, with something that happens between what was read and what is written. */
function justBeforeAChange(record: SystemRecord, happens: () => Promise<unknown>): SystemRecord {
  const change: SystemRecord['change'] = async (work) => {
    await happens();
    return record.change(work);
  };
  return new Proxy(record, {
    get(target, name) {
      if (name === 'change') return change;
      const value = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

function said(outcome: ApplyCrlOutcome): string {
  if (outcome.outcome === 'refused') return outcome.reason;
  return `${outcome.outcome}, ${outcome.revoked} revoked`;
}

describe('a list', () => {
  it('that names a card stops it on the very next operation, and ends its holder’s sessions', async () => {
    expect(await ask()).toBe('granted');
    expect(said(await apply(naming([card.serialNumber])))).toBe('applied, 1 revoked');
    expect(await ask()).toBe('card-revoked');
    expect(world.oidcState.ended).toEqual([sato.personId]);
  });

  it('is in the trail, with its number and the reason it gave', async () => {
    await apply(naming([card.serialNumber], 'keyCompromise'));
    const revoked = {
      subject: cardId,
      actor: schedule,
      reason: 'keyCompromise',
      details: { crlNumber: '10' },
    };
    expect(await world.trail('card.revoked-by-list')).toMatchObject([revoked]);
    expect(await world.trail('crl.applied')).toMatchObject([
      { details: { from: 'test', revoked: 1, entryCount: 1 } },
    ]);
  });

  it('touches nobody but registered cards and waiting registrations', async () => {
    const other = issueCard(world);
    await registerCard(world, 'sato', other, desk);
    const strangers = [issueCard(world).serialNumber, issueCard(world).serialNumber];
    expect(await apply(naming([...strangers, card.serialNumber]))).toMatchObject({
      revoked: 1,
      list: { entryCount: 3 },
    });
    expect([await ask(card), await ask(other)]).toEqual(['card-revoked', 'granted']);
  });

  it('that names a waiting registration keeps it from being approved, though OCSP still says good', async () => {
    const waiting = issueCard(world);
    const { registrationId } = await proveCard(world, 'suzuki', waiting, desk);
    expect(said(await apply(naming([waiting.serialNumber])))).toBe('applied, 1 revoked');
    const outcome = await approveRegistration(world.context, { registration: registrationId, approver });
    expect(outcome).toEqual({ outcome: 'refused', reason: 'card-revoked-by-list' });
    const [event] = await world.trail('registration.revoked-by-list');
    expect(event).toMatchObject({ subject: registrationId, details: { crlNumber: '10' } });
  });

  it('that names a registration which is approved while the list is read stops the card', async () => {
    const waiting = issueCard(world);
    const { registrationId } = await proveCard(world, 'suzuki', waiting, desk);
    const approval = () => approveRegistration(world.context, { registration: registrationId, approver });
    const context = { ...world.context, record: justBeforeAChange(world.context.record, approval) };
    expect(said(await apply(naming([waiting.serialNumber]), context))).toBe('applied, 1 revoked');
    expect(await ask(waiting)).toBe('card-revoked');
  });

  it('of another generation says nothing about a card with the same serial number', async () => {
    const twins = await createTestPki({ firstSerialNumber: 0x0c00_0001 });
    const twinWorld = await createWorld(twins);
    try {
      await addPeople(twinWorld, 'sato', 'suzuki');
      const reader = await addEnrolledReader(twinWorld, 'desk', { kind: 'workstation' });
      const [older, newer] = [issueCard(twinWorld, { authority: twins.older }), issueCard(twinWorld)];
      expect(older.serialNumber).toBe(newer.serialNumber);
      await registerCard(twinWorld, 'sato', older, reader);
      await registerCard(twinWorld, 'suzuki', newer, reader);
      const bytes = naming([older.serialNumber]);
      expect(said(await apply(bytes, twinWorld.context))).toBe('issuer-unknown');
      const entries = [{ serialNumber: older.serialNumber, revocationDate: world.pki.now - dayMs }];
      const listed = list({ entries }, twins.older);
      await apply(listed, twinWorld.context);
      const states = (await twinWorld.context.record.cards.list()).map(({ issuerKeyId, state }) => [
        issuerKeyId,
        state,
      ]);
      expect(states).toContainEqual([twins.older.issuerKeyId, 'revoked']);
      expect(states).toContainEqual([twins.newer.issuerKeyId, 'active']);
    } finally {
      await twinWorld.close();
    }
  });
});

describe('what a list says is sticky', () => {
  it('absence from the next list lifts nothing', async () => {
    await apply(naming([card.serialNumber]));
    expect(said(await apply(list({ crlNumber: 11 })))).toBe('applied, 0 revoked');
    expect(await ask()).toBe('card-revoked');
  });

  it('a hold is as good as a revocation, and removeFromCRL lifts nothing', async () => {
    await apply(naming([card.serialNumber], 'certificateHold'));
    expect(await ask()).toBe('card-revoked');
    await apply(naming([card.serialNumber], 'removeFromCRL', { crlNumber: 11 }));
    expect(await ask()).toBe('card-revoked');
  });

  it('removeFromCRL revokes nobody either', async () => {
    expect(said(await apply(naming([card.serialNumber], 'removeFromCRL')))).toBe('applied, 0 revoked');
    expect(await ask()).toBe('granted');
  });

  it('restore lifts only our own suspension', async () => {
    await suspendCard(world.context, { card: cardId, actor: admin });
    await apply(naming([card.serialNumber]));
    const restored = restoreCard(world.context, { card: cardId, actor: admin });
    await expect(restored).rejects.toMatchObject({ code: 'ERR_CARD_STATE' });
    expect(await ask()).toBe('card-revoked');
  });

  it('the same list a second time changes nothing', async () => {
    await apply(naming([card.serialNumber]));
    expect(said(await apply(naming([card.serialNumber])))).toBe('unchanged, 0 revoked');
    expect(await world.trail('card.revoked-by-list')).toHaveLength(1);
  });
});

describe('a list is refused, and changes nothing,', () => {
  afterEach(async () => {
    expect(await ask()).toBe('granted');
    expect(world.oidcState.ended).toEqual([]);
  });

  it('when its number went back', async () => {
    await apply(list({ crlNumber: 11 }));
    expect(said(await apply(naming([card.serialNumber], undefined, { crlNumber: 10 })))).toBe(
      'crl-number-went-back',
    );
    const [applied] = await world.context.record.appliedLists.list();
    expect(applied?.crlNumber).toBe('11');
  });

  it('when its number went back, also where numbers are longer than any integer', async () => {
    await apply(list({ crlNumber: 2n ** 140n }));
    expect(said(await apply(naming([card.serialNumber], undefined, { crlNumber: 2n ** 140n - 1n })))).toBe(
      'crl-number-went-back',
    );
  });

  it('when it was half written, wherever it ends', async () => {
    const whole = naming([card.serialNumber]);
    for (let tenth = 0; tenth < 10; tenth += 1) {
      const half = whole.subarray(0, Math.floor((whole.length * tenth) / 10));
      expect((await apply(half)).outcome).toBe('refused');
    }
    expect((await apply(whole.subarray(0, whole.length - 1))).outcome).toBe('refused');
    expect(await world.context.record.appliedLists.list()).toEqual([]);
  });

  it('when bytes follow it', async () => {
    expect(said(await apply(Buffer.concat([naming([card.serialNumber]), Buffer.from([0])])))).toBe(
      'trailing-bytes',
    );
  });

  it('when one octet was changed', async () => {
    const changed = naming([issueCard(world).serialNumber]);
    const at = changed.length - 200;
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect(['signature-invalid', 'malformed', 'issuer-unknown', 'unknown-critical-extension']).toContain(
      said(await apply(changed)),
    );
  });

  it('when an authority signed it that is not pinned', async () => {
    const { newer } = await createTestPki();
    const entries = [{ serialNumber: card.serialNumber, revocationDate: world.pki.now }];
    expect(said(await apply(list({ entries }, newer)))).toBe('issuer-unknown');
  });

  it('when its time is over, or has not come', async () => {
    const [thisUpdate, nextUpdate] = [world.pki.now - 2 * dayMs, world.pki.now - 1_000];
    expect(said(await apply(naming([card.serialNumber], undefined, { thisUpdate, nextUpdate })))).toBe(
      'expired',
    );
    const tomorrow = { thisUpdate: world.pki.now + dayMs, nextUpdate: world.pki.now + 2 * dayMs };
    expect(said(await apply(naming([card.serialNumber], undefined, tomorrow)))).toBe('not-yet-valid');
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['text', Buffer.from('-----BEGIN X509 CRL-----')],
    ['a claim of four gigabytes', Buffer.from('3084ffffffff3084fffffff0', 'hex')],
  ])('when it is %s', async (_name, bytes) => {
    expect(said(await apply(bytes))).toBe('malformed');
  });

  it('and the refusal is in the trail', async () => {
    await apply(Buffer.alloc(0));
    expect(await world.trail('crl.refused')).toMatchObject([
      { reason: 'malformed', details: { from: 'test' } },
    ]);
  });
});

describe('freshness', () => {
  beforeEach(async () => {
    // OCSP spoke at the approval; two days later nobody has.
    world.clock.advanceMs(2 * dayMs + hourMs);
    expect(await ask()).toBe('revocation-unknown');
  });

  it('comes with the list of the card’s own municipality', async () => {
    await apply(list());
    expect(await ask()).toBe('granted');
    world.clock.advanceMs(2 * dayMs);
    expect(await ask()).toBe('revocation-unknown');
  });

  it('counts from what the list says of itself, not from when it was applied', async () => {
    const thisUpdate = world.clock.now() - 47 * hourMs;
    await apply(list({ thisUpdate, nextUpdate: thisUpdate + 5 * dayMs }));
    expect(await ask()).toBe('granted');
    world.clock.advanceMs(hourMs + 1);
    expect(await ask()).toBe('revocation-unknown');
  });

  it('does not come with the list of another municipality', async () => {
    await apply(list({ prefecture: 'Hyogo-ken', municipality: 'Himeji-shi' }));
    expect(await ask()).toBe('revocation-unknown');
  });

  it('does not come with the list of another generation', async () => {
    await apply(list({}, world.pki.older));
    expect(await ask()).toBe('revocation-unknown');
  });

  it('does not come with a list that was refused', async () => {
    const bytes = list();
    await apply(bytes.subarray(0, bytes.length - 1));
    expect(await ask()).toBe('revocation-unknown');
  });

  it('is there again after a start', async () => {
    await apply(list());
    await world.context.freshness.reload(world.context);
    expect(await ask()).toBe('granted');
  });
});

describe('fetching the lists of the day', () => {
  const scope = () => world.context.record.cards.revocationScopes();
  const from = (name: string, fetch: CrlSource['fetch']): CrlSource => ({ name, fetch });
  const down = from('ldap://down', async () => {
    throw new Fault('ERR_CRL_SOURCE_UNAVAILABLE', 'switched off by the test');
  });
  const fetchFrom = (...crlSources: readonly CrlSource[]) =>
    fetchCrls(
      { ...world.context, crlWorker: world.worker(...crlSources) },
      { trigger: 'schedule', actor: schedule },
    );
  /** The lists of such a run. */
  const listsFrom = async (...crlSources: readonly CrlSource[]) => (await fetchFrom(...crlSources)).lists;

  it('asks for each municipality that a card or a waiting registration names, and for no other', async () => {
    await proveCard(
      world,
      'suzuki',
      issueCard(world, { prefecture: 'Hyogo-ken', municipality: 'Himeji-shi' }),
      desk,
    );
    const asked: string[] = [];
    await fetchFrom(
      from('file', async (name) => {
        asked.push(name);
        return [list()];
      }),
    );
    expect(asked.sort()).toEqual((await scope()).map(({ distributionPoint }) => distributionPoint).sort());
    expect(asked).toHaveLength(2);
  });

  it('applies what it gets', async () => {
    const [fetched] = await listsFrom(from('file', async () => [naming([card.serialNumber])]));
    expect(fetched).toMatchObject({ outcome: 'applied', revoked: 1 });
    expect(await ask()).toBe('card-revoked');
  });

  it('refuses another municipality’s list that was filed under this one’s name', async () => {
    const wrong = { prefecture: 'Hyogo-ken', municipality: 'Himeji-shi' };
    const [fetched] = await listsFrom(
      from('file', async () => [naming([card.serialNumber], undefined, wrong)]),
    );
    expect(fetched).toMatchObject({ outcome: 'refused', reason: 'distribution-point-mismatch' });
    expect(await ask()).toBe('granted');
    expect(await world.context.record.appliedLists.list()).toEqual([]);
  });

  it('tries the next source when one is out, and says which failed when all are', async () => {
    const [second] = await listsFrom(
      down,
      from('file', async () => [list()]),
    );
    expect(second?.outcome).toBe('applied');
    const [none] = await listsFrom(down);
    expect(none).toMatchObject({
      outcome: 'unavailable',
      reason: expect.stringContaining('ldap://down'),
    });
  });

  it('goes on with the others when one list cannot be had', async () => {
    await proveCard(
      world,
      'suzuki',
      issueCard(world, { prefecture: 'Hyogo-ken', municipality: 'Himeji-shi' }),
      desk,
    );
    const half = from('half', async (name) =>
      name.includes('Himeji') ? down.fetch(name) : [naming([card.serialNumber])],
    );
    const outcomes = (await listsFrom(half)).map(({ outcome }) => outcome).sort();
    expect(outcomes).toEqual(['applied', 'unavailable']);
    expect(await ask()).toBe('card-revoked');
  });

  it('says what to do where no source is configured', async () => {
    const [none] = await listsFrom();
    expect(none).toMatchObject({ reason: expect.stringContaining('KAZASU_CRL_SOURCES') });
  });

  it('knows its municipalities by issuer key and name', async () => {
    const [own] = await scope();
    expect(own?.issuerKeyId).toBe(parseIssuerKeyId(world.pki.newer.issuerKeyId));
    expect(own?.distributionPoint).toContain('Demo-shi CRLDP');
  });
});
