import { describe, expect, it } from 'vitest';
import { recordCommands } from '../../../idp/commands/registry.ts';
import { toAcr } from '../../../idp/domain/assurance.ts';
import { presetSettings } from '../../../idp/domain/oidc-settings.ts';
import { withGrants } from '../../../idp/flows/client-grants.ts';

const read = (options: object) =>
  recordCommands
    .find(({ name }) => name === 'client add')
    ?.read({ positional: ['door'], options: { oidc: true, ...options } });

describe('the ways without a browser', () => {
  it('are those that were asked for', () => {
    const options = { grant: ['tap', 'ciba'], cibaNotificationEndpoint: 'https://x.example/told' };
    expect(read(options)).toMatchObject({
      client: { grants: ['tap', 'ciba'], cibaNotificationEndpoint: 'https://x.example/told' },
    });
    expect(read({})).toHaveProperty('client', expect.not.objectContaining({ grants: expect.anything() }));
  });

  it('have no other names', () => {
    expect(() => read({ grant: ['password'] })).toThrow(
      expect.objectContaining({
        code: 'ERR_OPTION',
        message: expect.stringContaining('ciba or device or tap'),
      }),
    );
  });

  const certificate = [toAcr('certificate')];
  it.each([
    ['a card without PIN that nobody allowed', { grants: ['tap'], acceptedAcr: [] }, 'ERR_ACR'],
    [
      'an endpoint where nobody asked for CIBA',
      { grants: ['tap'], cibaNotificationEndpoint: 'https://x.example/told', acceptedAcr: certificate },
      'ERR_GRANT',
    ],
    [
      'an endpoint without TLS',
      { grants: ['ciba'], cibaNotificationEndpoint: 'http://x.example/told', acceptedAcr: certificate },
      'ERR_GRANT',
    ],
  ] as const)('are not given with %s', (_what, asked, code) => {
    expect(() => withGrants(presetSettings('device'), asked)).toThrow(expect.objectContaining({ code }));
  });
});
