import type { CardKind } from '../../idp/domain/card.ts';
import type { LdapClient } from '../../idp/ports/clients.ts';
import type { CardSpelling } from './card-spelling.ts';

/** How a device may use the directory. */
export type WayIn = 'card-search' | 'card-bind' | 'people';

/** What a device sends, may ask and gets to see. Presets are rows of this, never code. */
export interface DeviceProfile {
  readonly ways: readonly WayIn[];
  /** Attributes under which this device searches a card, in lower case; never shown or matched otherwise. */
  readonly cardAttributes: readonly string[];
  readonly spelling: CardSpelling;
  /** Gives the searched number back under the attribute it was searched by, to this device only. */
  readonly echoCardNumber: boolean;
  /** LDAP names, in lower case, of the attributes of people that the device sees. */
  readonly releasedAttributes: ReadonlySet<string>;
  /** The most entries that one search gives without paging. */
  readonly maxEntries: number;
}

/** Everything that the record knows of a person and LDAP has a name for. */
export const personAttributes: ReadonlySet<string> = new Set([
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
]);

const waysOf: { readonly [profile in LdapClient['profile']]: readonly WayIn[] } = {
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

const known = new Map<string, DeviceProfile>();

/** The profile of a device account as the record keeps it; the same object for the same settings. */
export function profileOf(client: Pick<LdapClient, 'profile' | 'cardKind' | 'cardAttribute'>): DeviceProfile {
  const key = `${client.profile} ${client.cardKind} ${client.cardAttribute}`;
  const profile = known.get(key) ?? makeProfile(client);
  known.set(key, profile);
  return profile;
}

function makeProfile(client: Pick<LdapClient, 'profile' | 'cardKind' | 'cardAttribute'>): DeviceProfile {
  return {
    ways: waysOf[client.profile],
    // Elsewhere the same attribute is an ordinary one, or absent.
    cardAttributes: client.profile === 'card-search' ? [client.cardAttribute.toLowerCase()] : [],
    spelling: {
      kind: client.cardKind,
      base: 'hex',
      octets: octetsOf[client.cardKind],
      letters: 'either',
      separators: 'optional',
    },
    echoCardNumber: true,
    releasedAttributes: personAttributes,
    maxEntries: 1_000,
  };
}
