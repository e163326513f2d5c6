import { describe, expect, it } from 'vitest';
import { toAcr } from '../../../idp/domain/assurance.ts';
import { addressAllowed, bindDevice } from '../../../idp/flows/bind-device.ts';
import {
  addLdapClient,
  addOidcClient,
  type NewLdapClient,
  type NewOidcClient,
  rotateClientSecret,
} from '../../../idp/flows/manage-clients.ts';
import { eachTestInAWorldOfItsOwn } from './world/a-card-in-use.ts';
import { admin } from './world/people-and-places.ts';
import { codeOf, type World } from './world/world.ts';

let world: World;

eachTestInAWorldOfItsOwn(async (made) => {
  world = made;
});

const oidc: NewOidcClient = {
  name: 'attendance',
  redirectUris: ['https://attendance.example/callback'],
  acceptedAcr: [],
  requiredGroups: [],
  pinWindowSeconds: 0,
  actor: admin,
};

const device: NewLdapClient = {
  name: 'printer',
  preset: 'card-search',
  acceptedAcr: [],
  requiredGroups: [],
  addresses: [],
  allowPlaintext: false,
  ownReader: true,
  choices: {},
  actor: admin,
};

describe('a client', () => {
  it('that says nothing about assurance accepts the PIN and nothing less', async () => {
    const { clientId } = await addOidcClient(world.context, oidc);
    expect(world.context.clients.find(clientId)?.policy.acceptedAcr).toEqual([toAcr('card-pin')]);
  });

  it('with a reader of its own is admitted at serial, and one at our readers is not', async () => {
    const own = await addLdapClient(world.context, device);
    const ours = await addLdapClient(world.context, { ...device, name: 'door', ownReader: false });
    expect(world.context.clients.find(own.clientId)?.policy.acceptedAcr).toEqual([toAcr('serial')]);
    const accepted = world.context.clients.find(ours.clientId)?.policy.acceptedAcr;
    expect(accepted).toEqual([toAcr('certificate'), toAcr('card-pin')]);
  });

  it.each([true, false])(
    'for FeliCa cards accepts what these are worth, own reader or not: %s',
    async (ownReader) => {
      const choices = { cardKind: 'felica', cardAttributes: ['pager'] } as const;
      const { clientId } = await addLdapClient(world.context, { ...device, choices, ownReader });
      expect(world.context.clients.find(clientId)?.policy.acceptedAcr).toEqual([toAcr('idm')]);
    },
  );

  it('is found by id and by name as soon as it was added', async () => {
    const { clientId } = await addOidcClient(world.context, oidc);
    expect(world.context.clients.find('attendance')).toBe(world.context.clients.find(clientId));
  });

  it('keeps no secret in clear in the record or in the trail', async () => {
    const { clientSecret } = await addOidcClient(world.context, oidc);
    const { secret } = await addLdapClient(world.context, device);
    const kept = JSON.stringify([await world.context.record.clients.list(), await world.trail()]);
    expect(kept).not.toContain(clientSecret);
    expect(kept).not.toContain(secret);
  });

  it.each<[string, Partial<NewOidcClient>, string]>([
    ['a name that is taken', { name: 'taken' }, 'ERR_CLIENT_EXISTS'],
    ['no name', { name: '' }, 'ERR_CLIENT_NAME'],
    ['a name that would break a DN', { name: 'a,cn=b' }, 'ERR_CLIENT_NAME'],
    ['a name with markup', { name: '<b>x</b>' }, 'ERR_CLIENT_NAME'],
    ['an endless name', { name: 'x'.repeat(65) }, 'ERR_CLIENT_NAME'],
    ['no redirect URI', { redirectUris: [] }, 'ERR_REDIRECT_URI'],
    ['a redirect URI without TLS', { redirectUris: ['http://client.example/cb'] }, 'ERR_REDIRECT_URI'],
    [
      'a host that only begins like loopback',
      { redirectUris: ['http://localhost.evil.example/cb'] },
      'ERR_REDIRECT_URI',
    ],
    ['a redirect URI with a fragment', { redirectUris: ['https://client.example/#x'] }, 'ERR_REDIRECT_URI'],
    ['a redirect URI with a star', { redirectUris: ['https://*.client.example/cb'] }, 'ERR_REDIRECT_URI'],
    ['a script for a redirect URI', { redirectUris: ['javascript:alert(1)'] }, 'ERR_REDIRECT_URI'],
    ['no URI at all', { redirectUris: ['callback'] }, 'ERR_REDIRECT_URI'],
    [
      'one good redirect URI and one bad',
      { redirectUris: ['https://a.example/', 'ftp://a.example/'] },
      'ERR_REDIRECT_URI',
    ],
  ])('is not added with %s', async (_name, changes, code) => {
    await addOidcClient(world.context, { ...oidc, name: 'taken' });
    expect(await codeOf(addOidcClient(world.context, { ...oidc, ...changes }))).toBe(code);
    expect(await world.context.record.clients.list()).toHaveLength(1);
  });

  it('is not added without TLS unless somebody said where it stands', async () => {
    expect(await codeOf(addLdapClient(world.context, { ...device, allowPlaintext: true }))).toBe(
      'ERR_PLAINTEXT',
    );
  });

  it('may ask for what no card reaches, which a device may not', async () => {
    const acceptedAcr = [toAcr('passkey'), toAcr('certificate+password')];
    expect((await addOidcClient(world.context, { ...oidc, acceptedAcr })).clientId).toBeTruthy();
    expect(await codeOf(addLdapClient(world.context, { ...device, acceptedAcr }))).toBe('ERR_ACR');
  });

  it('may be sent to loopback without TLS', async () => {
    const redirectUris = ['http://localhost:4000/cb', 'http://127.0.0.1/cb', 'http://[::1]:1/cb'];
    expect((await addOidcClient(world.context, { ...oidc, redirectUris })).clientId).toBeTruthy();
  });
});

describe('a device that binds', () => {
  const bind = async (changes: Partial<Parameters<typeof bindDevice>[1]>) => {
    const request = {
      name: 'printer',
      secret: 'wrong',
      remoteAddress: '127.0.0.1',
      secure: true,
      ...changes,
    };
    const outcome = await bindDevice(world.context, { forCard: false, ...request });
    return outcome.outcome === 'bound' ? 'bound' : outcome.reason;
  };

  it('gets in with its name, its secret and TLS', async () => {
    const { secret } = await addLdapClient(world.context, device);
    expect(await bind({ secret })).toBe('bound');
    expect(await world.trail('client.bound')).toHaveLength(1);
  });

  it('is refused with another secret, no secret, another name, or the name of an OpenID Connect client', async () => {
    const { secret } = await addLdapClient(world.context, device);
    const { clientSecret } = await addOidcClient(world.context, oidc);
    expect(await bind({})).toBe('secret-wrong');
    expect(await bind({ secret: '' })).toBe('secret-wrong');
    expect(await bind({ secret: secret.toUpperCase() })).toBe('secret-wrong');
    expect(await bind({ name: 'nobody', secret })).toBe('device-unknown');
    expect(await bind({ name: 'nobody', secret: '' })).toBe('device-unknown');
    expect(await bind({ name: 'attendance', secret: clientSecret })).toBe('device-unknown');
  });

  it('is refused with its old secret once it got a new one', async () => {
    const { secret } = await addLdapClient(world.context, device);
    const rotated = await rotateClientSecret(world.context, { client: 'printer', actor: admin });
    expect(await bind({ secret })).toBe('secret-wrong');
    expect(await bind({ secret: rotated.secret })).toBe('bound');
  });

  it('is refused from an address outside its range', async () => {
    const { secret } = await addLdapClient(world.context, { ...device, addresses: ['192.0.2.0/24'] });
    expect(await bind({ secret, remoteAddress: '198.51.100.7' })).toBe('address-not-allowed');
    expect(await bind({ secret, remoteAddress: '192.0.2.7' })).toBe('bound');
  });

  it('is refused without TLS, unless a person allowed it for that address', async () => {
    const { secret } = await addLdapClient(world.context, device);
    expect(await bind({ secret, secure: false })).toBe('plaintext-not-allowed');
    const old = { ...device, name: 'old printer', addresses: ['127.0.0.1'], allowPlaintext: true };
    const { secret: other } = await addLdapClient(world.context, old);
    expect(await bind({ name: 'old printer', secret: other, secure: false })).toBe('bound');
    expect(
      await bind({ name: 'old printer', secret: other, secure: false, remoteAddress: '192.0.2.1' }),
    ).toBe('address-not-allowed');
  });

  it('leaves its refusal in the trail, without its secret', async () => {
    await addLdapClient(world.context, device);
    await bind({ secret: 'guessed-secret' });
    const trail = await world.trail('client.bind-refused');
    expect(trail).toMatchObject([{ reason: 'secret-wrong', details: { address: '127.0.0.1' } }]);
    expect(JSON.stringify(trail)).not.toContain('guessed-secret');
  });
});

describe('an address range', () => {
  it.each<[readonly string[], string, boolean]>([
    [[], '203.0.113.1', true],
    [['192.0.2.1'], '192.0.2.1', true],
    [['192.0.2.1'], '192.0.2.2', false],
    [['192.0.2.0/24'], '192.0.2.255', true],
    [['192.0.2.0/24'], '192.0.3.0', false],
    [['192.0.2.0/24'], '::ffff:192.0.2.9', true],
    [['192.0.2.0/24'], '2001:db8::1', false],
    [['2001:db8::/32'], '2001:db8:1::1', true],
    [['2001:db8::/32'], '2001:db9::1', false],
    [['10.0.0.0/8', '2001:db8::1'], '2001:db8::1', true],
    [['0.0.0.0/0'], '203.0.113.1', true],
    // A connection that is gone already has no address.
    [['192.0.2.0/24'], '', false],
    [['fe80::/10'], 'fe80::1%eth0', true],
  ])('%j: is %s in it? %s', (ranges, address, expected) => {
    expect(addressAllowed(ranges, address)).toBe(expected);
  });
});
