import type { CardKind } from './card.ts';
import {
  type CardSpelling,
  type DevicePreset,
  type DeviceProfile,
  personAttributeNames,
  type WayIn,
} from './device-profile.ts';

export const devicePresets: readonly DevicePreset[] = ['card-search', 'card-bind', 'generic'];

const waysOf: { readonly [preset in DevicePreset]: readonly WayIn[] } = {
  'card-search': ['card-search'],
  'card-bind': ['card-bind'],
  generic: ['people'],
};

/** Octets of a number by kind: a profile takes one length, so that a short UID is never read as a serial. */
const octetsOf: { readonly [kind in CardKind]: CardSpelling['octets'] } = {
  jpki: { from: 1, to: 20 },
  felica: { from: 8, to: 8 },
  uid: { from: 4, to: 10 },
};

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
      letters: 'either',
      separators: 'optional',
    },
    echoCardNumber: true,
    releasedAttributes: personAttributeNames,
    maxEntries: 1_000,
  };
}
