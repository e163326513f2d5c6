import { devicePresets, deviceProfileOf } from '../domain/device-presets.ts';
import {
  type CardSpelling,
  type DeviceProfile,
  type PersonBind,
  personAttributeNames,
  waysIn,
} from '../domain/device-profile.ts';
import { cardKinds } from './card-facts.ts';
import type { StoredFields } from './stored-fields.ts';

/** The profile of a device account, out of the settings of its client. */
export function toDeviceProfile(settings: StoredFields): DeviceProfile {
  // The first version kept the preset's name and two choices; the preset was all there was.
  if (settings.optionalText('cardKind') !== undefined) return firstVersion(settings);
  const fields = settings.fields('profile');
  const personBind = fields.optionalFields('personBind');
  return {
    preset: fields.oneOf('preset', devicePresets),
    ways: fields.textsOf('ways', waysIn),
    cardAttributes: fields.texts('cardAttributes'),
    spelling: toSpelling(fields.fields('spelling')),
    echoCardNumber: fields.flag('echoCardNumber'),
    releasedAttributes: fields.textsOf('releasedAttributes', personAttributeNames),
    maxEntries: fields.integer('maxEntries'),
    ...(personBind === undefined ? {} : { personBind: toPersonBind(personBind) }),
  };
}

function firstVersion(settings: StoredFields): DeviceProfile {
  return deviceProfileOf(settings.oneOf('profile', devicePresets), {
    cardKind: settings.oneOf('cardKind', cardKinds),
    cardAttribute: settings.oneOf('cardAttribute', ['serialNumber', 'employeeNumber', 'pager', 'uid']),
  });
}

function toSpelling(fields: StoredFields): CardSpelling {
  const octets = fields.fields('octets');
  return {
    kind: fields.oneOf('kind', cardKinds),
    base: fields.oneOf('base', ['hex', 'decimal']),
    octets: { from: octets.integer('from'), to: octets.integer('to') },
    letters: fields.oneOf('letters', ['upper', 'lower', 'either']),
    separators: fields.oneOf('separators', ['none', 'optional']),
  };
}

function toPersonBind(fields: StoredFields): PersonBind {
  return {
    password: fields.flag('password'),
    tap: fields.flag('tap'),
    waitSeconds: fields.integer('waitSeconds'),
  };
}
