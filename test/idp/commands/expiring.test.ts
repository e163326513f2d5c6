import { describe, expect, it } from 'vitest';
import { listExpiring, wholeDays } from '../../../idp/commands/card-expiring.ts';
import { noticeCommands } from '../../../idp/commands/notice.ts';
import { schedule } from '../../../idp/domain/registration.ts';
import { deliverNotices } from '../../../idp/flows/deliver-notices.ts';
import { importPeople } from '../../../idp/flows/import-people.ts';
import { tellOfExpiry } from '../../../idp/flows/tell-of-expiry.ts';
import { eachTestInAWorldOfItsOwn, peopleAndADesk } from '../flows/world/a-card-in-use.ts';
import { issueCard } from '../flows/world/cards.ts';
import { admin, registerCard, type TestReader } from '../flows/world/people-and-places.ts';
import type { World } from '../flows/world/world.ts';

let world: World;
let desk: TestReader;

eachTestInAWorldOfItsOwn(async (made) => {
  ({ world, desk } = await peopleAndADesk(made));
  world.clock.set(Date.UTC(new Date(world.pki.now).getUTCFullYear() + 1, 2, 10, 3));
  const people = [
    { uid: 'sato', displayName: 'Sato', mail: 'sato@city.example', organization: 'Himeji', groups: [] },
    { uid: 'abe', displayName: 'Abe', organization: 'Himeji', groups: [] },
  ];
  await importPeople(world.context, { people, actor: admin });
});

/** A card that ends in this month and on this day of the clock's year. */
async function register(uid: string, month: number, day: number): Promise<void> {
  const year = new Date(world.clock.now()).getUTCFullYear();
  const notAfter = Date.UTC(year, month - 1, day, 14, 59, 59);
  const notBefore = world.clock.now() - 300 * 24 * 3_600_000;
  await registerCard(world, uid, issueCard(world, { notBefore, notAfter }), desk);
}

describe('what is coming', () => {
  it('is listed by month and then by uid, whatever the days; whole months, and no day anywhere', async () => {
    await register('suzuki', 4, 2);
    await register('sato', 4, 20);
    await register('abe', 6, 1);
    const listed = await listExpiring(world.context, 30);
    expect(listed.map(({ uid, expiresMonth }) => [uid, expiresMonth.slice(5)])).toEqual([
      ['sato', '04'],
      ['suzuki', '04'],
    ]);
    expect(await listExpiring(world.context, 50)).toHaveLength(2);
    expect(await listExpiring(world.context, 90)).toHaveLength(3);
    expect(JSON.stringify(listed)).not.toMatch(/\d{4}-\d{2}-\d{2}/);
  });

  it('says who cannot be told by mail, and what became of the telling', async () => {
    await register('suzuki', 4, 2);
    await register('sato', 4, 20);
    const told = async () =>
      (await listExpiring(world.context, 60)).map(({ uid, hasMail, told: how }) => [uid, hasMail, how]);
    expect(await told()).toEqual([
      ['sato', true, 'not yet'],
      ['suzuki', false, 'not yet'],
    ]);
    await tellOfExpiry(world.context);
    const channel = { name: 'test', deliver: async () => ({ outcome: 'accepted' }) as const };
    const context = { ...world.context, notices: { channel, operators: [] } };
    for (let hour = 0; hour < 80; hour += 4) {
      await deliverNotices(context);
      world.clock.advance(4 * 3_600);
    }
    expect(await told()).toEqual([
      ['sato', true, 'sent'],
      ['suzuki', false, 'given-up (no-address)'],
    ]);
  });

  it('is told as replaced where a newer card is registered', async () => {
    await register('sato', 4, 20);
    await registerCard(world, 'sato', issueCard(world), desk);
    expect(await listExpiring(world.context, 60)).toMatchObject([{ uid: 'sato', told: 'replaced' }]);
  });
});

async function* noFiles(): AsyncGenerator<never> {}

it('the list of notices tells of the end of a card neither stage nor day', async () => {
  await register('sato', 4, 2);
  await tellOfExpiry(world.context);
  const [command] = noticeCommands;
  const listed = await command!.run(
    world.context,
    { undelivered: true },
    schedule,
    () => undefined,
    noFiles(),
  );
  const ofAnEnd = (listed as { kind: string; queuedAt: string }[]).filter(({ kind }) =>
    kind.includes('expire'),
  );
  expect(ofAnEnd).toMatchObject([{ kind: 'card-expires', queuedAt: expect.stringMatching(/^\d{4}-03$/) }]);
  expect(command!.text(listed)).toContain('sato');
});

describe('how far ahead is looked', () => {
  it.each(['99999', '-1', '1.5', 'soon', ''])('is not %o, and the limits are said', (text) => {
    expect(() => wholeDays(text)).toThrow('0 to 9999');
  });

  it('is whole days up to the limit', () => {
    expect([wholeDays('0'), wholeDays('9999')]).toEqual([0, 9_999]);
  });
});
