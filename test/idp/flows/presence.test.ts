import { describe, expect, it } from 'vitest';
import { parseSerialNumber } from '../../../idp/domain/certificate-id.ts';
import type { PersonBind } from '../../../idp/domain/device-profile.ts';
import { parseHoursOfUse } from '../../../idp/domain/hours-of-use.ts';
import { changeDevicePresence } from '../../../idp/flows/change-device-presence.ts';
import type { PresenceChoices } from '../../../idp/flows/device-presence.ts';
import { forgetTaps } from '../../../idp/flows/forget-taps.ts';
import { logInFromDevice } from '../../../idp/flows/log-in-from-device.ts';
import { addLdapClient } from '../../../idp/flows/manage-clients.ts';
import type { LdapClient } from '../../../idp/ports/clients.ts';
import { aCardInUse, type CardInUse, eachTestInAWorldOfItsOwn } from './world/a-card-in-use.ts';
import { addEnrolledReader, admin, tap } from './world/people-and-places.ts';

let place: CardInUse;

eachTestInAWorldOfItsOwn(async (world) => {
  place = await aCardInUse(world);
});

/** A door with a reader of ours beside it, where Sato's card is held once. */
async function doorAndTap(presence: PresenceChoices): Promise<() => Promise<string>> {
  const { world, card } = place;
  const { clientId } = await addLdapClient(world.context, {
    ...{ name: 'door', preset: 'card-search', acceptedAcr: [], requiredGroups: [], actor: admin },
    ...{ addresses: [], allowPlaintext: false, ownReader: false, choices: {}, presence },
  });
  const reader = await addEnrolledReader(world, 'door-reader', { clients: ['door'] });
  await tap(world, reader, card);
  const number = { kind: 'jpki', value: parseSerialNumber(card.serialNumber) } as const;
  return async () => {
    const outcome = await logInFromDevice(world.context, { clientId, number });
    return outcome.outcome === 'granted' ? 'granted' : outcome.reason;
  };
}

describe('one tap at the reader of a device', () => {
  it('serves as many sign-ins as its policy says, of twenty at once', async () => {
    const ask = await doorAndTap({ tapUses: 3 });
    const answers = await Promise.all(Array.from({ length: 20 }, ask));
    expect(answers.filter((answer) => answer === 'granted')).toHaveLength(3);
    expect(answers.filter((answer) => answer === 'tap-missing')).toHaveLength(17);
  });

  it('is fresh for as long as its policy says, and is not swept before', async () => {
    const ask = await doorAndTap({ tapFreshSeconds: 600, tapUses: 9 });
    place.world.clock.advance(600);
    expect(await forgetTaps(place.world.context)).toBe(0);
    expect(await ask()).toBe('granted');
    place.world.clock.advance(1);
    expect(await ask()).toBe('tap-missing');
  });

  it('serves none outside the hours of the device', async () => {
    const day = new Date(place.world.clock.now() + 9 * 3_600_000).getUTCDay();
    const tomorrow = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'][(day + 1) % 7];
    const ask = await doorAndTap({ hours: [parseHoursOfUse(`${tomorrow}@00:00-24:00`)] });
    expect(await ask()).toBe('outside-hours');
  });
});

describe('what an administrator changes of a device that is there', () => {
  it('holds from its next sign-in on, and the trail names it once', async () => {
    const ask = await doorAndTap({ tapUses: 1 });
    const { context } = place.world;
    expect(await ask()).toBe('granted');
    expect(await ask()).toBe('tap-missing');
    const twice = { client: 'door', choices: { tapUses: 2 }, actor: admin };
    await changeDevicePresence(context, twice);
    expect(await ask()).toBe('granted');
    await changeDevicePresence(context, twice);
    const changes = await place.world.trail('client.policy-changed');
    expect(changes).toMatchObject([{ details: { changed: 'tapUses' } }]);
  });

  it('lets people bind by password, which is then accepted, until a tap is demanded too', async () => {
    await doorAndTap({});
    const { context } = place.world;
    const change = async (personBind: PersonBind) => {
      await changeDevicePresence(context, { client: 'door', choices: { personBind }, actor: admin });
      return (await context.record.clients.find('door')) as LdapClient;
    };
    const byPassword = { password: true, tap: false, waitSeconds: 0 };
    const door = await change(byPassword);
    expect(door.profile).toMatchObject({ ways: ['card-search', 'person-bind'], personBind: byPassword });
    expect(door.policy.acceptedAcr).toContain('urn:kazasu:acr:password');
    expect(context.clients.find('door')).toEqual(door);
    const { policy } = await change({ ...byPassword, tap: true, waitSeconds: 30 });
    expect(policy.acceptedAcr).not.toContain('urn:kazasu:acr:password');
  });
});
