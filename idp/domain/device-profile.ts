import type { CardKind } from './card.ts';
import type { UnixAccounts } from './unix-accounts.ts';

/** How a device may use the directory. `people`: searches of people and groups. */
export type WayIn = 'card-search' | 'card-bind' | 'person-bind' | 'people';

export const waysIn: readonly WayIn[] = ['card-search', 'card-bind', 'person-bind', 'people'];

/** The rows that profiles are made from: three general ones, then makers and systems by name. */
export const devicePresets = [
  'card-search',
  'card-bind',
  'generic',
  'konica-minolta',
  'fujifilm',
  'ricoh',
  'hp',
  'papercut',
  'unix',
  'freeradius',
  'door',
] as const;

export type DevicePreset = (typeof devicePresets)[number];

/**
 * The one spelling in which a device sends card numbers. It is never guessed: a decimal number that
 * happens to be hex would otherwise be somebody else's card.
 */
export interface CardSpelling {
  readonly kind: CardKind;
  readonly base: 'hex' | 'decimal';
  /** Of the number on the card: exactly so many, leading zeros counted. */
  readonly octets: number;
  /** `reversed`: the device sends the last octet first. */
  readonly byteOrder: 'as-read' | 'reversed';
  /** Digits that the device sends, with zeros in front; 0: as many as the number needs, without such zeros. */
  readonly digits: number;
  /** Of hex digits. */
  readonly letters: 'upper' | 'lower' | 'either';
  /** Space, `:` or `-` between pairs of digits; only where there is no pattern. */
  readonly separators: 'none' | 'optional';
  /**
   * What stands around the digits: `#` for each digit or one `*` for all of them, everything else as it is. It checks
   * and strips, and cannot shorten: `;########?`, `ID-*`.
   */
  readonly pattern?: string;
}

/** Names, in lower case, of the attributes of people that can be released over LDAP. */
export const personAttributeNames = [
  'objectclass',
  'uid',
  'cn',
  'sn',
  'displayname',
  'msds-phoneticdisplayname',
  'mail',
  'employeenumber',
  'o',
  'ou',
  'department',
  'title',
  'memberof',
] as const;

export type PersonAttributeName = (typeof personAttributeNames)[number];

/** Names, in lower case, under which a device may search a card. */
export const cardAttributeNames = ['serialnumber', 'employeenumber', 'employeeid', 'pager', 'uid'] as const;

/** Names, in lower case, under which a device may be shown an attribute of people. */
export const shownAttributeNames: readonly string[] = [
  ...personAttributeNames,
  'samaccountname',
  'userprincipalname',
  'givenname',
  'name',
  'description',
  'employeeid',
  'pager',
  'serialnumber',
];

/** One attribute of people as a device sees it. */
export interface ReleasedAttribute {
  /** The name under which it is shown and searched, in lower case. */
  readonly shown: string;
  readonly from: PersonAttributeName;
}

/** What becomes of a card number that a device writes into a person's entry: a request for an approver, so many a day. */
export interface WriteBack {
  readonly perPersonPerDay: number;
  readonly perDevicePerDay: number;
}

/** What somebody who binds as the person must bring. */
export interface PersonBind {
  /** The directory password, asked of the directory above. */
  readonly password: boolean;
  /** A fresh tap of a card of this person at a reader that serves the device. */
  readonly tap: boolean;
  /** For how long the bind waits for that tap. */
  readonly waitSeconds: number;
}

/** What a device sends, may ask and gets to see. Presets are rows of this, never code. */
export interface DeviceProfile {
  readonly preset: DevicePreset;
  readonly ways: readonly WayIn[];
  /** Attributes under which this device searches a card, in lower case; never shown or matched otherwise. */
  readonly cardAttributes: readonly string[];
  readonly spelling: CardSpelling;
  /** Gives the searched number back under the attribute it was searched by, to this device only. */
  readonly echoCardNumber: boolean;
  /** The attributes of people that the device sees, and by which names. */
  readonly released: readonly ReleasedAttribute[];
  /** The most entries that one search gives without paging. */
  readonly maxEntries: number;
  /** Present where `ways` has `person-bind`. */
  readonly personBind?: PersonBind;
  /** Absent: nothing that the device writes is taken. */
  readonly writeBack?: WriteBack;
  /** Present: people and groups are Unix accounts to this device, with all that belongs to one. */
  readonly unixAccounts?: UnixAccounts;
}
