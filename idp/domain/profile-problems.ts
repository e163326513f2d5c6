import type { CardKind } from './card.ts';
import { spellingProblems } from './card-spelling.ts';
import { cardAttributeNames, type DeviceProfile, shownAttributeNames } from './device-profile.ts';
import { unixAccountsProblem } from './unix-accounts.ts';

/** RFC 5280 §4.1.2.2: 20 octets at most. */
const octetCounts: { readonly [kind in CardKind]: readonly number[] } = {
  jpki: Array.from({ length: 20 }, (_, index) => index + 1),
  felica: [8],
  uid: [4, 7, 10],
};

const mostEntries = 10_000;
const mostADay = 1_000;

/** These are made of the entry itself and mean nothing under another name. */
const ownNames = ['objectclass', 'memberof'];

/** What of a device's profile does not fit together, in words; empty when it does. */
export function profileProblems(profile: DeviceProfile): readonly string[] {
  return [
    ...wayProblems(profile),
    ...numberProblems(profile),
    ...releaseProblems(profile),
    ...(inRange(profile.maxEntries, mostEntries) ? [] : [`entries: 1 to ${mostEntries} a search`]),
    ...writeBackProblems(profile),
    ...unixProblems(profile),
  ];
}

function wayProblems({ ways, cardAttributes }: DeviceProfile): readonly string[] {
  const problems: string[] = [];
  if (ways.length === 0) return ['ways: at least one, or the device can do nothing'];
  if (ways.includes('card-search') && cardAttributes.length === 0) {
    problems.push('card attribute: a device that searches cards does so by one or more');
  }
  if (cardAttributes.length > 0 && !ways.includes('card-search')) {
    problems.push('card attribute: this device searches no cards');
  }
  const unknown = cardAttributes.filter((name) => !cardAttributeNames.some((known) => known === name));
  if (unknown.length > 0) {
    problems.push(`card attribute: ${unknown.join(', ')} is none; they are ${cardAttributeNames.join(', ')}`);
  }
  return problems;
}

function numberProblems({ spelling }: DeviceProfile): readonly string[] {
  const { kind, octets } = spelling;
  if (octetCounts[kind].includes(octets)) return spellingProblems(spelling);
  return [`octets: a number of ${kind} has ${kind === 'jpki' ? '1 to 20' : octetCounts[kind].join(' or ')}`];
}

function releaseProblems({ released }: DeviceProfile): readonly string[] {
  const problems: string[] = [];
  const shown = released.map((one) => one.shown);
  const unknown = shown.filter((name) => !shownAttributeNames.includes(name));
  if (unknown.length > 0) problems.push(`released: no attribute ${unknown.join(', ')} is known`);
  if (new Set(shown).size < shown.length) problems.push('released: two attributes under one name');
  const renamed = released.filter((one) => ownNames.includes(one.from) && one.shown !== one.from);
  if (renamed.length > 0) problems.push(`released: ${renamed[0]?.from} has no other name`);
  const named = released.some((one) => one.from === 'uid' && one.shown === 'uid');
  // RFC 4511 §4.5.2 and every client: the attribute that names an entry is in it.
  if (!named) problems.push('released: uid is in every entry, for it names it');
  return problems;
}

function writeBackProblems({ writeBack, ways, cardAttributes }: DeviceProfile): readonly string[] {
  if (writeBack === undefined) return [];
  const { perPersonPerDay, perDevicePerDay } = writeBack;
  if (!inRange(perPersonPerDay, mostADay) || !inRange(perDevicePerDay, mostADay)) {
    return [`write-back: 1 to ${mostADay} a day for a person and for the device`];
  }
  return ways.includes('person-bind') && cardAttributes.length > 0
    ? []
    : ['write-back: only for a person who is bound, into a card attribute'];
}

function unixProblems({ unixAccounts }: DeviceProfile): readonly string[] {
  const problem = unixAccounts && unixAccountsProblem(unixAccounts);
  return problem === undefined ? [] : [`Unix accounts: ${problem}`];
}

function inRange(value: number, most: number): boolean {
  return Number.isSafeInteger(value) && value >= 1 && value <= most;
}
