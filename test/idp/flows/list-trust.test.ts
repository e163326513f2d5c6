import { beforeEach, describe, expect, it } from 'vitest';
import type { CrlOrder } from '../../../idp/demo/authority/certification-authority.ts';
import { encodeCrlEntries, jpkiCrlExtensions, signCrl } from '../../../idp/demo/authority/crl-issuer.ts';
import { encodeName } from '../../../idp/demo/authority/names.ts';
import type { CardId } from '../../../idp/domain/card.ts';
import { schedule } from '../../../idp/domain/registration.ts';
import type { AppliedList, CrlRunList } from '../../../idp/domain/revocation.ts';
import { acceptCrl } from '../../../idp/flows/accept-crl.ts';
import { restoreCard, suspendCard } from '../../../idp/flows/change-card.ts';
import type { FlowContext } from '../../../idp/flows/context.ts';
import { fetchCrls } from '../../../idp/flows/fetch-crls.ts';
import { importCrl } from '../../../idp/flows/import-crl.ts';
import { createTestPki } from '../../support/test-pki.ts';
import { aCardInUse, type CardInUse, eachTestInAWorldOfItsOwn } from './world/a-card-in-use.ts';
import { type Card, issueCard } from './world/cards.ts';
import {
  addEnrolledReader,
  addPeople,
  admin,
  proveCard,
  registerCard,
  type TestReader,
} from './world/people-and-places.ts';
import { codeOf, createWorld, type World } from './world/world.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

let world: World;
let desk: TestReader;
let card: Card;
let cardId: CardId;
let ask: CardInUse['ask'];

eachTestInAWorldOfItsOwn(async (made) => {
  ({ world, desk, card, cardId, ask } = await aCardInUse(made));
});

/** What no registered card has. */
const strangers = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, n) => (0x7000_0000 + n).toString(16));

type Order = Partial<Omit<CrlOrder, 'entries'>> & { readonly reason?: 'certificateHold' | 'keyCompromise' };

function list(
  crlNumber: number,
  named: readonly string[],
  order: Order = {},
  authority = world.pki.newer,
): Uint8Array {
  const { reason, ...rest } = order;
  const thisUpdate = world.clock.now() - hourMs;
  const why = reason === undefined ? {} : { reason };
  return authority.issueCrl({
    ...{ thisUpdate, nextUpdate: thisUpdate + 2 * dayMs, crlNumber },
    entries: named.map((serialNumber) => ({ serialNumber, revocationDate: world.pki.now - dayMs, ...why })),
    ...rest,
  });
}

async function apply(bytes: Uint8Array, context: FlowContext = world.context): Promise<CrlRunList> {
  const run = await importCrl(context, { list: bytes, from: 'test', actor: schedule });
  return run.lists[0]!;
}

/** `applied 0`, `unchanged 1`, `refused crl-number-reused`, `applied 0 shrunk`. */
const said = ({ outcome, revoked, reason }: CrlRunList): string =>
  [outcome, revoked, reason].filter((word) => word !== undefined).join(' ');

const onlyList = async (): Promise<AppliedList> => (await world.context.record.appliedLists.list())[0]!;
const theCard = async () => (await world.context.record.cards.find(cardId))!;

describe('what a list says of a card is kept', () => {
  it('with the reason and the date that the issuer gives', async () => {
    await apply(list(1, [card.serialNumber], { reason: 'keyCompromise' }));
    expect(await theCard()).toMatchObject({
      state: 'revoked',
      revokedBy: 'issuer',
      revocationReason: 'keyCompromise',
      revokedAt: world.pki.now - dayMs,
    });
  });

  it('also of a suspended card, which nobody here can restore then', async () => {
    await suspendCard(world.context, { card: cardId, actor: admin });
    expect(said(await apply(list(1, [card.serialNumber], { reason: 'certificateHold' })))).toBe('applied 1');
    expect(await theCard()).toMatchObject({ state: 'revoked', revocationReason: 'certificateHold' });
    const restored = restoreCard(world.context, { card: cardId, actor: admin });
    await expect(restored).rejects.toThrow(
      'revoked by its issuer, for good: that is never lifted. Its holder registers a card that is valid',
    );
    expect(await codeOf(restored)).toBe('ERR_CARD_STATE');
    expect(await ask()).toBe('card-revoked');
  });

  it('once: the next list that names it revokes nobody', async () => {
    await apply(list(1, [card.serialNumber]));
    expect(said(await apply(list(2, [card.serialNumber])))).toBe('applied 0');
    expect(await world.trail('card.revoked-by-list')).toHaveLength(1);
  });

  it('and ends what rests on each of many cards, in one change', async () => {
    const others = Array.from({ length: 5 }, () => issueCard(world));
    for (const other of others) await registerCard(world, 'suzuki', other, desk);
    const named = [card, ...others].map(({ serialNumber }) => serialNumber);
    expect(said(await apply(list(1, named)))).toBe('applied 6');
    expect(await Promise.all([card, ...others].map(ask))).toEqual(Array(6).fill('card-revoked'));
    const revoked = await world.trail('card.revoked-by-list');
    expect(new Set(revoked.map(({ subject }) => subject)).size).toBe(6);
    const [applied] = await world.trail('crl.applied');
    expect(applied).toMatchObject({ details: { revoked: 6, crlNumber: '1' } });
    // One change: the lines of the trail follow each other.
    expect(revoked.map(({ sequence }) => applied!.sequence - sequence).sort()).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

describe('a number names one list:', () => {
  it('the same list again is unchanged', async () => {
    const bytes = list(7, strangers(3));
    expect(said(await apply(bytes))).toBe('applied 0');
    const before = await onlyList();
    world.clock.advanceMs(hourMs);
    expect(said(await apply(bytes))).toBe('unchanged 0');
    expect(await onlyList()).toEqual(before);
  });

  it('but whoever registered since it was applied is held against it', async () => {
    const late = issueCard(world);
    const bytes = list(7, [late.serialNumber]);
    await apply(bytes);
    await registerCard(world, 'suzuki', late, desk);
    const waiting = issueCard(world);
    await proveCard(world, 'suzuki', waiting, desk);
    expect(await ask(late)).toBe('granted');
    expect(said(await apply(bytes))).toBe('unchanged 1');
    expect([await ask(late), await ask(card)]).toEqual(['card-revoked', 'granted']);
  });

  it('and only they: the numbers of the others stay sealed', async () => {
    const bytes = list(7, strangers(3));
    await apply(bytes);
    world.clock.advanceMs(10 * hourMs);
    const opened: string[] = [];
    const { numbers, record } = world.context;
    const since = (await onlyList()).thisUpdate + 5 * hourMs;
    for await (const { sealedNumber } of record.cards.inScope(await onlyList(), since))
      opened.push(sealedNumber);
    expect(opened).toEqual([]);
    const late = issueCard(world);
    await registerCard(world, 'suzuki', late, desk);
    for await (const one of record.cards.inScope(await onlyList(), since)) {
      opened.push(Buffer.from(numbers.open(one.sealedNumber, one.cardKey)).toString());
    }
    expect(opened).toEqual([late.serialNumber]);
    expect(await record.cards.countInScope(await onlyList(), since)).toBe(1);
    expect(await record.cards.countInScope(await onlyList())).toBe(2);
  });

  it('another list under it is refused, and revokes nobody', async () => {
    await apply(list(7, strangers(3)));
    expect(said(await apply(list(7, [...strangers(3), card.serialNumber])))).toBe(
      'refused crl-number-reused',
    );
    expect(await ask()).toBe('granted');
    expect(await world.trail('crl.refused')).toMatchObject([{ reason: 'crl-number-reused' }]);
  });

  it('for each generation and each distribution point by itself', async () => {
    await apply(list(7, strangers(3)));
    expect(said(await apply(list(7, strangers(3), {}, world.pki.older)))).toBe('applied 0');
    const himeji = { prefecture: 'Hyogo-ken', municipality: 'Himeji-shi' };
    expect(said(await apply(list(3, strangers(3), himeji)))).toBe('applied 0');
  });
});

describe('a list that lost more than a fifth of its entries', () => {
  beforeEach(async () => {
    await apply(list(1, strangers(10)));
    world.clock.advanceMs(10 * hourMs);
  });

  it('revokes whom it names at once, and makes nobody fresh', async () => {
    expect(said(await apply(list(2, [...strangers(6), card.serialNumber])))).toBe('applied 1 shrunk');
    expect(await ask()).toBe('card-revoked');
    const shrunk = await onlyList();
    expect(shrunk).toMatchObject({
      crlNumber: '2',
      entryCount: 7,
      doubt: 'shrunk',
      trusted: { entryCount: 10 },
    });
    expect(shrunk.trusted?.thisUpdate).toBeLessThan(shrunk.thisUpdate);
  });

  it('is not doubted at four fifths', async () => {
    expect(said(await apply(list(2, strangers(8))))).toBe('applied 0');
    expect(await onlyList()).toMatchObject({ trusted: { entryCount: 8 } });
    expect(await onlyList()).not.toHaveProperty('doubt');
  });

  it('is measured against the last one that nobody doubts, however small the steps', async () => {
    expect(said(await apply(list(2, strangers(7))))).toBe('applied 0 shrunk');
    expect(said(await apply(list(3, strangers(7))))).toBe('applied 0 shrunk');
    expect(await onlyList()).toMatchObject({ crlNumber: '3', trusted: { entryCount: 10 } });
  });

  it('is not what a short list is that lost a single entry: a revoked certificate ended', async () => {
    let crlNumber = 2;
    for (const entries of [8, 7, 6, 5, 4, 3, 2, 1, 0]) {
      expect(said(await apply(list(crlNumber++, strangers(entries))))).toBe('applied 0');
    }
    expect(await onlyList()).toMatchObject({ trusted: { entryCount: 0 } });
  });

  it('is forgotten when a later one is whole again', async () => {
    await apply(list(2, strangers(2)));
    expect(said(await apply(list(3, strangers(11))))).toBe('applied 0');
    expect(await onlyList()).toMatchObject({ trusted: { entryCount: 11 } });
  });

  it('counts when an operator accepts it, and is in the trail', async () => {
    await apply(list(2, strangers(2)));
    const doubted = await onlyList();
    const { distributionPoint } = doubted;
    const accepted = await acceptCrl(world.context, { distributionPoint, actor: admin });
    expect(accepted).toMatchObject({
      crlNumber: '2',
      trusted: { entryCount: 2, thisUpdate: doubted.thisUpdate },
    });
    expect(await onlyList()).toEqual(accepted);
    expect(await onlyList()).not.toHaveProperty('doubt');
    expect(await world.trail('crl.accepted')).toMatchObject([
      { actor: admin, details: { list: distributionPoint, crlNumber: '2', entryCount: 2 } },
    ]);
    expect(said(await apply(list(3, strangers(2))))).toBe('applied 0');
  });

  it('is not accepted in the place of the one that the issuer was asked about', async () => {
    await apply(list(2, strangers(2)));
    await apply(list(3, []));
    const { distributionPoint } = await onlyList();
    const accept = (crlNumber: string) =>
      acceptCrl(world.context, { distributionPoint, crlNumber, actor: admin });
    expect(await codeOf(accept('2'))).toBe('ERR_CRL_NOT_DOUBTED');
    expect(await accept('3')).toMatchObject({ crlNumber: '3', trusted: { entryCount: 0 } });
  });

  it('stays accepted when it was noted late as doubted', async () => {
    await apply(list(2, strangers(2)));
    const doubted = await onlyList();
    const accepted = await acceptCrl(world.context, { ...doubted, actor: admin });
    world.context.freshness.note(doubted);
    const [facts] = await world.context.record.factsOf((await theCard()).cardKey);
    expect(world.context.freshness.knownAt({ ...facts!, ocspGoodAt: 0 })).toBe(accepted.thisUpdate);
  });

  it('makes fresh from then on, and not before', async () => {
    world.clock.advanceMs(35 * hourMs);
    const scopeIsKnownAt = async () =>
      world.context.freshness.knownAt({
        ...(await world.context.record.factsOf((await theCard()).cardKey))[0]!,
        ocspGoodAt: 0,
      });
    const before = await scopeIsKnownAt();
    await apply(list(2, strangers(2)));
    expect(await scopeIsKnownAt()).toBe(before);
    const { distributionPoint, thisUpdate } = await onlyList();
    await acceptCrl(world.context, { distributionPoint, actor: admin });
    expect(await scopeIsKnownAt()).toBe(thisUpdate);
  });

  it('can be accepted once, by its name, and by its generation where there are two', async () => {
    const { distributionPoint } = await onlyList();
    const accept = (issuerKeyId?: string) =>
      acceptCrl(world.context, {
        ...{ distributionPoint, actor: admin },
        ...(issuerKeyId === undefined ? {} : { issuerKeyId }),
      });
    expect(await codeOf(accept())).toBe('ERR_CRL_NOT_DOUBTED');
    await apply(list(1, strangers(10), {}, world.pki.older));
    await apply(list(2, [], {}, world.pki.older));
    await apply(list(2, []));
    expect(await codeOf(accept())).toBe('ERR_CRL_AMBIGUOUS');
    await accept(world.pki.older.issuerKeyId);
    expect((await accept()).issuerKeyId).toBe(world.pki.newer.issuerKeyId);
    expect(await codeOf(accept())).toBe('ERR_CRL_NOT_DOUBTED');
  });
});

describe('a list without a distribution point', () => {
  const wide = (crlNumber: number, named: readonly string[]): Uint8Array => {
    const thisUpdate = world.clock.now() - hourMs;
    const entries = named.map((serialNumber) => ({ serialNumber, revocationDate: thisUpdate }));
    const { name, keyId, keyPair } = world.pki.newer;
    return signCrl(
      {
        ...{ issuer: encodeName(name), thisUpdate, nextUpdate: thisUpdate + 2 * dayMs },
        revokedCertificates: encodeCrlEntries(entries),
        crlExtensions: jpkiCrlExtensions(keyId, crlNumber, undefined),
      },
      keyPair.privateKey,
    );
  };

  it('revokes whom it names in every municipality, and makes nobody fresh', async () => {
    const other = issueCard(world, { prefecture: 'Hyogo-ken', municipality: 'Himeji-shi' });
    await registerCard(world, 'suzuki', other, desk);
    expect(said(await apply(wide(1, [card.serialNumber, other.serialNumber])))).toBe(
      'applied 2 distribution-point-missing',
    );
    expect(await onlyList()).toMatchObject({ distributionPoint: '', doubt: 'distribution-point-missing' });
    expect(await onlyList()).not.toHaveProperty('trusted');
  });

  it('has numbers of its own', async () => {
    await apply(wide(5, []));
    expect(said(await apply(wide(4, [card.serialNumber])))).toBe('refused crl-number-went-back');
    expect(said(await apply(wide(5, [card.serialNumber])))).toBe('refused crl-number-reused');
    expect(said(await apply(list(1, [])))).toBe('applied 0');
  });

  it('counts for every card of its issuer key where configuration says so', async () => {
    const context = { ...world.context, crlWithoutDistributionPointCounts: true };
    expect(said(await apply(wide(1, strangers(5)), context))).toBe('applied 0');
    expect(await onlyList()).toMatchObject({ distributionPoint: '', trusted: { entryCount: 5 } });
    const [facts] = await world.context.record.factsOf((await theCard()).cardKey);
    expect(world.context.freshness.knownAt({ ...facts!, ocspGoodAt: 0 })).toBe((await onlyList()).thisUpdate);
    expect(said(await apply(wide(2, strangers(1)), context))).toBe('applied 0 shrunk');
  });

  it('counts no more once configuration says so no more, from the next start on', async () => {
    const counting = { ...world.context, crlWithoutDistributionPointCounts: true };
    await apply(wide(1, strangers(5)), counting);
    const [facts] = await world.context.record.factsOf((await theCard()).cardKey);
    const knownAt = () => world.context.freshness.knownAt({ ...facts!, ocspGoodAt: 0 });
    await world.context.freshness.reload(counting);
    expect(knownAt()).toBe((await onlyList()).thisUpdate);
    await world.context.freshness.reload(world.context);
    expect(knownAt()).toBe(0);
  });

  it('cannot be accepted by an operator instead of configuration', async () => {
    await apply(wide(1, []));
    expect(await codeOf(acceptCrl(world.context, { distributionPoint: '', actor: admin }))).toBe(
      'ERR_CRL_NOT_DOUBTED',
    );
  });
});

describe('two generations under one name', () => {
  let olderCard: Card;
  beforeEach(async () => {
    olderCard = issueCard(world, { authority: world.pki.older });
    await registerCard(world, 'suzuki', olderCard, desk);
  });

  const fetched = async (...lists: readonly Uint8Array[]): Promise<readonly CrlRunList[]> => {
    const crlWorker = world.worker({ name: 'ldap://directory', fetch: async () => lists });
    return (await fetchCrls({ ...world.context, crlWorker }, { trigger: 'schedule', actor: schedule })).lists;
  };

  it('each list is applied under its own issuer key', async () => {
    const lists = await fetched(
      list(1, [card.serialNumber]),
      list(9, [olderCard.serialNumber], {}, world.pki.older),
    );
    expect(lists.map(said)).toEqual(['applied 1', 'applied 1']);
    expect(lists.map(({ issuerKeyId, crlNumber }) => [issuerKeyId, crlNumber])).toEqual([
      [world.pki.newer.issuerKeyId, '1'],
      [world.pki.older.issuerKeyId, '9'],
    ]);
  });

  it('a generation whose list is missing is told apart from one that revoked nobody', async () => {
    const lists = await fetched(list(1, []));
    expect(lists).toMatchObject([
      { outcome: 'applied', issuerKeyId: world.pki.newer.issuerKeyId },
      {
        outcome: 'unavailable',
        issuerKeyId: world.pki.older.issuerKeyId,
        reason: expect.stringContaining('generation'),
      },
    ]);
  });

  it('a list of a generation under which nobody registered is applied, and harms nobody', async () => {
    const lone = await createWorld(world.pki);
    try {
      await addPeople(lone, 'sato', 'suzuki');
      const reader = await addEnrolledReader(lone, 'desk', { kind: 'workstation' });
      await registerCard(lone, 'sato', issueCard(lone), reader);
      const sources = {
        name: 'test',
        fetch: async () => [list(1, []), list(1, strangers(2), {}, world.pki.older)],
      };
      const context = { ...lone.context, crlWorker: lone.worker(sources) };
      const { lists } = await fetchCrls(context, { trigger: 'schedule', actor: schedule });
      expect(lists.map(said)).toEqual(['applied 0', 'applied 0']);
    } finally {
      await lone.close();
    }
  });

  it('a list of a generation that is not trusted, or has ended, is left to the trail where ours are all there', async () => {
    const { newer: stranger } = await createTestPki();
    const ours = [list(1, []), list(1, [], {}, world.pki.older)];
    const ended = list(1, [], { nextUpdate: world.clock.now() - 1 });
    expect((await fetched(...ours, list(5, [], {}, stranger), ended)).map(said)).toEqual([
      'applied 0',
      'applied 0',
    ]);
    expect((await world.trail('crl.refused')).map(({ reason }) => reason)).toEqual([
      'issuer-unknown',
      'expired',
    ]);
    // It may be the one that is missing.
    expect((await fetched(ours[0]!, list(5, [], {}, stranger))).map(said)).toEqual([
      'unchanged 0',
      'refused issuer-unknown',
    ]);
  });

  it('the others are applied when one is refused, in whatever order they come', async () => {
    const broken = list(9, [olderCard.serialNumber], {}, world.pki.older).slice(0, -1);
    const lists = await fetched(broken, list(1, [card.serialNumber]));
    expect(lists.map(said)).toEqual(['refused malformed', 'applied 1']);
  });
});

describe('a run', () => {
  it('is kept with what became of each list, and told while it goes', async () => {
    const told: CrlRunList[] = [];
    const crlWorker = world.worker({
      name: 'ldap://directory',
      fetch: async () => [list(1, [card.serialNumber])],
    });
    const stages: string[] = [];
    const run = await fetchCrls(
      { ...world.context, crlWorker },
      {
        ...{ trigger: 'schedule', actor: schedule },
        onList: (one) => told.push(one),
        onProgress: ({ stage }) => stages.push(stage),
      },
    );
    expect(run).toMatchObject({ trigger: 'schedule', startedAt: world.clock.now() });
    expect(run.lists).toEqual(told);
    expect(told).toMatchObject([
      {
        ...{ outcome: 'applied', crlNumber: '1', entryCount: 1, revoked: 1, seconds: 0 },
        from: 'ldap://directory',
      },
    ]);
    expect(stages).toEqual(['fetching', 'reading', 'applying']);
    expect(await world.context.record.crlRuns.list(5)).toEqual([run]);
  });

  it('is limited to the distribution points that are wanted', async () => {
    const asked: string[] = [];
    const crlWorker = world.worker({
      name: 'test',
      fetch: async (name) => {
        asked.push(name);
        return [list(1, [])];
      },
    });
    const fetch = (...distributionPoints: readonly string[]) =>
      fetchCrls({ ...world.context, crlWorker }, { trigger: 'operator', actor: admin, distributionPoints });
    expect((await fetch('CN=Nowhere')).lists).toEqual([]);
    const { distributionPoint } = (await theCard()).revocationScope!;
    expect((await fetch(distributionPoint)).lists).toHaveLength(1);
    expect(asked).toEqual([distributionPoint]);
  });

  it('of an import is kept too, a refused list among them', async () => {
    await apply(Buffer.from('no list'));
    const [run] = await world.context.record.crlRuns.list(1);
    expect(run).toMatchObject({ trigger: 'import', lists: [{ outcome: 'refused', reason: 'malformed' }] });
  });
});
