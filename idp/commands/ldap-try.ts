import { readFile } from 'node:fs/promises';
import { type ScriptedDevice, scriptedDevices } from '../../connectors/devices/conversations.ts';
import type { Trial } from '../../connectors/devices/steps.ts';
import type { Line, Step } from '../../connectors/devices/talk.ts';
import { type TryReport, tryDevice } from '../../connectors/devices/try-device.ts';
import { attributeType } from '../../connectors/ldap/schema/attribute-types.ts';
import { deviceProfileOf } from '../domain/device-presets.ts';
import { InvalidInput } from '../domain/fault.ts';
import { collect, flag, type Progress, recordCommand, type Typed, text, texts } from './command.ts';
import { oneOf } from './reader.ts';

interface TryInput {
  readonly device: ScriptedDevice;
  readonly line: Line;
  readonly trial: Trial;
}

/** Runs where it is typed, as the device would: it needs the network and no record. */
export const ldapTry = recordCommand({
  name: 'ldap try',
  summary: 'speak with the directory as a device of a maker does, and tell every step; it signs in for real',
  shape: (command) =>
    command
      .requiredOption('--preset <device>', scriptedDevices.join(', '))
      .requiredOption('--bind-dn <dn>', 'from `kazasu client add`')
      .requiredOption('--secret-file <file>', 'holds the password that `kazasu client add` showed')
      .option('--url <url>', 'where the directory answers', 'ldaps://localhost:1636')
      .option('--start-tls', 'start TLS on a connection of ldap://')
      .option('--ca <file>', 'PEM of the CA, or of a self-signed certificate')
      .option('--base-dn <dn>', 'KAZASU_LDAP_BASE_DN, where --bind-dn does not end in it')
      .option('--card-attribute <name>', 'under which it searches a card; repeatable', collect, [])
      .option('--card <number>', 'of a registered card, as the device’s reader sends it')
      .option('--unknown-card <number>', 'that is nobody’s: the device must find none')
      .option('--user <uid>', 'who types a password at the device')
      .option('--user-password-file <file>', 'holds that person’s directory password')
      .option(
        '--enrol-card <number>',
        'a new card that the person notes at the device, for an approver to decide',
      ),
  read: readTry,
  outside: ({ device, line, trial }: TryInput, _open, progress) =>
    tryDevice(device, line, trial, (step) => progress(stepText(step))),
  run: (_context, { device, line, trial }: TryInput, _actor, progress: Progress) =>
    tryDevice(device, line, trial, (step) => progress(stepText(step))),
  text: reportText,
  succeeded: ({ letsIn }) => letsIn,
});

async function readTry(typed: Typed): Promise<TryInput> {
  const device = readDevice(text(typed, 'preset') ?? '');
  const url = text(typed, 'url') ?? '';
  if (!/^ldaps?:\/\/[^/]+$/.test(url) || !URL.canParse(url)) {
    throw new InvalidInput('ERR_OPTION', '--url is ldap://HOST:PORT or ldaps://HOST:PORT.');
  }
  const caFile = text(typed, 'ca');
  const named = texts(typed, 'cardAttribute');
  const words = {
    ...optional('card', text(typed, 'card')),
    ...optional('unknownCard', text(typed, 'unknownCard')),
    ...optional('user', text(typed, 'user')),
    ...optional('enrolCard', text(typed, 'enrolCard')),
    ...optional('password', await secretIn(typed, 'userPasswordFile')),
  };
  return {
    device,
    line: { url, startTls: flag(typed, 'startTls'), ca: caFile && (await fileText(caFile)) },
    trial: {
      bindDn: text(typed, 'bindDn') ?? '',
      secret: (await secretIn(typed, 'secretFile')) ?? '',
      baseDn: text(typed, 'baseDn') ?? baseOf(text(typed, 'bindDn') ?? ''),
      cardAttributes: named.length > 0 ? named : cardAttributesOf(device),
      ...words,
    },
  };
}

/** The maker's first name alone is what people say. */
function readDevice(given: string): ScriptedDevice {
  return oneOf(given === 'konica' ? 'konica-minolta' : given, scriptedDevices, '--preset');
}

/** Accounts of devices stand right below the base. */
function baseOf(bindDn: string): string {
  return /^.*,\s*ou=devices\s*,\s*(.+)$/i.exec(bindDn)?.[1] ?? 'dc=example,dc=jp';
}

/** What each searches by where nobody says otherwise: as its preset. */
function cardAttributesOf(device: ScriptedDevice): readonly string[] {
  return deviceProfileOf(device).cardAttributes.map((key) => attributeType(key)?.name ?? key);
}

/** A file with one line; the line's end is no part of the secret. */
async function secretIn(typed: Typed, option: string): Promise<string | undefined> {
  const file = text(typed, option);
  return file === undefined ? undefined : (await fileText(file)).replace(/\r?\n$/, '');
}

async function fileText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new InvalidInput('ERR_FILE', `${file} cannot be read (${reason}).`);
  }
}

function optional<Name extends string>(name: Name, value: string | undefined) {
  return value === undefined ? {} : ({ [name]: value } as { readonly [name in Name]: string });
}

function stepText({ does, heard, outcome, ms, next }: Step): string {
  const mark = outcome === 'as-hoped' ? '✓' : '✗';
  return `${mark} ${does}\n    ${heard}, ${ms} ms${next === undefined ? '' : `\n    → ${next}`}`;
}

function reportText({ device, letsIn, person, notTried, steps }: TryReport): string {
  const lines = steps.map(stepText);
  if (!letsIn || person === undefined) return [...lines, `\nThe ${device} device lets nobody in.`].join('\n');
  const attributes = Object.entries(person.attributes).map(
    ([name, values]) => `    ${name}: ${values.join(', ')}`,
  );
  const outcome =
    notTried === undefined
      ? `lets in ${person.dn}:`
      : `finds ${person.dn}; the password was not tried (--user-password-file FILE tries it):`;
  return [...lines, `\nThe ${device} device ${outcome}`, ...attributes].join('\n');
}
