import { beforeEach, describe, expect, it } from 'vitest';
import type { CardId } from '../../../idp/domain/card.ts';
import { Fault } from '../../../idp/domain/fault.ts';
import type { NoticeKind } from '../../../idp/domain/notice.ts';
import type { FlowContext } from '../../../idp/flows/context.ts';
import { deliverNotices } from '../../../idp/flows/deliver-notices.ts';
import { importPeople } from '../../../idp/flows/import-people.ts';
import { leavePerson } from '../../../idp/flows/leave-person.ts';
import { queueNotice } from '../../../idp/flows/queue-notice.ts';
import { tellOfExpiry } from '../../../idp/flows/tell-of-expiry.ts';
import { Upkeep } from '../../../idp/flows/upkeep.ts';
import type { NoticeDelivery, NoticeMessage } from '../../../idp/ports/notices.ts';
import { eachTestInAWorldOfItsOwn, peopleAndADesk } from './world/a-card-in-use.ts';
import { issueCard } from './world/cards.ts';
import { admin, registerCard, type TestReader } from './world/people-and-places.ts';
import type { World } from './world/world.ts';

const daySeconds = 24 * 3_600;
const dayMs = daySeconds * 1_000;

let world: World;
let desk: TestReader;
/** What a mail server would have taken, and what it answers. */
let taken: NoticeMessage[];
let answer: () => NoticeDelivery;
let context: FlowContext;

eachTestInAWorldOfItsOwn(async (made) => {
  ({ world, desk } = await peopleAndADesk(made));
  const people = ['sato', 'suzuki'].map((uid) => ({
    ...{ uid, displayName: uid === 'sato' ? '佐藤 花子' : '鈴木 一郎', organization: 'Himeji', groups: [] },
    ...(uid === 'sato' ? { mail: 'sato@city.example' } : {}),
  }));
  await importPeople(world.context, { people, actor: admin });
  taken = [];
  answer = () => ({ outcome: 'accepted' });
  const channel = {
    name: 'test',
    async deliver(message: NoticeMessage) {
      const given = answer();
      if (given.outcome === 'accepted') taken.push(message);
      return given;
    },
  };
  context = { ...world.context, notices: { channel, operators: ['ops@city.example'] } };
});

/** A registered card that ends so many days from now. */
async function cardEndingIn(days: number, uid = 'sato'): Promise<CardId> {
  const notAfter = Math.floor((world.clock.now() + days * dayMs) / 1_000) * 1_000;
  return registerCard(world, uid, issueCard(world, { notAfter }), desk);
}

async function kindsAbout(about: string): Promise<readonly NoticeKind[]> {
  return (await context.record.notices.findAbout(about)).map(({ kind }) => kind);
}

const isDown = (): NoticeDelivery => {
  throw new Fault('ERR_NOTICE_UNDELIVERED', 'down');
};

describe('the daily look', () => {
  it.each<[number, readonly NoticeKind[]]>([
    [61, []],
    [60, ['card-expires-60']],
    [31, ['card-expires-60']],
    [30, ['card-expires-30']],
    [8, ['card-expires-30']],
    [7, ['card-expires-7']],
    [0, ['card-expires-7']],
  ])('tells the holder of a card that ends in %i days: %j', async (days, kinds) => {
    const cardId = await cardEndingIn(days);
    await tellOfExpiry(context);
    expect(await kindsAbout(cardId)).toEqual(kinds);
  });

  it('tells each stage once, however often it looks, and at last that the card has ended', async () => {
    const cardId = await cardEndingIn(62);
    for (let day = 0; day < 70; day += 1) {
      await tellOfExpiry(context);
      await tellOfExpiry(context);
      world.clock.advance(daySeconds);
    }
    expect(await kindsAbout(cardId)).toEqual([
      'card-expires-60',
      'card-expires-30',
      'card-expires-7',
      'card-expired',
    ]);
  });

  it('does not call a card ended in its last second, and does in the next', async () => {
    const cardId = await cardEndingIn(3);
    const { notAfter } = (await context.record.cards.find(cardId))!;
    world.clock.set(notAfter + 999);
    await tellOfExpiry(context);
    expect(await kindsAbout(cardId)).toEqual(['card-expires-7']);
    world.clock.set(notAfter + 1_000);
    await tellOfExpiry(context);
    expect(await kindsAbout(cardId)).toEqual(['card-expires-7', 'card-expired']);
  });

  it('after a long pause says only what is so now', async () => {
    const cardId = await cardEndingIn(90);
    world.clock.advance(85 * daySeconds);
    await tellOfExpiry(context);
    expect(await kindsAbout(cardId)).toEqual(['card-expires-7']);
  });

  it('says nothing of a card that ended long ago, nor to somebody who left', async () => {
    const old = await cardEndingIn(1);
    world.clock.advance(40 * daySeconds);
    const leaver = await cardEndingIn(5, 'suzuki');
    await leavePerson(context, { person: 'suzuki', actor: admin });
    await tellOfExpiry(context);
    expect([await kindsAbout(old), await kindsAbout(leaver)]).toEqual([[], []]);
  });

  it('looks when the server starts and then once a day', async () => {
    const cardId = await cardEndingIn(61);
    const upkeep = new Upkeep(context);
    await upkeep.round();
    world.clock.advance(2 * daySeconds - 60);
    await upkeep.round();
    expect(await kindsAbout(cardId)).toEqual(['card-expires-60']);
    world.clock.advance(25 * daySeconds);
    await new Upkeep(context).round();
    expect(await kindsAbout(cardId)).toEqual(['card-expires-60']);
    world.clock.advance(5 * daySeconds);
    await new Upkeep(context).round();
    expect(await kindsAbout(cardId)).toEqual(['card-expires-60', 'card-expires-30']);
  });
});

it('goes out although files cannot be wiped, which is tried again', async () => {
  await cardEndingIn(20);
  await context.record.change((tables) => tables.settings.set('erasure-owed', 'a-token'));
  const isFull = () => Promise.reject(new Fault('ERR_RECORD_UNAVAILABLE', 'the disk is full'));
  const upkeep = new Upkeep({ ...context, erasure: { erase: isFull } });
  await expect(upkeep.round()).rejects.toThrow('the disk is full');
  expect(taken.map(({ subject }) => subject)).toContainEqual(expect.stringContaining('within about 30 days'));
  await expect(upkeep.round()).rejects.toThrow('the disk is full');
});

it('to operators is one, whatever the number of lists behind it, and goes before those to people', async () => {
  await cardEndingIn(20);
  await tellOfExpiry(context);
  await context.record.change(async (tables) => {
    for (let n = 0; n < 40; n += 1) {
      const words = { ja: `リスト${n}が古い`, en: `list ${n} is old` };
      await queueNotice(context, tables, { kind: 'operator-alarm', about: `list ${n}`, words });
    }
  });
  const before = taken.length;
  await deliverNotices(context);
  const [first, ...others] = taken.slice(before);
  expect(first?.addresses).toEqual(['ops@city.example']);
  expect(first?.text).toMatch(/リスト0が古い[\s\S]*リスト39が古い[\s\S]*list 0 is old[\s\S]*list 39 is old/);
  expect(others.map(({ addresses }) => addresses)).not.toContainEqual(['ops@city.example']);
  expect((await context.record.notices.list(100)).filter(({ state }) => state === 'waiting')).toEqual([]);
});

it('to operators does not wait behind those to people whose mail server is down', async () => {
  const { personId } = (await context.record.people.find('sato'))!;
  await context.record.change(async (tables) => {
    for (let n = 0; n < 150; n += 1) {
      await queueNotice(context, tables, { kind: 'card-replaced', about: `card ${n}`, personId });
    }
    world.clock.advance(1);
    const words = { ja: '古い', en: 'old' };
    await queueNotice(context, tables, { kind: 'operator-alarm', about: 'a list', words });
  });
  const reached: string[] = [];
  const channel = {
    name: 'test',
    async deliver({ addresses }: NoticeMessage): Promise<NoticeDelivery> {
      if (addresses.includes('sato@city.example')) throw new Fault('ERR_NOTICE_UNDELIVERED', 'down');
      reached.push(...addresses);
      return { outcome: 'accepted' };
    },
  };
  await deliverNotices({ ...context, notices: { ...context.notices, channel } });
  expect(reached).toEqual(['ops@city.example']);
});

it('leaves nothing in the trail that tells whose card ends when', async () => {
  const cardId = await cardEndingIn(20);
  await tellOfExpiry(context);
  await deliverNotices(context);
  const told = await world.trail('person.notified');
  expect(told).toContainEqual(expect.objectContaining({ details: { kind: 'card-expires' } }));
  expect(JSON.stringify(told)).not.toContain(cardId);
});

describe('a message', () => {
  it('says what to do in both languages, Japanese first, and neither the number of a card nor the day it ends', async () => {
    const cardId = await cardEndingIn(20);
    const { notAfter } = (await context.record.cards.find(cardId))!;
    await tellOfExpiry(context);
    await deliverNotices(context);
    const { addresses, subject, text } = taken.at(-1)!;
    expect(addresses).toEqual(['sato@city.example']);
    expect(subject).toMatch(/約30日以内.*within about 30 days/);
    expect(text).toMatch(/佐藤 花子 様[\s\S]*市区町村の窓口[\s\S]*office of the municipality/);
    const end = new Date(notAfter);
    const days = [end.toISOString().slice(0, 10), `${end.getUTCMonth() + 1}月${end.getUTCDate()}日`];
    for (const day of days) expect(text).not.toContain(day);
  });

  it('comes when the registration works', async () => {
    await cardEndingIn(400);
    await deliverNotices(context);
    expect(taken.map(({ subject }) => subject)).toEqual([expect.stringContaining('登録が承認されました')]);
    expect(await world.trail('person.notified')).toHaveLength(1);
  });
});

describe('an outbox', () => {
  beforeEach(async () => {
    await cardEndingIn(400);
  });

  it('delivers later, once, what could not be delivered now', async () => {
    answer = isDown;
    expect(await deliverNotices(context)).toMatchObject({ sent: 0, failed: 'down' });
    answer = () => ({ outcome: 'accepted' });
    expect(await deliverNotices(context)).toMatchObject({ sent: 0 });
    world.clock.advance(60);
    expect(await deliverNotices(context)).toMatchObject({ sent: 1 });
    world.clock.advance(daySeconds);
    expect(await deliverNotices(context)).toMatchObject({ sent: 0 });
    expect(taken).toHaveLength(1);
  });

  it('keeps one id over all attempts', async () => {
    const ids: string[] = [];
    answer = isDown;
    const { channel } = context.notices;
    const watched = {
      name: 'watched',
      async deliver(one: NoticeMessage) {
        ids.push(one.id);
        return channel!.deliver(one);
      },
    };
    const watching = { ...context, notices: { ...context.notices, channel: watched } };
    await deliverNotices(watching);
    world.clock.advance(60);
    await deliverNotices(watching);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
  });

  it('tries ever more rarely, and gives up after three days with a line of audit', async () => {
    answer = isDown;
    let attempts = 0;
    for (let minute = 0; minute <= 3 * 24 * 60; minute += 10) {
      if ((await deliverNotices(context)).failed !== undefined) attempts += 1;
      world.clock.advance(600);
    }
    expect(attempts).toBeLessThan(40);
    await deliverNotices(context);
    world.clock.advance(daySeconds / 6);
    await deliverNotices(context);
    expect(await world.trail('notice.given-up')).toMatchObject([
      { reason: 'undelivered', details: { kind: 'registration-approved' } },
    ]);
    answer = () => ({ outcome: 'accepted' });
    world.clock.advance(daySeconds);
    await deliverNotices(context);
    expect(taken.map(({ addresses }) => addresses)).toEqual([['ops@city.example']]);
  });

  it('gives a refused address up at once, and tells the operators once a day without naming anybody', async () => {
    answer = () => ({ outcome: 'refused' });
    await deliverNotices(context);
    expect(await world.trail('notice.given-up')).toMatchObject([{ reason: 'refused' }]);
    answer = () => ({ outcome: 'accepted' });
    await deliverNotices(context);
    expect(taken).toMatchObject([{ addresses: ['ops@city.example'] }]);
    expect(taken[0]?.text).toContain('kazasu notice list');
    expect(JSON.stringify(taken)).not.toMatch(/sato|佐藤/);
  });

  it('says nothing to somebody who left in between', async () => {
    await leavePerson(context, { person: 'sato', actor: admin });
    await deliverNotices(context);
    expect(taken).toEqual([]);
  });

  it('sends to the address that is known at delivery, and keeps none', async () => {
    const people = [
      { uid: 'sato', displayName: 'Sato', mail: 'new@city.example', organization: 'Himeji', groups: [] },
    ];
    await importPeople(context, { people, actor: admin });
    expect(JSON.stringify(await context.record.notices.list(10))).not.toContain('@');
    await deliverNotices(context);
    expect(taken).toMatchObject([{ addresses: ['new@city.example'] }]);
  });

  it.each([
    ['without an address', 'no-address', 'suzuki'],
    ['without a channel', 'no-channel', 'sato'],
  ])('gives up after three days %s', async (_what, reason, uid) => {
    const given = reason === 'no-channel' ? { ...context, notices: { operators: [] } } : context;
    if (uid === 'suzuki') {
      await deliverNotices(context);
      await cardEndingIn(300, uid);
    }
    for (let hour = 0; hour < 80; hour += 2) {
      await deliverNotices(given);
      world.clock.advance(7_200);
    }
    expect(await world.trail('notice.given-up')).toMatchObject([{ reason }]);
  });
});
