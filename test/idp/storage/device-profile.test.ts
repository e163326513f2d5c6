import { describe, expect, it } from 'vitest';
import { deviceProfileOf } from '../../../idp/domain/device-presets.ts';
import { type DeviceProfile, devicePresets } from '../../../idp/domain/device-profile.ts';
import { toDeviceProfile } from '../../../idp/storage/device-profile-fields.ts';
import { StoredFields } from '../../../idp/storage/stored-fields.ts';

const stored = (settings: object) =>
  toDeviceProfile(new StoredFields(JSON.parse(JSON.stringify(settings)), 'clients'));

describe('a device’s profile in the record', () => {
  it.each(devicePresets)('comes back as it was: %s', (preset) => {
    const profile = deviceProfileOf(preset);
    expect(stored({ profile })).toEqual(profile);
  });

  it('comes back as it was with everything chosen', () => {
    const profile = deviceProfileOf('fujifilm', {
      ...{ cardKind: 'uid', octets: 7, base: 'decimal', digits: 20, byteOrder: 'reversed', letters: 'upper' },
      ...{ separators: 'none', pattern: '<####################>', echoCardNumber: false, maxEntries: 7 },
      released: [
        { shown: 'uid', from: 'uid' },
        { shown: 'samaccountname', from: 'uid' },
      ],
      writeBack: { perPersonPerDay: 3, perDevicePerDay: 30 },
    });
    expect(stored({ profile })).toEqual(profile);
  });

  it.each<[string, object, Partial<DeviceProfile>]>([
    ['card-search', { cardKind: 'felica', cardAttribute: 'pager' }, { cardAttributes: ['pager'] }],
    ['card-bind', { cardKind: 'jpki', cardAttribute: 'serialNumber' }, { cardAttributes: [] }],
    // Binds as people came later: nobody chose them for this device.
    ['generic', { cardKind: 'jpki', cardAttribute: 'uid' }, { ways: ['people'], cardAttributes: [] }],
  ])('of the first version is read as what it was: %s', (profile, settings, expected) => {
    expect(stored({ profile, ...settings })).toMatchObject(expected);
    expect(stored({ profile, ...settings }).personBind).toBeUndefined();
  });

  it.each([
    ['preset', { ...deviceProfileOf('hp'), preset: 'toaster' }],
    ['ways', { ...deviceProfileOf('hp'), ways: ['anything'] }],
    ['personBind', { ...deviceProfileOf('hp'), personBind: {} }],
  ])('is a fault when it is damaged: %s', (_, profile) => {
    expect(() => stored({ profile })).toThrow(expect.objectContaining({ code: 'ERR_RECORD_UNAVAILABLE' }));
  });
});
