import { describe, expect, it } from 'vitest';
import { toAcr } from '../../../idp/domain/assurance.ts';
import { changeDeviceProfile } from '../../../idp/flows/change-device-profile.ts';
import { addLdapClient, addOidcClient, type NewLdapClient } from '../../../idp/flows/manage-clients.ts';
import type { LdapClient } from '../../../idp/ports/clients.ts';
import { eachTestInAWorldOfItsOwn } from './world/a-card-in-use.ts';
import { admin } from './world/people-and-places.ts';
import { codeOf, type World } from './world/world.ts';

let world: World;

eachTestInAWorldOfItsOwn(async (made) => {
  world = made;
});

const device: NewLdapClient = {
  name: 'copier',
  preset: 'konica-minolta',
  acceptedAcr: [],
  requiredGroups: [],
  addresses: [],
  allowPlaintext: false,
  ownReader: true,
  choices: {},
  actor: admin,
};

describe('the profile of a device', () => {
  const change = (request: Partial<Parameters<typeof changeDeviceProfile>[1]>) =>
    changeDeviceProfile(world.context, { client: 'copier', choices: {}, actor: admin, ...request });

  it('is changed at once, and the trail has the names of what changed and no more', async () => {
    await addLdapClient(world.context, device);
    const choices = { base: 'decimal', pattern: 'ID-*', maxEntries: 3 } as const;
    const changed = await change({ choices });
    expect(world.context.clients.find('copier')).toEqual(changed);
    expect(changed).toMatchObject({
      profile: { maxEntries: 3, spelling: { base: 'decimal', digits: 0, pattern: 'ID-*' } },
    });
    const [line, ...more] = await world.trail('client.profile-changed');
    expect(line?.details).toEqual({ changed: 'maxEntries spelling' });
    expect(more).toEqual([]);
  });

  it('takes along what sign-ins rest on, unless somebody said what that is', async () => {
    const acrs = (client: LdapClient) => client.policy.acceptedAcr.map((acr) => acr.split(':').at(-1));
    await addLdapClient(world.context, device);
    expect(acrs(await change({}))).toEqual(['idm', 'password']);
    expect(acrs(await change({ choices: { cardKind: 'jpki', ways: ['card-search'] } }))).toEqual(['serial']);
    const [line] = await world.trail('client.profile-changed');
    expect(line?.details?.changed).toMatch(/^acceptedAcr /);
    await addLdapClient(world.context, { ...device, name: 'said', acceptedAcr: [toAcr('idm')] });
    const said = await change({ client: 'said', choices: { cardKind: 'jpki' } });
    expect(acrs(said)).toEqual(['idm']);
  });

  it('is shown and nothing is noted where it was so before', async () => {
    await addLdapClient(world.context, device);
    const before = world.context.clients.find('copier');
    expect(await change({ choices: { cardAttributes: ['SerialNumber'] } })).toEqual(before);
    expect(await world.trail('client.profile-changed')).toEqual([]);
  });

  it('does not become one that does not fit together, for a new device neither', async () => {
    await addLdapClient(world.context, device);
    const before = world.context.clients.find('copier');
    const choices = { octets: 7 };
    expect(await codeOf(change({ choices }))).toBe('ERR_PROFILE');
    expect(await codeOf(addLdapClient(world.context, { ...device, name: 'b', choices }))).toBe('ERR_PROFILE');
    expect(world.context.clients.find('copier')).toEqual(before);
    expect(world.context.clients.find('b')).toBeUndefined();
  });

  it('is nothing that an OpenID Connect client has', async () => {
    const redirectUris = ['https://attendance.example/callback'];
    const common = { acceptedAcr: [], requiredGroups: [], pinWindowSeconds: 0, actor: admin };
    await addOidcClient(world.context, { name: 'attendance', redirectUris, ...common });
    expect(await codeOf(change({ client: 'attendance' }))).toBe('ERR_CLIENT_PROTOCOL');
    expect(await codeOf(change({ client: 'nobody' }))).toBe('ERR_CLIENT_UNKNOWN');
  });
});
