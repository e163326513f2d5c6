import { expect, it } from 'vitest';
import type { ClientId } from '../../../idp/domain/login-policy.ts';
import type { DeviceGuesses } from '../../../idp/flows/device-guesses.ts';
import { resumeDevice, tellOfGuesses, watchGuesses } from '../../../idp/flows/tell-of-guesses.ts';
import { aCardInUse, type CardInUse, eachTestInAWorldOfItsOwn } from './world/a-card-in-use.ts';
import { addOidc, admin } from './world/people-and-places.ts';
import { codeOf } from './world/world.ts';

let inUse: CardInUse;
eachTestInAWorldOfItsOwn(async (world) => {
  inUse = await aCardInUse(world);
});

const remoteAddress = '192.0.2.10';

function missTimes(guesses: DeviceGuesses, clientId: ClientId, times: number): void {
  for (let index = 0; index < times; index += 1) {
    guesses.admit(clientId, remoteAddress);
    guesses.miss(clientId, remoteAddress);
  }
  guesses.admit(clientId, remoteAddress);
}

it('a device that is stopped is in the trail, on the log, and told to the operators once a day', async () => {
  const { world } = inUse;
  const clientId = inUse.printer as ClientId;
  const lines: string[] = [];
  const context = { ...world.context, log: (line: string) => lines.push(line) };
  const change = { clientId, stage: 'stopped', misses: 240, refused: 0, remoteAddress } as const;
  await tellOfGuesses(context, change);
  await tellOfGuesses(context, change);
  const stopped = await world.trail('client.stopped');
  expect(stopped.map(({ subject, details }) => [subject, details])).toEqual([
    [clientId, { address: remoteAddress, misses: 240 }],
    [clientId, { address: remoteAddress, misses: 240 }],
  ]);
  const alarms = (await world.context.record.notices.list(10)).filter(
    ({ kind }) => kind === 'operator-alarm',
  );
  expect(alarms.map(({ words }) => words?.en)).toEqual([expect.stringContaining('"printer" is stopped')]);
  expect(lines[0]).toMatch(/^ALARM The device "printer" is stopped: .*kazasu client resume "printer"$/);
});

it('every change of a stage is written down by itself', async () => {
  const { world } = inUse;
  watchGuesses(world.context);
  missTimes(world.context.deviceGuesses, inUse.printer as ClientId, 241);
  await expect.poll(() => world.trail('client.stopped')).toHaveLength(1);
  expect(await world.trail('client.slowed')).toHaveLength(1);
});

it('an administrator lifts it, which is in the trail; a device that is free and a website are told apart', async () => {
  const { world } = inUse;
  const { deviceGuesses } = world.context;
  const request = { client: 'Printer', actor: admin };
  expect(await resumeDevice(world.context, request)).toEqual({ name: 'printer', lifted: 'free' });
  missTimes(deviceGuesses, inUse.printer as ClientId, 241);
  expect(await resumeDevice(world.context, request)).toEqual({ name: 'printer', lifted: 'stopped' });
  expect(deviceGuesses.standingOf(inUse.printer as ClientId)).toBeUndefined();
  expect(await world.trail('client.resumed')).toMatchObject([{ reason: 'stopped', actor: admin }]);
  await addOidc(world, 'wiki', ['card-pin']);
  expect(await codeOf(resumeDevice(world.context, { client: 'wiki', actor: admin }))).toBe(
    'ERR_CLIENT_PROTOCOL',
  );
});
