import type { CardKind } from './card.ts';

/** How a device may use the directory. `people`: searches of people and groups. */
export type WayIn = 'card-search' | 'card-bind' | 'person-bind' | 'people';

export const waysIn: readonly WayIn[] = ['card-search', 'card-bind', 'person-bind', 'people'];

/** The rows that profiles are made from. */
export type DevicePreset = 'card-search' | 'card-bind' | 'generic';

/**
 * The one spelling in which a device sends card numbers. It is never guessed: a decimal number that
 * happens to be hex would otherwise be somebody else's card.
 */
export interface CardSpelling {
  readonly kind: CardKind;
  readonly base: 'hex' | 'decimal';
  readonly octets: { readonly from: number; readonly to: number };
  readonly letters: 'upper' | 'lower' | 'either';
  /** Space, `:` or `-` between pairs of digits. */
  readonly separators: 'none' | 'optional';
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
  /** The attributes of people that the device sees. */
  readonly releasedAttributes: readonly PersonAttributeName[];
  /** The most entries that one search gives without paging. */
  readonly maxEntries: number;
  /** Present where `ways` has `person-bind`. */
  readonly personBind?: PersonBind;
}
