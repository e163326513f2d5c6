import type { CardKind } from './card.ts';
import type {
  CardSpelling,
  DeviceProfile,
  PersonBind,
  ReleasedAttribute,
  WayIn,
  WriteBack,
} from './device-profile.ts';
import { type UnixAccounts, usualUnixAccounts } from './unix-accounts.ts';

/** What an administrator says of a device; what is not said stays as it is. */
export interface DeviceChoices {
  readonly ways?: readonly WayIn[];
  readonly cardKind?: CardKind;
  /** In any case of letters; empty: it searches no cards. */
  readonly cardAttributes?: readonly string[];
  readonly base?: CardSpelling['base'];
  readonly octets?: number;
  readonly byteOrder?: CardSpelling['byteOrder'];
  readonly digits?: number;
  readonly letters?: CardSpelling['letters'];
  readonly separators?: CardSpelling['separators'];
  readonly pattern?: string | 'none';
  readonly echoCardNumber?: boolean;
  readonly released?: readonly ReleasedAttribute[];
  readonly maxEntries?: number;
  readonly writeBack?: WriteBack | 'off';
  /** What is not said of accounts stays as it is, or as it usually is. */
  readonly unixAccounts?: Partial<UnixAccounts> | 'off';
}

/** Octets of a number by kind, unless an administrator says otherwise. A serial number of JPKI has had four so far. */
const octetsOf: { readonly [kind in CardKind]: number } = { jpki: 4, felica: 8, uid: 4 };

/** How readers spell numbers of a kind where nobody says otherwise: all octets in hex. */
export function usualSpelling(kind: CardKind): CardSpelling {
  const octets = octetsOf[kind];
  return {
    ...{ kind, base: 'hex', octets, digits: octets * 2, byteOrder: 'as-read' },
    ...{ letters: 'either', separators: 'optional' },
  };
}

const byPassword: PersonBind = { password: true, tap: false, waitSeconds: 0 };

/** The profile after these choices; `profileProblems` says whether it fits together. */
export function changedProfile(profile: DeviceProfile, choices: DeviceChoices): DeviceProfile {
  const { personBind, writeBack: _, unixAccounts: before, ...kept } = profile;
  const ways = choices.ways ?? profile.ways;
  const writeBack = writeBackAfter(profile, choices, ways);
  const unixAccounts = unixAccountsAfter(before, choices);
  return {
    ...kept,
    ways,
    cardAttributes: cardAttributesAfter(profile, choices, ways),
    spelling: changedSpelling(profile.spelling, choices),
    echoCardNumber: choices.echoCardNumber ?? profile.echoCardNumber,
    released: choices.released ?? profile.released,
    maxEntries: choices.maxEntries ?? profile.maxEntries,
    ...(ways.includes('person-bind') ? { personBind: personBind ?? byPassword } : {}),
    ...(writeBack === undefined ? {} : { writeBack }),
    ...(unixAccounts === undefined ? {} : { unixAccounts }),
  };
}

/** What served a way goes with it, unless it was asked for in the same breath. */
function cardAttributesAfter(
  profile: DeviceProfile,
  { cardAttributes }: DeviceChoices,
  ways: readonly WayIn[],
): readonly string[] {
  if (cardAttributes !== undefined) return [...new Set(cardAttributes.map((name) => name.toLowerCase()))];
  return ways.includes('card-search') ? profile.cardAttributes : [];
}

function writeBackAfter(
  profile: DeviceProfile,
  { writeBack }: DeviceChoices,
  ways: readonly WayIn[],
): WriteBack | undefined {
  if (writeBack === 'off') return undefined;
  if (writeBack !== undefined) return writeBack;
  return ways.includes('card-search') && ways.includes('person-bind') ? profile.writeBack : undefined;
}

function unixAccountsAfter(
  before: UnixAccounts | undefined,
  { unixAccounts }: DeviceChoices,
): UnixAccounts | undefined {
  if (unixAccounts === 'off') return undefined;
  return unixAccounts === undefined ? before : { ...(before ?? usualUnixAccounts), ...unixAccounts };
}

function changedSpelling(before: CardSpelling, choices: DeviceChoices): CardSpelling {
  const { cardKind } = choices;
  // Another technology has other numbers: nothing of the old spelling can be meant for it.
  const { pattern: kept, ...start } =
    cardKind === undefined || cardKind === before.kind ? before : usualSpelling(cardKind);
  const base = choices.base ?? start.base;
  const octets = choices.octets ?? start.octets;
  const pattern = choices.pattern === 'none' ? undefined : (choices.pattern ?? kept);
  return {
    kind: start.kind,
    base,
    octets,
    byteOrder: choices.byteOrder ?? start.byteOrder,
    digits: choices.digits ?? digitsAfter(start, base, octets),
    letters: choices.letters ?? start.letters,
    separators: choices.separators ?? start.separators,
    ...(pattern === undefined ? {} : { pattern }),
  };
}

/** As many as before where that still fits; otherwise what is usual: hex whole, decimal as long as the number is. */
function digitsAfter(before: CardSpelling, base: CardSpelling['base'], octets: number): number {
  if (before.base === base && before.octets === octets) return before.digits;
  return base === 'hex' ? octets * 2 : 0;
}
