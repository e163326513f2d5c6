import type { CardKind } from './card.ts';
import { type DevicePreset, type DeviceProfile, personAttributeNames, type WayIn } from './device-profile.ts';

export const devicePresets: readonly DevicePreset[] = ['card-search', 'card-bind', 'generic'];

const waysOf: { readonly [preset in DevicePreset]: readonly WayIn[] } = {
  'card-search': ['card-search'],
  'card-bind': ['card-bind'],
  generic: ['people'],
};

/** Octets of a number by kind, unless an administrator says otherwise. A serial number of JPKI has had four so far. */
const octetsOf: { readonly [kind in CardKind]: number } = { jpki: 4, felica: 8, uid: 4 };

/** What an administrator says of a device beside its preset. */
export interface DeviceChoices {
  readonly cardKind: CardKind;
  readonly cardAttribute: 'serialNumber' | 'employeeNumber' | 'pager' | 'uid';
}

/** The profile that a preset and the administrator's choices make. */
export function deviceProfileOf(preset: DevicePreset, choices: DeviceChoices): DeviceProfile {
  return {
    preset,
    ways: waysOf[preset],
    // Elsewhere the same attribute is an ordinary one, or absent.
    cardAttributes: preset === 'card-search' ? [choices.cardAttribute.toLowerCase()] : [],
    spelling: {
      kind: choices.cardKind,
      base: 'hex',
      octets: octetsOf[choices.cardKind],
      byteOrder: 'as-read',
      digits: octetsOf[choices.cardKind] * 2,
      letters: 'either',
      separators: 'optional',
    },
    echoCardNumber: true,
    released: personAttributeNames.map((name) => ({ shown: name, from: name })),
    maxEntries: 1_000,
  };
}
