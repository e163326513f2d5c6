import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from '../../idp/config.ts';
import { CrlDaily, crlPlanOf } from '../../idp/crl-daily.ts';
import { Fault } from '../../idp/domain/fault.ts';
import { schedule } from '../../idp/domain/registration.ts';
import type { CrlRun } from '../../idp/domain/revocation.ts';
import type { FlowContext } from '../../idp/flows/context.ts';
import type { CrlSource } from '../../idp/ports/jpki.ts';
import { until } from '../support/installation.ts';
import { createTestPki, type TestPki } from '../support/test-pki.ts';
import { issueCard } from './flows/world/cards.ts';
import { addEnrolledReader, addPeople, registerCard } from './flows/world/people-and-places.ts';
import { codeOf, createWorld, type World } from './flows/world/world.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** 05:40 in Japan. */
const daily = { minutes: 5 * 60 + 30, offsetSeconds: 600 };

let pki: TestPki;
let world: World;
let context: FlowContext;
let runner: CrlDaily | undefined;
let log: string[];
let crlNumber: number;
let source: { isDown: boolean; asked: number; hold: Promise<void> | undefined };

beforeAll(async () => {
  pki = await createTestPki();
});

beforeEach(async () => {
  world = await createWorld(pki);
  [log, crlNumber, source] = [[], 1, { isDown: false, asked: 0, hold: undefined }];
  await addPeople(world, 'sato');
  const desk = await addEnrolledReader(world, 'desk', { kind: 'workstation' });
  await registerCard(world, 'sato', issueCard(world), desk);
  context = {
    ...world.context,
    crlWorker: world.worker(directory),
    crlPlan: { daily, alarmSeconds: 12 * 3_600 },
    log: (line) => log.push(line),
  };
});

afterEach(async () => {
  await runner?.close();
  runner = undefined;
  await world.close();
});

/** Gives a new list each time, unless it is down. */
const directory: CrlSource = {
  name: 'ldap://directory.example',
  async fetch() {
    source.asked += 1;
    await source.hold;
    if (source.isDown) throw new Fault('ERR_CRL_SOURCE_UNAVAILABLE', 'switched off by the test');
    const thisUpdate = world.clock.now();
    const order = { thisUpdate, nextUpdate: thisUpdate + 72 * hourMs, crlNumber: crlNumber++, entries: [] };
    return [pki.newer.issueCrl(order)];
  },
};

function start(options: Partial<FlowContext> = {}): void {
  runner = new CrlDaily({ ...context, ...options }, { tickMs: 5 });
}

const runs = () => context.record.crlRuns.list(10);
/** Waits until so many runs are kept, and for a few more ticks: one too many must show. */
async function settle(count: number): Promise<readonly CrlRun[]> {
  await until(`${count} runs`, async () => (await runs()).length >= count);
  await new Promise((resolve) => setTimeout(resolve, 60));
  return runs();
}

describe('the daily run', () => {
  it('is made up soon after a start, once, and is kept with what it did', async () => {
    start();
    const [run, ...more] = await settle(1);
    expect(more).toEqual([]);
    expect(run).toMatchObject({
      trigger: 'schedule',
      lists: [{ outcome: 'applied', crlNumber: '1', entryCount: 0, revoked: 0, from: directory.name }],
    });
    expect(log).toEqual(['lists fetched: 1 of 1, 0 cards revoked']);
    expect(await world.trail('crl.applied')).toMatchObject([{ actor: schedule }]);
  });

  it('comes again when its time comes, not before', async () => {
    start();
    await settle(1);
    // 12:00 in Japan, and 05:40 is 17 hours and 40 minutes away.
    world.clock.advanceMs(17 * hourMs + 39 * minuteMs);
    expect(await settle(1)).toHaveLength(1);
    world.clock.advanceMs(minuteMs);
    expect(await settle(2)).toHaveLength(2);
  });

  it('asks again after 5 and 15 minutes where nothing came, and tells operators of it', async () => {
    source.isDown = true;
    start();
    const [failed] = await settle(1);
    expect(failed?.lists).toMatchObject([
      { outcome: 'unavailable', reason: expect.stringContaining('switched off') },
    ]);
    expect(log).toContainEqual(expect.stringContaining('list unavailable: CN=Demo-shi CRLDP'));
    expect(log).toContainEqual(expect.stringContaining('ALARM The list of CN=Demo-shi CRLDP'));
    world.clock.advanceMs(5 * minuteMs);
    await settle(2);
    world.clock.advanceMs(14 * minuteMs);
    expect(await settle(2)).toHaveLength(2);
    source.isDown = false;
    world.clock.advanceMs(minuteMs);
    const [came] = await settle(3);
    expect(came?.lists).toMatchObject([{ outcome: 'applied' }]);
    world.clock.advanceMs(hourMs);
    expect(await settle(3)).toHaveLength(3);
  });

  it('does not begin while somebody else is at the lists, and does not stand in line for nothing', async () => {
    let done = () => {};
    source.hold = new Promise((resolve) => {
      done = resolve;
    });
    start();
    await until('the run to ask', () => source.asked > 0);
    const second = context.crlTurn.take('An operator', async () => 'never');
    expect(await codeOf(second)).toBe('ERR_ALREADY_RUNNING');
    await expect(second).rejects.toThrow('The daily run is at the lists');
    done();
    expect(await settle(1)).toHaveLength(1);
    expect(source.asked).toBe(1);
  });

  it('waits for an operator’s run, and leaves to it what it fetched', async () => {
    let done = () => {};
    const operators = context.crlTurn.take(
      'An operator',
      () =>
        new Promise<void>((resolve) => {
          done = resolve;
        }),
    );
    start();
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(source.asked).toBe(0);
    done();
    await operators;
    expect(await settle(1)).toHaveLength(1);
  });

  it('is not where lists come by hand; what stops counting is said all the same', async () => {
    start({ crlPlan: { alarmSeconds: 12 * 3_600 } });
    await until('the alarm', () => log.length > 0);
    expect(source.asked).toBe(0);
    expect(log).toEqual([expect.stringContaining('ALARM')]);
  });

  it('that hangs at a source keeps no alarm back', async () => {
    start();
    await settle(1);
    source.hold = new Promise(() => {});
    // The list is over by then, and the run that is to bring another does not end.
    world.clock.advanceMs(73 * hourMs);
    await until('the run to ask', () => source.asked > 1);
    expect(log.filter((line) => line.startsWith('ALARM'))).toEqual([]);
    world.clock.advanceMs(10 * minuteMs);
    await until('the alarm', () => log.some((line) => line.includes('is over')));
  });

  it('that cannot be kept is not tried again every minute, and keeps no alarm back', async () => {
    start();
    await settle(1);
    await runner?.close();
    world.clock.advanceMs(73 * hourMs);
    let asked = 0;
    const broken = async () => {
      asked += 1;
      throw new TypeError('a mistake of ours');
    };
    start({ crlWorker: { ...context.crlWorker, fetch: broken } });
    await until('the alarm', () => log.some((line) => line.includes('is over')));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(asked).toBe(1);
    world.clock.advanceMs(15 * minuteMs);
    await until('another try', () => asked === 2);
  });

  it('goes on after a clock that was a year ahead was set right', async () => {
    const now = world.clock.now();
    world.clock.advanceMs(365 * 24 * hourMs);
    source.isDown = true;
    start();
    await settle(1);
    world.clock.advanceMs(now - world.clock.now());
    source.isDown = false;
    await until('a list', async () => (await context.record.appliedLists.list()).length > 0);
  });

  it('ends with the server, even in the middle', async () => {
    source.hold = new Promise(() => {});
    start();
    await until('the run to ask', () => source.asked > 0);
    const before = performance.now();
    await runner?.close();
    expect(performance.now() - before).toBeLessThan(5_000);
    expect(log).toEqual([]);
    runner = undefined;
  });
});

describe('when an installation fetches', () => {
  const planned = (settings: { readonly [name: string]: string }) =>
    crlPlanOf(readConfig(settings, '/nonexistent/.env'), 'c0ffee00');

  it('is its place in the spread after half past five', () => {
    const sources = { KAZASU_CRL_SOURCES: 'ldap://directory.example' };
    expect(planned(sources)).toEqual({
      daily: { minutes: 330, offsetSeconds: 2_714 },
      alarmSeconds: 12 * 3_600,
    });
    expect(
      planned({ ...sources, KAZASU_CRL_SPREAD_MINUTES: '0', KAZASU_CRL_DAILY_AT: '04:00' }).daily,
    ).toEqual({ minutes: 240, offsetSeconds: 0 });
  });

  it('is never where it is switched off, or where there is nowhere to fetch from', () => {
    expect(planned({}).daily).toBeUndefined();
    const off = { KAZASU_CRL_SOURCES: 'ldap://directory.example', KAZASU_CRL_DAILY_AT: 'off' };
    expect(planned(off).daily).toBeUndefined();
  });
});
