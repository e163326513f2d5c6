import type { Command } from 'commander';
import { InvalidInput } from '../domain/fault.ts';
import { clientPresets } from '../domain/oidc-settings.ts';
import type { AskedGrants } from '../flows/client-grants.ts';
import type { NewOidcClient } from '../flows/manage-clients.ts';
import { grantOptionNames, grantOptions, readGrants } from './client-grants.ts';
import { readSettings, settingsOptionNames, settingsOptions } from './client-settings-options.ts';
import { collect, flag, type Typed, text, texts } from './command.ts';
import { oneOf } from './reader.ts';
import { readSigningAlg } from './signing-alg.ts';

/** The keys of these options as commander gives them, with the options: they are for OpenID Connect clients alone. */
export const oidcOptionNames: { readonly [key: string]: string } = {
  redirectUri: '--redirect-uri',
  postLogoutRedirectUri: '--post-logout-redirect-uri',
  signingAlg: '--signing-alg',
  backchannelLogoutUri: '--backchannel-logout-uri',
  backchannelLogoutSessionRequired: '--backchannel-logout-session-required',
  preset: '--preset',
  ...settingsOptionNames,
  ...grantOptionNames,
};

/** What an OpenID Connect client has that a device account has not. */
export function oidcOptions(command: Command): Command {
  return settingsOptions(grantOptions(command))
    .option('--preset <kind>', `what it is: ${clientPresets.join(', ')} (web)`)
    .option('--redirect-uri <url>', 'where it takes the code; repeatable', collect, [])
    .option(
      '--post-logout-redirect-uri <url>',
      'where a browser may go on after signing out; repeatable',
      collect,
      [],
    )
    .option('--backchannel-logout-uri <url>', 'where it is told that a session is over')
    .option('--backchannel-logout-session-required', 'it tells sessions apart by their id (`sid`)')
    .option('--signing-alg <name>', 'what its tokens are signed with: ES256 (default), RS256, EdDSA')
    .option('--pin-window <hours>', 'for how long a PIN lifts later taps at the same reader group', '0');
}

/** @throws {InvalidInput} `ERR_OPTION` */
export function readOidcOptions(
  typed: Typed,
): Pick<
  NewOidcClient,
  'redirectUris' | 'preset' | 'settings' | 'backchannelLogout' | 'pinWindowSeconds' | keyof AskedGrants
> {
  const { backchannelLogout, postLogoutRedirectUris } = readLogout(typed);
  const preset = text(typed, 'preset');
  return {
    ...(preset === undefined ? {} : { preset: oneOf(preset, clientPresets, '--preset') }),
    redirectUris: texts(typed, 'redirectUri'),
    ...readGrants(typed),
    settings: {
      ...readSettings(typed),
      ...(postLogoutRedirectUris === undefined ? {} : { postLogoutRedirectUris }),
      ...readSigningAlg(typed),
    },
    ...(backchannelLogout === undefined ? {} : { backchannelLogout }),
    pinWindowSeconds: readHours(text(typed, 'pinWindow') ?? '0'),
  };
}

/** What a client takes part in when somebody signs out. @throws {InvalidInput} `ERR_OPTION` */
export function readLogout(typed: Typed): Pick<NewOidcClient, 'backchannelLogout'> & {
  readonly postLogoutRedirectUris?: readonly string[];
} {
  const uris = texts(typed, 'postLogoutRedirectUri');
  return {
    ...(uris.length === 0 ? {} : { postLogoutRedirectUris: uris }),
    ...readBackchannelLogout(typed),
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
