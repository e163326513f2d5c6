import type { Command } from 'commander';
import type { CardKind } from '../domain/card.ts';
import type { DeviceChoices } from '../domain/device-choices.ts';
import {
  type CardSpelling,
  cardAttributeNames,
  personAttributeNames,
  type ReleasedAttribute,
  type WriteBack,
  waysIn,
} from '../domain/device-profile.ts';
import { InvalidInput } from '../domain/fault.ts';
import { collect, type Typed, text, texts } from './command.ts';
import { oneOf } from './reader.ts';
import { readUnixAccounts, unixOptionNames, unixOptions } from './unix-options.ts';

/** What can be said of a device's profile: the same for a new device and for one that is there. */
export function profileOptions(command: Command): Command {
  return unixOptions(command)
    .option('--way <name>', `in place of the preset’s: ${waysIn.join(', ')}; repeatable`, collect, [])
    .option('--card-kind <kind>', 'the kind of number its reader sends: jpki, felica or uid')
    .option(
      '--card-attribute <name>',
      `under which it searches cards: ${cardAttributeNames.join(', ')}; repeatable, or with commas`,
      collect,
      [],
    )
    .option('--card-base <base>', 'how it writes the number: hex or decimal')
    .option('--card-octets <n>', 'how many octets the number on the card has')
    .option(
      '--card-digits <n>',
      'how many digits it sends, with zeros in front; 0: as many as the number needs',
    )
    .option('--card-order <order>', 'as-read, or reversed where it sends the last octet first')
    .option('--card-letters <case>', 'of hex digits: upper, lower or either')
    .option('--card-separators <what>', 'space, ":" or "-" between pairs of digits: none or optional')
    .option('--card-pattern <pattern>', 'what stands around the digits, like ";########?" or "ID-*"; or none')
    .option('--card-echo <on|off>', 'give the searched number back under the attribute it was searched by')
    .option(
      '--release <name[=attribute]>',
      'show these attributes of people and no others, under this name; repeatable, or with commas',
      collect,
      [],
    )
    .option('--max-entries <n>', 'the most entries of one search without paging')
    .option('--write-back <person/device>', 'card numbers that it may write for approval in a day, or off');
}

/** @throws {InvalidInput} `ERR_OPTION` */
export function readChoices(typed: Typed): DeviceChoices {
  const ways = listed(typed, 'way').map((way) => oneOf(way, waysIn, '--way'));
  const cardAttributes = listed(typed, 'cardAttribute');
  const released = readReleased(listed(typed, 'release'));
  return {
    ...chosen('ways', ways.length > 0 ? ways : undefined),
    ...chosen('cardAttributes', cardAttributes.length > 0 ? cardAttributes : undefined),
    ...chosen('released', released.length > 0 ? released : undefined),
    ...chosen('cardKind', word<CardKind>(typed, 'cardKind', ['jpki', 'felica', 'uid'], '--card-kind')),
    ...chosen('base', word<CardSpelling['base']>(typed, 'cardBase', ['hex', 'decimal'], '--card-base')),
    ...chosen('octets', count(typed, 'cardOctets', '--card-octets')),
    ...chosen('digits', count(typed, 'cardDigits', '--card-digits')),
    ...chosen(
      'byteOrder',
      word<CardSpelling['byteOrder']>(typed, 'cardOrder', ['as-read', 'reversed'], '--card-order'),
    ),
    ...chosen(
      'letters',
      word<CardSpelling['letters']>(typed, 'cardLetters', ['upper', 'lower', 'either'], '--card-letters'),
    ),
    ...chosen(
      'separators',
      word<CardSpelling['separators']>(typed, 'cardSeparators', ['none', 'optional'], '--card-separators'),
    ),
    ...chosen('pattern', text(typed, 'cardPattern')),
    ...chosen('echoCardNumber', readEcho(typed)),
    ...chosen('maxEntries', count(typed, 'maxEntries', '--max-entries')),
    ...chosen('writeBack', readWriteBack(text(typed, 'writeBack'))),
    ...chosen('unixAccounts', readUnixAccounts(typed)),
  };
}

/** What `client add --oidc` refuses: the option that was given and belongs to devices. */
export const profileOptionNames: { readonly [key: string]: string } = {
  ...unixOptionNames,
  ...{ way: '--way', cardKind: '--card-kind', cardAttribute: '--card-attribute', cardBase: '--card-base' },
  ...{ cardOctets: '--card-octets', cardDigits: '--card-digits', cardOrder: '--card-order' },
  ...{ cardLetters: '--card-letters', cardSeparators: '--card-separators', cardPattern: '--card-pattern' },
  ...{
    cardEcho: '--card-echo',
    release: '--release',
    maxEntries: '--max-entries',
    writeBack: '--write-back',
  },
};

function chosen<Name extends keyof DeviceChoices>(
  name: Name,
  value: DeviceChoices[Name] | undefined,
): Pick<DeviceChoices, Name> {
  return (value === undefined ? {} : { [name]: value }) as Pick<DeviceChoices, Name>;
}

/** A repeatable option whose values may also stand behind commas, as devices write lists. */
function listed(typed: Typed, name: string): readonly string[] {
  return texts(typed, name)
    .flatMap((given) => given.split(','))
    .map((one) => one.trim())
    .filter((one) => one !== '');
}

function word<T extends string>(
  typed: Typed,
  name: string,
  words: readonly T[],
  option: string,
): T | undefined {
  const given = text(typed, name);
  return given === undefined ? undefined : oneOf(given, words, option);
}

function count(typed: Typed, name: string, option: string): number | undefined {
  const given = text(typed, name);
  if (given === undefined) return undefined;
  if (/^\d{1,5}$/.test(given)) return Number(given);
  throw new InvalidInput('ERR_OPTION', `${option} is a whole number, not "${given}".`);
}

function readEcho(typed: Typed): boolean | undefined {
  const given = word(typed, 'cardEcho', ['on', 'off'], '--card-echo');
  return given === undefined ? undefined : given === 'on';
}

/** `mail`, or `sAMAccountName=uid`: the name that the device is shown, and what it is of ours. */
function readReleased(given: readonly string[]): readonly ReleasedAttribute[] {
  if (given.length === 0) return [];
  const named = given.map((one): ReleasedAttribute => {
    const [shown = '', from = shown, ...more] = one.toLowerCase().split('=');
    const attribute = personAttributeNames.find((name) => name === from);
    if (attribute === undefined || more.length > 0) {
      throw new InvalidInput(
        'ERR_OPTION',
        `--release is one of ${personAttributeNames.join(', ')}, or NAME=ATTRIBUTE with one of them, not "${one}".`,
      );
    }
    return { shown, from: attribute };
  });
  // Every entry has these two: its class, and what names it.
  const always = (['objectclass', 'uid'] as const).filter((name) => !named.some((one) => one.shown === name));
  return [...always.map((name) => ({ shown: name, from: name })), ...named];
}

function readWriteBack(given: string | undefined): WriteBack | 'off' | undefined {
  if (given === undefined || given === 'off') return given;
  const [, person, device] = /^(\d{1,4})\/(\d{1,4})$/.exec(given) ?? [];
  if (person !== undefined && device !== undefined) {
    return { perPersonPerDay: Number(person), perDevicePerDay: Number(device) };
  }
  throw new InvalidInput(
    'ERR_OPTION',
    `--write-back is PERSON/DEVICE, so many a day like 2/20, or off, not "${given}".`,
  );
}
