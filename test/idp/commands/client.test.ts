import { X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { recordCommands } from '../../../idp/commands/registry.ts';
import { makeTlsPair } from '../../support/tls-pair.ts';

/** Reads `kazasu client add printer --ldap --address RANGE`. */
function added(range: string): unknown {
  const command = recordCommands.find(({ name }) => name === 'client add');
  const options = {
    ...{ ldap: true, profile: 'card-search' },
    ...{ address: [range], allowPlaintext: true },
  };
  return command?.read({ positional: ['printer'], options });
}

describe('a client', () => {
  it.each([
    ['--own-reader', { oidc: true, ownReader: true, redirectUri: ['https://x.example/cb'] }],
    ['--address', { oidc: true, address: ['192.0.2.1'], redirectUri: ['https://x.example/cb'] }],
    ['--redirect-uri', { ldap: true, redirectUri: ['https://x.example/cb'] }],
    ['--backchannel-logout-uri', { ldap: true, backchannelLogoutUri: 'https://x.example/logout' }],
    ['--grant', { ldap: true, grant: ['ciba'] }],
    ['--backchannel-logout-session-required', { ldap: true, backchannelLogoutSessionRequired: true }],
  ])('is not made with %s of the other protocol', (option, options) => {
    const command = recordCommands.find(({ name }) => name === 'client add');
    expect(() => command?.read({ positional: ['x'], options })).toThrow(
      expect.objectContaining({ code: 'ERR_OPTION', message: expect.stringContaining(option) }),
    );
  });
});

describe('a client that is told when a session is over', () => {
  const read = (options: object) =>
    recordCommands
      .find(({ name }) => name === 'client add')
      ?.read({
        positional: ['x'],
        options: { oidc: true, redirectUri: ['https://x.example/cb'], ...options },
      });

  it.each([
    [{}, undefined],
    [
      { backchannelLogoutUri: 'https://x.example/out' },
      { uri: 'https://x.example/out', sessionRequired: false },
    ],
    [
      { backchannelLogoutUri: 'https://x.example/out', backchannelLogoutSessionRequired: true },
      { uri: 'https://x.example/out', sessionRequired: true },
    ],
  ])('%j', (options, backchannelLogout) => {
    expect(read(options)).toHaveProperty('client.redirectUris');
    expect(read(options)).toHaveProperty(
      'client',
      backchannelLogout === undefined
        ? expect.not.objectContaining({ backchannelLogout: expect.anything() })
        : expect.objectContaining({ backchannelLogout }),
    );
  });

  it('says where, when it demands session ids', () => {
    expect(() => read({ backchannelLogoutSessionRequired: true })).toThrow(
      expect.objectContaining({ code: 'ERR_OPTION' }),
    );
  });
});

describe('an address range of a device', () => {
  it.each(['192.0.2.1', '192.0.2.0/24', '0.0.0.0/0', '2001:db8::/32'])('may be %s', (range) => {
    expect(added(range)).toMatchObject({ client: { addresses: [range] } });
  });

  it.each(['192.0.2.0/', '192.0.2.0/33', '192.0.2.0/24/8', '192.0.2.0/ 8', '192.0.2', '::/129', 'printer'])(
    'may not be "%s", which would be another one than was meant',
    (range) => {
      expect(() => added(range)).toThrow(expect.objectContaining({ code: 'ERR_OPTION' }));
    },
  );
});

describe('the policy of a client', () => {
  const read = (name: string, options: { readonly [name: string]: unknown }) =>
    recordCommands.find((command) => command.name === name)?.read({ positional: ['door'], options });
  const given = { revocationAge: '24', staleGrace: '72', ocspOnUse: 'on' };
  const meant = { maxRevocationAgeSeconds: 86_400, staleGraceSeconds: 259_200, ocspOnEveryUse: true };

  it('is read in hours, for one that is there and for a new one', () => {
    expect(read('client policy', given)).toEqual({ client: 'door', changes: meant });
    const added = { oidc: true, redirectUri: ['https://x.example/cb'], ...given };
    expect(read('client add', added)).toMatchObject({ client: { revocation: meant } });
  });

  it('stays as it is where nothing is said', () => {
    expect(read('client policy', {})).toEqual({ client: 'door', changes: {} });
  });

  it.each([
    { revocationAge: '0' },
    { revocationAge: '721' },
    { revocationAge: '1.5' },
    { staleGrace: '-1' },
    { staleGrace: '' },
    { ocspOnUse: 'yes' },
  ])('is refused as %j', (options) => {
    expect(() => read('client policy', options)).toThrow(expect.objectContaining({ code: 'ERR_OPTION' }));
  });
});

describe('a certificate of a client', () => {
  const read = async (options: { readonly [name: string]: unknown }) =>
    recordCommands
      .find(({ name }) => name === 'client certificate')
      ?.read({ positional: ['kiosk'], options });
  const refused = expect.objectContaining({ code: 'ERR_OPTION' });

  it('is read from its file, PEM or DER, and only its SHA-256 goes on', async () => {
    const pair = makeTlsPair();
    try {
      const certificate = new X509Certificate(readFileSync(pair.certificate));
      const add = certificate.fingerprint256.replaceAll(':', '').toLowerCase();
      expect(await read({ add: pair.certificate })).toEqual({ client: 'kiosk', change: { add } });
      writeFileSync(pair.certificate, certificate.raw);
      expect(await read({ add: pair.certificate })).toEqual({ client: 'kiosk', change: { add } });
      const noCertificate = expect.objectContaining({ code: 'ERR_CERTIFICATE' });
      await expect(read({ add: pair.key })).rejects.toEqual(noCertificate);
    } finally {
      pair.remove();
    }
  });

  it('is removed by its fingerprint, or the beginning of it', async () => {
    expect(await read({ remove: 'AB:CD:EF:01' })).toEqual({
      client: 'kiosk',
      change: { remove: 'abcdef01' },
    });
    await expect(read({ remove: 'abcdef0' })).rejects.toEqual(refused);
    await expect(read({ remove: 'abcdef01', add: 'x' })).rejects.toEqual(refused);
    expect(await read({})).toEqual({ client: 'kiosk' });
  });
});
