import type { CardKind } from './card.ts';
import { changedProfile, type DeviceChoices, usualSpelling } from './device-choices.ts';
import {
  type DevicePreset,
  type DeviceProfile,
  devicePresets,
  type PersonAttributeName,
  type PersonBind,
  personAttributeNames,
  type WayIn,
  type WriteBack,
} from './device-profile.ts';
import { type UnixAccounts, usualUnixAccounts } from './unix-accounts.ts';

export { devicePresets };

/** What a maker's devices do, as far as it differs. */
interface PresetRow {
  readonly ways: readonly WayIn[];
  /** In lower case; empty where no card is searched. */
  readonly cardAttributes?: readonly string[];
  /** What the device's reader, or the one beside it, reads unless somebody says otherwise. */
  readonly cardKind?: CardKind;
  readonly released?: readonly PersonAttributeName[];
  readonly maxEntries?: number;
  readonly personBind?: PersonBind;
  readonly writeBack?: WriteBack;
  readonly unixAccounts?: UnixAccounts;
}

const password: PersonBind = { password: true, tap: false, waitSeconds: 0 };

/** A person enrols one card and perhaps a second; a device stands in one office. */
const fewADay: WriteBack = { perPersonPerDay: 2, perDevicePerDay: 20 };

/** What printers read back of the person whom they let in. */
const printing: readonly PersonAttributeName[] = [
  ...['objectclass', 'uid', 'cn', 'sn', 'displayname', 'mail', 'department', 'ou', 'memberof'],
] as PersonAttributeName[];

/** What a door writes into its own log. */
const passing: readonly PersonAttributeName[] = ['objectclass', 'uid', 'cn', 'sn', 'displayname', 'memberof'];

const few = 10;

/**
 * The pages in `docs/devices/` say what of each row its maker documents and what is inferred. Readers in printers read
 * FeliCa; a My Number Card shows them a number that changes, so its serial comes from a reader of ours beside them.
 */
const rows: { readonly [preset in DevicePreset]: PresetRow } = {
  'card-search': { ways: ['card-search'], cardAttributes: ['serialnumber'] },
  'card-bind': { ways: ['card-bind'] },
  generic: { ways: ['people', 'person-bind'], personBind: password },
  'konica-minolta': {
    ways: ['card-search', 'person-bind'],
    cardAttributes: ['serialnumber'],
    cardKind: 'felica',
    released: printing,
    maxEntries: few,
    personBind: password,
    writeBack: fewADay,
  },
  fujifilm: {
    ways: ['card-search', 'person-bind'],
    cardAttributes: ['serialnumber'],
    cardKind: 'felica',
    released: printing,
    maxEntries: few,
    personBind: password,
    writeBack: fewADay,
  },
  ricoh: {
    ways: ['card-search'],
    cardAttributes: ['serialnumber', 'uid', 'employeenumber'],
    cardKind: 'felica',
    released: printing,
    maxEntries: few,
  },
  hp: { ways: ['person-bind', 'people'], released: printing, maxEntries: few, personBind: password },
  // It keeps card numbers itself; ours never leave. Both names it looks for them are kept from other meanings.
  papercut: {
    ways: ['people', 'person-bind', 'card-search'],
    cardAttributes: ['employeenumber', 'pager'],
    cardKind: 'felica',
    released: printing,
    personBind: password,
  },
  unix: { ways: ['people', 'person-bind'], personBind: password, unixAccounts: usualUnixAccounts },
  freeradius: {
    ways: ['card-search', 'people', 'person-bind'],
    cardAttributes: ['serialnumber'],
    released: passing,
    maxEntries: few,
    personBind: password,
  },
  door: { ways: ['card-bind'], released: passing, maxEntries: few },
};

const many = 1_000;

/** The profile that a preset and the administrator's choices make. */
export function deviceProfileOf(preset: DevicePreset, choices: DeviceChoices = {}): DeviceProfile {
  const { ways, cardAttributes, cardKind, released, maxEntries, personBind, writeBack, unixAccounts } =
    rows[preset];
  const profile: DeviceProfile = {
    preset,
    ways,
    cardAttributes: cardAttributes ?? [],
    spelling: usualSpelling(cardKind ?? 'jpki'),
    echoCardNumber: true,
    released: (released ?? personAttributeNames).map((name) => ({ shown: name, from: name })),
    maxEntries: maxEntries ?? many,
    ...(personBind === undefined ? {} : { personBind }),
    ...(writeBack === undefined ? {} : { writeBack }),
    ...(unixAccounts === undefined ? {} : { unixAccounts }),
  };
  return changedProfile(profile, choices);
}
