import { deviceProfileOf } from '../domain/device-presets.ts';
import {
  type CardSpelling,
  type DeviceProfile,
  devicePresets,
  type PersonBind,
  personAttributeNames,
  type WriteBack,
  waysIn,
} from '../domain/device-profile.ts';
import type { UnixAccounts } from '../domain/unix-accounts.ts';
import { cardKinds } from './card-facts.ts';
import { present, type StoredFields } from './stored-fields.ts';

/** The profile of a device account, out of the settings of its client. */
export function toDeviceProfile(settings: StoredFields): DeviceProfile {
  // The first version kept the preset's name and two choices; the preset was all there was.
  if (settings.optionalText('cardKind') !== undefined) return firstVersion(settings);
  const fields = settings.fields('profile');
  const personBind = fields.optionalFields('personBind');
  const writeBack = fields.optionalFields('writeBack');
  const unixAccounts = fields.optionalFields('unixAccounts');
  return {
    preset: fields.oneOf('preset', devicePresets),
    ways: fields.textsOf('ways', waysIn),
    cardAttributes: fields.texts('cardAttributes'),
    spelling: toSpelling(fields.fields('spelling')),
    echoCardNumber: fields.flag('echoCardNumber'),
    released: fields.list('released').map((one) => ({
      shown: one.text('shown'),
      from: one.oneOf('from', personAttributeNames),
    })),
    maxEntries: fields.integer('maxEntries'),
    ...present({
      personBind: personBind && toPersonBind(personBind),
      writeBack: writeBack && toWriteBack(writeBack),
      unixAccounts: unixAccounts && toUnixAccounts(unixAccounts),
    }),
  };
}

function firstVersion(settings: StoredFields): DeviceProfile {
  const preset = settings.oneOf('profile', ['card-search', 'card-bind', 'generic']);
  const attribute = settings.oneOf('cardAttribute', ['serialNumber', 'employeeNumber', 'pager', 'uid']);
  return deviceProfileOf(preset, {
    cardKind: settings.oneOf('cardKind', cardKinds),
    // Other presets had an attribute, and no use for it.
    ...(preset === 'card-search' ? { cardAttributes: [attribute] } : {}),
    // What was added to the preset since is nothing that somebody chose for this device.
    ...(preset === 'generic' ? { ways: ['people'] } : {}),
  });
}

function toSpelling(fields: StoredFields): CardSpelling {
  return {
    kind: fields.oneOf('kind', cardKinds),
    base: fields.oneOf('base', ['hex', 'decimal']),
    octets: fields.integer('octets'),
    byteOrder: fields.oneOf('byteOrder', ['as-read', 'reversed']),
    digits: fields.integer('digits'),
    letters: fields.oneOf('letters', ['upper', 'lower', 'either']),
    separators: fields.oneOf('separators', ['none', 'optional']),
    ...present({ pattern: fields.optionalText('pattern') }),
  };
}

function toWriteBack(fields: StoredFields): WriteBack {
  return {
    perPersonPerDay: fields.integer('perPersonPerDay'),
    perDevicePerDay: fields.integer('perDevicePerDay'),
  };
}

function toUnixAccounts(fields: StoredFields): UnixAccounts {
  return {
    uidNumberFrom: fields.integer('uidNumberFrom'),
    gidNumber: fields.integer('gidNumber'),
    groupNumberFrom: fields.integer('groupNumberFrom'),
    homeDirectory: fields.text('homeDirectory'),
    loginShell: fields.text('loginShell'),
  };
}

function toPersonBind(fields: StoredFields): PersonBind {
  return {
    password: fields.flag('password'),
    tap: fields.flag('tap'),
    waitSeconds: fields.integer('waitSeconds'),
  };
}
