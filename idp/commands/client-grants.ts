import type { Command } from 'commander';
import { deviceGrants } from '../domain/device-grant.ts';
import type { AskedGrants } from '../flows/client-grants.ts';
import { collect, type Typed, text, texts } from './command.ts';
import { oneOf } from './reader.ts';

/** The keys of these options as commander gives them, with the options. */
export const grantOptionNames: { readonly [key: string]: string } = {
  grant: '--grant',
  cibaNotificationEndpoint: '--ciba-notification-endpoint',
};

/** How a client without a browser signs somebody in. */
export function grantOptions(command: Command): Command {
  return command
    .option(
      '--grant <name>',
      `a way without a browser: ${deviceGrants.join(', ')} (docs/integrators); repeatable`,
      collect,
      [],
    )
    .option('--ciba-notification-endpoint <url>', 'CIBA by ping: where it is told that a tap came');
}

/** @throws {InvalidInput} `ERR_OPTION` */
export function readGrants(typed: Typed): AskedGrants {
  const grants = texts(typed, 'grant').map((name) => oneOf(name, deviceGrants, '--grant'));
  const endpoint = text(typed, 'cibaNotificationEndpoint');
  return {
    ...(grants.length === 0 ? {} : { grants }),
    ...(endpoint === undefined ? {} : { cibaNotificationEndpoint: endpoint }),
  };
}
