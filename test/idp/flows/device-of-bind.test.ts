import { describe, expect, it } from 'vitest';
import { deviceOfBind } from '../../../idp/flows/device-of-bind.ts';
import { addLdapClient } from '../../../idp/flows/manage-clients.ts';
import type { LdapClient } from '../../../idp/ports/clients.ts';
import { eachTestInAWorldOfItsOwn } from './world/a-card-in-use.ts';
import { admin } from './world/people-and-places.ts';
import type { World } from './world/world.ts';

let world: World;

eachTestInAWorldOfItsOwn(async (made) => {
  world = made;
});

const remoteAddress = '192.0.2.7';
const nobody = { boundDevice: undefined, certifiedDevice: undefined, remoteAddress };

/** A device whose people bind by password, unless it is for cards alone. */
async function device(name: string, addresses: readonly string[], way: 'people' | 'cards' = 'people') {
  await addLdapClient(world.context, {
    ...{ name, preset: 'card-search', acceptedAcr: [], requiredGroups: [], actor: admin },
    ...{ addresses, allowPlaintext: false, ownReader: true },
    choices: {},
    presence: way === 'people' ? { personBind: { password: true, tap: false, waitSeconds: 0 } } : {},
  });
  return world.context.clients.find(name) as LdapClient;
}

const found = () => deviceOfBind(nobody, world.context.clients.devices());

describe('whoever binds as a person without a device before', () => {
  it('is nowhere where no device has people that bind, or stands there', async () => {
    expect(found()).toBe('device-unknown');
    await device('cards', [], 'cards');
    await device('elsewhere', ['198.51.100.0/24']);
    expect(found()).toBe('device-unknown');
  });

  it('is at the one device that could stand anywhere', async () => {
    const copier = await device('copier', []);
    expect(found()).toBe(copier);
  });

  it('is at the device that stands there rather than at one that could stand anywhere', async () => {
    await device('anywhere', []);
    const here = await device('here', ['192.0.2.0/24']);
    expect(found()).toBe(here);
  });

  it.each([
    [['192.0.2.0/24'], ['192.0.2.7']],
    [[], []],
  ])('is at neither of two that could be meant: %j and %j', async (one, other) => {
    await device('one', one);
    await device('other', other);
    expect(found()).toBe('device-ambiguous');
  });

  it('is not at a disabled device', async () => {
    const copier = await device('copier', []);
    const disabled = { ...copier, policy: { ...copier.policy, clientState: 'disabled' as const } };
    expect(deviceOfBind(nobody, [disabled])).toBe('device-unknown');
  });
});

describe('whoever binds as a person behind a device', () => {
  it('is at the one that bound, then at the one of the certificate, whatever else stands there', async () => {
    const bound = await device('bound', ['198.51.100.0/24']);
    const certified = await device('certified', [], 'cards');
    const here = await device('here', ['192.0.2.0/24']);
    const shown = { remoteAddress, certifiedDevice: certified };
    expect(deviceOfBind({ ...shown, boundDevice: bound }, [here])).toBe(bound);
    expect(deviceOfBind({ ...shown, boundDevice: undefined }, [here])).toBe(certified);
  });

  it('is at no other when that one was disabled', async () => {
    const here = await device('here', ['192.0.2.0/24']);
    expect(deviceOfBind({ ...nobody, boundDevice: 'disabled' }, [here])).toBe('device-disabled');
  });
});
