import { describe, expect, it } from 'vitest';
import { recordCommands } from '../../../idp/commands/registry.ts';

/** Reads `kazasu client add printer --ldap --address RANGE`. */
function added(range: string): unknown {
  const command = recordCommands.find(({ name }) => name === 'client add');
  const options = {
    ...{ ldap: true, profile: 'card-search', cardKind: 'jpki', cardAttribute: 'serialNumber' },
    ...{ address: [range], allowPlaintext: true },
  };
  return command?.read({ positional: ['printer'], options });
}

describe('a client', () => {
  it.each([
    ['--own-reader', { oidc: true, ownReader: true, redirectUri: ['https://x.example/cb'] }],
    ['--address', { oidc: true, address: ['192.0.2.1'], redirectUri: ['https://x.example/cb'] }],
    ['--redirect-uri', { ldap: true, redirectUri: ['https://x.example/cb'] }],
  ])('is not made with %s of the other protocol', (option, options) => {
    const command = recordCommands.find(({ name }) => name === 'client add');
    expect(() => command?.read({ positional: ['x'], options })).toThrow(
      expect.objectContaining({ code: 'ERR_OPTION', message: expect.stringContaining(option) }),
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
