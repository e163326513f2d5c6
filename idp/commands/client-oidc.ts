import type { Command } from 'commander';
import { InvalidInput } from '../domain/fault.ts';
import type { AskedGrants } from '../flows/client-grants.ts';
import type { NewOidcClient } from '../flows/manage-clients.ts';
import { grantOptionNames, grantOptions, readGrants } from './client-grants.ts';
import { collect, flag, type Typed, text, texts } from './command.ts';

/** The keys of these options as commander gives them, with the options: they are for OpenID Connect clients alone. */
export const oidcOptionNames: { readonly [key: string]: string } = {
  redirectUri: '--redirect-uri',
  backchannelLogoutUri: '--backchannel-logout-uri',
  backchannelLogoutSessionRequired: '--backchannel-logout-session-required',
  ...grantOptionNames,
};

/** What an OpenID Connect client has that a device account has not. */
export function oidcOptions(command: Command): Command {
  return grantOptions(command)
    .option('--redirect-uri <url>', 'where it takes the code; repeatable', collect, [])
    .option('--backchannel-logout-uri <url>', 'where it is told that a session is over')
    .option('--backchannel-logout-session-required', 'it tells sessions apart by their id (`sid`)')
    .option('--pin-window <hours>', 'for how long a PIN lifts later taps at the same reader group', '0');
}

/** @throws {InvalidInput} `ERR_OPTION` */
export function readOidcOptions(
  typed: Typed,
): Pick<NewOidcClient, 'redirectUris' | 'backchannelLogout' | 'pinWindowSeconds' | keyof AskedGrants> {
  return {
    redirectUris: texts(typed, 'redirectUri'),
    ...readBackchannelLogout(typed),
    ...readGrants(typed),
    pinWindowSeconds: readHours(text(typed, 'pinWindow') ?? '0'),
  };
}

function readBackchannelLogout(typed: Typed): Pick<NewOidcClient, 'backchannelLogout'> {
  const uri = text(typed, 'backchannelLogoutUri');
  const sessionRequired = flag(typed, 'backchannelLogoutSessionRequired');
  if (uri !== undefined) return { backchannelLogout: { uri, sessionRequired } };
  if (!sessionRequired) return {};
  throw new InvalidInput(
    'ERR_OPTION',
    '--backchannel-logout-session-required goes with --backchannel-logout-uri.',
  );
}

function readHours(hours: string): number {
  if (!/^\d{1,2}$/.test(hours) || Number(hours) > 24) {
    throw new InvalidInput('ERR_OPTION', '--pin-window is whole hours, 0 to 24.');
  }
  return Number(hours) * 3_600;
}
