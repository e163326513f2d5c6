import { attributeType } from '../../connectors/ldap/schema/attribute-types.ts';
import { parseCardNumber } from '../domain/card.ts';
import { spellCardNumber } from '../domain/card-spelling.ts';
import type { CardSpelling, DeviceProfile, PersonBind, WayIn } from '../domain/device-profile.ts';
import type { UnixAccounts } from '../domain/unix-accounts.ts';
import type { LdapClient } from '../ports/clients.ts';

/** A device's profile as machines are shown it, with the example and the page besides. */
export interface ShownProfile {
  readonly id: string;
  readonly name: string;
  readonly profile: DeviceProfile;
  /** A number that is nobody's, as this device sends it. */
  readonly exampleCard: string;
  readonly certificateSha256s: readonly string[];
  readonly page: string;
}

export function shownProfile({ policy, name, profile, certificateSha256s }: LdapClient): ShownProfile {
  const exampleCard = exampleOf(profile.spelling);
  return { id: policy.clientId, name, profile, exampleCard, certificateSha256s, page: pageOf(profile) };
}

const ownPages = ['konica-minolta', 'fujifilm', 'ricoh', 'hp', 'papercut', 'unix', 'freeradius', 'door'];

/** Where it stands what to enter on the device. */
export function pageOf({ preset }: Pick<DeviceProfile, 'preset'>): string {
  return `docs/devices/${ownPages.includes(preset) ? preset : 'README'}.md`;
}

/** For people. */
export function profileText(shown: ShownProfile): string {
  const { profile } = shown;
  const certificates = shown.certificateSha256s.length;
  const lines: readonly (readonly [string, string])[] = [
    ['ways in', profile.ways.map((way) => wayText(way, profile.personBind)).join('; ')],
    ...(searchesCards(profile) ? cardLines(profile, shown.exampleCard) : []),
    ['shows', profile.released.map(releasedText).join(', ')],
    ['entries', `at most ${profile.maxEntries} a search, without paging`],
    ['writes', writeBackText(profile)],
    ...(profile.unixAccounts === undefined ? [] : [['as Unix', unixText(profile.unixAccounts)] as const]),
    ...(certificates === 0 ? [] : [['certificates', `binds with ${certificates} too`] as const]),
    ['on the device', shown.page],
  ];
  const width = Math.max(...lines.map(([name]) => name.length)) + 2;
  return [
    `${shown.name}, preset ${profile.preset}:`,
    ...lines.flatMap(([name, value]) =>
      folded(value, lineWidth - 2 - width).map(
        (part, index) => `  ${(index === 0 ? name : '').padEnd(width)}${part}`,
      ),
    ),
  ].join('\n');
}

/** Between words, so that a terminal of this width shows each where it belongs. */
const lineWidth = 100;

function folded(value: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of value.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && `${last} ${word}`.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function searchesCards({ ways }: DeviceProfile): boolean {
  return ways.includes('card-search') || ways.includes('card-bind');
}

function cardLines(profile: DeviceProfile, example: string): readonly (readonly [string, string])[] {
  const { spelling, cardAttributes, echoCardNumber } = profile;
  const by = cardAttributes.map(shownName).join(' or ');
  return [
    ['card numbers', spellingText(spelling)],
    ['for example', example],
    ...(by === ''
      ? []
      : [['searched by', `${by}${echoCardNumber ? ', and given back there' : ''}`] as const]),
  ];
}

function spellingText({ kind, base, octets, byteOrder, digits, letters, pattern, separators }: CardSpelling) {
  const cased = { upper: ', capital letters', lower: ', small letters', either: ', either case' }[letters];
  return [
    `${kind}, ${octets} octets`,
    byteOrder === 'reversed' ? ', the last first' : '',
    ` in ${base === 'hex' ? 'hexadecimal' : 'decimal'}`,
    digits === 0 ? ', no zeros in front' : `, ${digits} digits`,
    base === 'hex' ? cased : '',
    pattern === undefined ? '' : `, as ${pattern}`,
    pattern === undefined && separators === 'optional' ? ', separators or none' : '',
  ].join('');
}

function wayText(way: WayIn, personBind: PersonBind | undefined): string {
  if (way !== 'person-bind' || personBind === undefined) return way;
  const { password, tap, waitSeconds } = personBind;
  const brought = [password ? 'directory password' : '', tap ? 'fresh tap' : ''].filter((one) => one !== '');
  const waiting = waitSeconds > 0 ? `, waits ${waitSeconds} s` : '';
  return `${way} (${brought.join(' and ')}${waiting})`;
}

function releasedText({ shown, from }: DeviceProfile['released'][number]): string {
  return shown === from ? shownName(shown) : `${shownName(from)} as ${shownName(shown)}`;
}

function writeBackText({ writeBack }: DeviceProfile): string {
  if (writeBack === undefined) return 'nothing';
  const { perPersonPerDay, perDevicePerDay } = writeBack;
  return `new cards, ${perPersonPerDay} a day of a person and ${perDevicePerDay} of the device; each waits for an approver`;
}

function unixText({
  uidNumberFrom,
  groupNumberFrom,
  gidNumber,
  homeDirectory,
  loginShell,
}: UnixAccounts): string {
  const numbers = `people from ${uidNumberFrom}, groups from ${groupNumberFrom}, primary group ${gidNumber}`;
  return `${numbers}, home ${homeDirectory}, shell ${loginShell}`;
}

/** As the schema writes it. */
function shownName(key: string): string {
  return attributeType(key)?.name ?? key;
}

/** Made up: no card in use is likely to have it, and it shows the order of octets. */
const exampleOctets = '0a1b2c3d4e5f60718293a4b5c6d7e8f901122334';

function exampleOf(spelling: CardSpelling): string {
  const number = parseCardNumber(spelling.kind, exampleOctets.slice(0, spelling.octets * 2));
  return spellCardNumber(spelling, number) ?? '';
}
