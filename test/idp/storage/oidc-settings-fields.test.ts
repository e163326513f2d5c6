import { describe, expect, it } from 'vitest';
import { clientPresets, type OidcSettings, presetSettings } from '../../../idp/domain/oidc-settings.ts';
import { oidcSettingsColumn, toOidcSettings } from '../../../idp/storage/oidc-settings-fields.ts';
import { StoredFields } from '../../../idp/storage/stored-fields.ts';

const stored = (settings: OidcSettings) =>
  new StoredFields(JSON.parse(JSON.stringify(oidcSettingsColumn(settings))), 'clients');

describe('the settings of an OpenID Connect client', () => {
  it.each(clientPresets)('of the preset %s come back as they were stored', (preset) => {
    expect(toOidcSettings(stored(presetSettings(preset)))).toEqual(presetSettings(preset));
  });

  it('come back with everything that can be said of one', () => {
    const settings: OidcSettings = {
      ...presetSettings('web'),
      authentication: 'tls_client_auth',
      certificateSubject: { name: 'dn', value: 'CN=kintai,O=Midori,C=JP' },
      keys: { from: 'inline', keys: [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y', x5c: ['MII'] }] },
      ...{ fapi2: true, senderConstraint: 'mtls', demandsPushedRequests: true, demandsSignedRequests: true },
      ...{ subject: 'pairwise', sector: 'midori.example.jp', identifierClaim: 'library_number' },
      ...{ scopes: ['groups'], groups: { names: ['staff'], prefixes: ['lib-'] }, consent: true },
      postLogoutRedirectUris: ['https://kintai.example.jp/bye'],
    };
    expect(toOidcSettings(stored(settings))).toEqual(settings);
    const byUri = { ...settings, keys: { from: 'uri', uri: 'https://kintai.example.jp/jwks' } } as const;
    expect(toOidcSettings(stored(byUri))).toEqual(byUri);
  });

  it('that an earlier version stored without any are those that every client had then', () => {
    expect(toOidcSettings(undefined)).toEqual(presetSettings('web'));
  });

  it('that an earlier version did not know are as the preset has them', () => {
    const older = new StoredFields({ preset: 'kiosk', authentication: 'client_secret_post' }, 'clients');
    expect(toOidcSettings(older)).toEqual({
      ...presetSettings('kiosk'),
      authentication: 'client_secret_post',
    });
  });

  it('are a fault when they are damaged, and never a default', () => {
    const damaged = new StoredFields(
      { ...oidcSettingsColumn(presetSettings('web')), consent: 'no' },
      'clients',
    );
    expect(() => toOidcSettings(damaged)).toThrow(
      expect.objectContaining({ code: 'ERR_RECORD_UNAVAILABLE' }),
    );
  });
});
