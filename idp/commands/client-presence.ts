import type { Command } from 'commander';
import type { PersonBind } from '../domain/device-profile.ts';
import { InvalidInput } from '../domain/fault.ts';
import { parseHoursOfUse } from '../domain/hours-of-use.ts';
import type { PresenceChoices } from '../flows/device-presence.ts';
import { collect, type Typed, text, texts } from './command.ts';

/** A tap is of somebody who stands there: an hour is long for that. */
const longestFreshSeconds = 3_600;
const mostUses = 100;
/** Devices give up after a minute, and hang up. */
const longestWaitSeconds = 120;

const demands = ['password', 'tap', 'password+tap'] as const;

/** The keys of these options as commander gives them, with the options: they are for devices alone. */
export const presenceOptionNames = {
  tapSeconds: '--tap-seconds',
  tapUses: '--tap-uses',
  hours: '--hours',
  personBind: '--person-bind',
  wait: '--wait',
} as const;

/** When and by what somebody is there, for a device account. */
export function presenceOptions(command: Command): Command {
  return command
    .option('--tap-seconds <n>', 'for how long a tap at its reader is fresh (30)')
    .option('--tap-uses <n>', 'how many sign-ins one tap serves (1)')
    .option(
      '--hours <days@from-until>',
      'when it lets anybody in, like mon-fri@08:00-18:30, repeatable; or always',
      collect,
      [],
    )
    .option('--person-bind <demand>', `people bind as themselves, with ${demands.join(', ')}`)
    .option('--wait <seconds>', 'how long such a bind waits for the tap (0)');
}

/** @throws {InvalidInput} `ERR_OPTION`, `ERR_HOURS` */
export function readPresence(typed: Typed): PresenceChoices {
  const tapFreshSeconds = whole(typed, 'tapSeconds', 1, longestFreshSeconds);
  const tapUses = whole(typed, 'tapUses', 1, mostUses);
  const said = texts(typed, 'hours');
  const hours = said.length === 1 && said[0] === 'always' ? [] : said.map(parseHoursOfUse);
  const personBind = readPersonBind(typed);
  return {
    ...(tapFreshSeconds === undefined ? {} : { tapFreshSeconds }),
    ...(tapUses === undefined ? {} : { tapUses }),
    ...(said.length === 0 ? {} : { hours }),
    ...(personBind === undefined ? {} : { personBind }),
  };
}

function readPersonBind(typed: Typed): PersonBind | undefined {
  const given = text(typed, 'personBind');
  const waitSeconds = whole(typed, 'wait', 0, longestWaitSeconds);
  const demand = demands.find((one) => one === given);
  if (given !== undefined && demand === undefined) {
    throw new InvalidInput('ERR_OPTION', `--person-bind is ${demands.join(', ')}, not "${given}".`);
  }
  const tap = demand === 'tap' || demand === 'password+tap';
  if (waitSeconds !== undefined && !tap) {
    throw new InvalidInput('ERR_OPTION', '--wait goes with --person-bind tap or password+tap.');
  }
  return demand && { password: demand !== 'tap', tap, waitSeconds: waitSeconds ?? 0 };
}

function whole(
  typed: Typed,
  name: 'tapSeconds' | 'tapUses' | 'wait',
  least: number,
  most: number,
): number | undefined {
  const given = text(typed, name);
  if (given === undefined) return undefined;
  if (/^\d{1,4}$/.test(given) && Number(given) >= least && Number(given) <= most) return Number(given);
  throw new InvalidInput(
    'ERR_OPTION',
    `${presenceOptionNames[name]} is a whole number, ${least} to ${most}.`,
  );
}
